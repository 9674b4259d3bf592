"""The company that faults befall, and the table that tells how it went."""

from pathlib import Path

import pytest

from tests.faults.table import LONG, Table
from tests.founding import company, founded_database, founded_file, pg_company, sqlite_company

__all__ = ["company", "founded_database", "founded_file", "pg_company", "sqlite_company"]


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table:
    return Table(request)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long set takes as long as it takes."""
    for item in items:
        if LONG and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(0))
