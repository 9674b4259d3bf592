"""Worked figures of other projects' tests (their format: cases/FORMAT.md), through real documents.

They lie beside the folder that JXC_DATA names; own.json adds what they don't ask. Also a command:
python -m tests.cases FILE --db sqlite.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.cases.play import Player
from tests.cases.reading import OWN, VISIBLE, Case, not_offered, read
from tests.company import Company


def parameters(file: Path) -> list[Any]:
    if not file.exists():
        reason = f"no worked cases at {file}; JXC_DATA names the folder beside them"
        return [pytest.param({}, id=file.stem, marks=pytest.mark.skip(reason=reason))]
    found = []
    for case in read(file):
        missing = not_offered(case)
        marks = [pytest.mark.skip(reason=f"the product does not offer {missing}")] if missing else []
        found.append(pytest.param(case, id=case["id"], marks=marks))
    return found


@pytest.mark.parametrize("case", [*parameters(OWN), *parameters(VISIBLE)])
def test_cases(company: Company, case: Case) -> None:
    """Every figure of every step; those of long histories to the cent."""
    player = Player(company, case)
    failures = player.play()
    assert not failures, "\n".join(map(str, failures))
    assert not (case["sequence"] and player.deviations), f"{player.deviations} figures are near, but not equal"
