"""The company that commands work on."""

from collections.abc import Iterator

import pytest

from tests.company import Company, opened


@pytest.fixture
def company(db_url: str) -> Iterator[Company]:
    """A small company on each of the two databases; its books are checked at the end."""
    with opened(db_url) as made:
        yield made
