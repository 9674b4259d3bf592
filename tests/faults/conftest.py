"""The company that faults befall, and the table that tells how it went."""

from pathlib import Path

import pytest

from tests.faults.table import LONG, SET, Table
from tests.founding import company, founded_database, founded_file, pg_company, sqlite_company

__all__ = ["company", "founded_database", "founded_file", "pg_company", "sqlite_company"]


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Table:
    return Table(request)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long set takes as long as it takes; random histories are the work of tests/machines but for the table."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours if LONG else ():
        item.add_marker(pytest.mark.timeout(0))
    if twice := [item for item in ours if item.path.stem == "test_histories" and not SET]:
        items[:] = [item for item in items if item not in twice]
        config.hook.pytest_deselected(items=twice)
