"""The runner itself: a wrong figure, a missing refusal and a setting that is not offered are all told."""

import json
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop.i18n import language, use_language
from tests.cases.__main__ import main

ITEM = {"items": {"A": {"uom": "pcs"}}, "method": "fifo"}
RECEIVE = {"n": 1, "do": "receive", "item": "A", "warehouse": "W1", "qty": "2", "unit_cost": "3"}
ISSUE = {"n": 2, "do": "issue", "item": "A", "warehouse": "W1", "qty": "2"}
CASES = [
    {"id": "GOOD", "steps": [RECEIVE, ISSUE], "expect": [
        {"after_step": 1, "in_value": "6", "layers": [["2", "3"]]}, {"after_step": 2, "qty": "0", "value": "0"}]},
    {"id": "WRONG", "steps": [RECEIVE, ISSUE], "expect": [
        {"after_step": 1, "item": "A", "qty": "3", "value": "6.02", "layers": [["1", "3"], ["1", "4"]]},
        {"after_step": 2, "cogs": "6.01", "granted": "1"}]},
    {"id": "REFUSED", "steps": [ISSUE], "expect": []},
    {"id": "ACCEPTED", "steps": [RECEIVE], "expect": [{"after_step": 1, "error": "INVALID_QTY"}]},
    {"id": "BROKEN", "steps": [RECEIVE | {"do": "juggle"}], "expect": []},
    {"id": "ELSEWHERE", "settings": {"backdating": "append"}, "steps": [], "expect": []},
    {"id": "UNHEARD", "settings": {"moon_phase": "full"}, "steps": [], "expect": []},
]


@pytest.fixture(autouse=True)
def same_language() -> Any:
    """The command speaks English; other tests go on in their own language."""
    before = language()
    yield
    use_language(before)


def told(capsys: pytest.CaptureFixture[str], file: Path, *only: str) -> tuple[int, list[str]]:
    file.write_text(json.dumps({"cases": [ITEM | case for case in CASES]}), encoding="utf-8")
    code = main([str(file), "--db", "sqlite", *(word for case_id in only for word in ("--only", case_id))])
    return code, capsys.readouterr().out.splitlines()


def test_everything_that_is_wrong_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = told(capsys, tmp_path / "cases.json")
    assert code == 1
    assert lines[0] == "near WRONG: 1 figure(s) within the tolerance, but not equal"
    assert sorted(lines[1:5]) == [
        "WRONG step 1 layers (item A): expected [[1, 3], [1, 4]], found [[2, 3]]",
        "WRONG step 1 qty (item A): expected 3, found 2",
        "WRONG step 1 value (item A): expected 6.02, found 6",
        "WRONG step 2 granted: expected 1, found no answer"]
    assert lines[5].startswith("REFUSED step 2 issue: expected accepted, found NotEnoughStock")
    assert lines[6] == "ACCEPTED step 1 receive: expected refused: INVALID_QTY, found accepted"
    assert lines[7].startswith("BROKEN stopped: KeyError: 'juggle'")
    assert lines[8:10] == ["skipped ELSEWHERE: the product does not offer backdating=append",
                          "skipped UNHEARD: the product does not offer moon_phase=full"]
    assert lines[-1] == "1 passed, 4 failed, 2 skipped"


def test_one_case_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = told(capsys, tmp_path / "cases.json", "GOOD", "UNHEARD")
    assert (code, lines[-1]) == (0, "1 passed, 0 failed, 1 skipped")
    assert told(capsys, tmp_path / "cases.json", "GONE")[0] == 2


def test_a_cent_beside_the_figure_is_near_enough(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """6.01 for 6.00 is within the tolerance of FORMAT.md; 6.02 is not, and 0.01 on an empty shelf is not."""
    near = CASES[0] | {"id": "NEAR", "expect": [{"after_step": 1, "item": "A", "value": "6.01"}]}
    empty = CASES[0] | {"id": "EMPTY", "expect": [{"after_step": 2, "item": "A", "qty": "0", "value": "0.01"}]}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [ITEM | near, ITEM | empty]}), encoding="utf-8")
    assert main([str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "near NEAR: 1 figure(s) within the tolerance, but not equal"
    assert lines[1] == "EMPTY step 2 value (item A): expected 0.01, found 0"
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"
