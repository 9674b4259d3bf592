"""Real companies' data stay outside the repository: their tests read them where they lie, or say what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_data.books import Books
from tests.real_data.readers import data_folder


@pytest.fixture
def data(request: pytest.FixtureRequest) -> Path:
    """The folder of the sample company that the test module names as COMPANY."""
    folder = data_folder() / request.module.COMPANY
    if not folder.is_dir():
        pytest.skip(f"the sample data are not here: {folder} (set JXC_DATA)")
    return folder


@pytest.fixture
def books(data: Path, db_url: str) -> Iterator[Books]:
    """Empty books on each database; at the end they must agree with themselves."""
    opened = Books.open(db_url)
    try:
        yield opened
        opened.check()
    finally:
        opened.engine.dispose()
