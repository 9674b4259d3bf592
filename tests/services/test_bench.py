"""The benchmark measures what it says, on a database of its own."""

import json
from typing import Any

import pytest

from bench import __main__ as bench
from bench import posting
from jxc_desktop.services import database, integrity
from tests.company import Company


def test_a_tiny_run(company: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "WARM_UP", 1)
    monkeypatch.setattr(posting, "RUNS", 3)
    measured: list[Any] = []
    stocked = posting._stock
    monkeypatch.setattr(posting, "_stock", lambda commands: measured.append(commands) or stocked(commands))
    url = database.as_url(company.url).render_as_string(hide_password=False)
    before = company.counts()
    assert bench.main(["posting"], database=url, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert "cores" in found["machine"]
    figures = found["posting"]
    assert figures["database"] == company.engine.dialect.name
    assert figures["ratio"] > 1 and 0 < figures["baseline_ms"] < figures["product_ms"] <= figures["product_p95_ms"]
    assert company.counts() == before and len(measured) == 1  # somebody's own books take no part
    assert all(r.passed for r in integrity.check(company.engine))


def test_on_a_file_of_its_own(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "WARM_UP", 0)
    monkeypatch.setattr(posting, "RUNS", 2)
    assert bench.main(["all"]) == 0
    said = capsys.readouterr().out
    assert "posting: database sqlite" in said and "ratio" in said


def test_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["flying"]) == 2
    assert "flying" in capsys.readouterr().err
