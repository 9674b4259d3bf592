"""The command line: every command, on both databases; what it prints, what it refuses, and its exit codes."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from jxc_desktop import cli, i18n
from jxc_desktop.models import TABLES
from jxc_desktop.services import database
from jxc_desktop.services.exchange import tables
from jxc_desktop.services.integrity import CHECKS
from tests.company import DAY, Company, day, opened
from tests.tampering import unguarded

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs commands on one database and keeps what they said."""

    def __init__(self, company: Company, capsys: pytest.CaptureFixture[str]):
        self.company, self._capsys = company, capsys
        self.out = self.err = ""

    def run(self, *argv: object, db: bool = True) -> int:
        i18n.use_language("zh_CN")
        options = ["--db", database.as_url(self.company.url).render_as_string(hide_password=False)] if db else []
        try:
            return cli.main([*options, *map(str, argv)])
        finally:
            self.out, self.err = self._capsys.readouterr()

    def json(self, *argv: object) -> Any:
        self.run("--json", *argv)
        return json.loads(self.out)


@pytest.fixture
def shell(company: Company, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(company, capsys)


@pytest.fixture
def here(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """For what does not depend on the database."""
    with opened(sqlite_url) as company:
        yield Shell(company, capsys)


def stock(c: Company) -> int:
    item = c.record("item", code="007", name="螺丝", unit_id=c.piece)
    c.post("opening_stock", (item, 100, "1.5"), date=day(-1))
    return item


# --- help -------------------------------------------------------------------------------------------------


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    listed = [words[0] for row in capsys.readouterr().out.splitlines() if (words := row.split()) and row[:4] == "    "]
    for name in ("gui", "tour", "demo", "import", "export", "report", "post", "check", "test", "bench"):
        assert name in listed
        with pytest.raises(SystemExit) as stopped:
            cli.main([name, "--help"])
        assert stopped.value.code == 0 and f"main.py {name}" in capsys.readouterr().out


def test_nothing_asked_is_helped(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["nothing"], ["check", "--nothing"], ["import"], ["export", "stock"],
                                  ["demo", "--documents", "many"], ["demo", "--today", "soon"],
                                  ["check", "--language", "fr"]])
def test_wrong_calls(capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(argv)
    assert stopped.value.code == 2 and "usage" in capsys.readouterr().err


def test_windows_and_tests_are_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    from jxc_desktop import setup

    monkeypatch.setattr(setup, "run_tests", lambda rest: len(rest))
    assert cli.main(["test", "tests/cli", "-x"]) == 2
    called: list[Any] = []
    app = type("App", (), {"main": staticmethod(lambda argv: called.append(argv) or 0)})
    monkeypatch.setitem(sys.modules, "jxc_desktop.app", app)
    assert cli.main(["tour", "--out", "x"]) == 0 and cli.main(["--db", "y", "gui"]) == 0
    assert called == [["tour", "--out", "x"], ["--db", "y", "gui"]]


# --- databases --------------------------------------------------------------------------------------------


def test_the_database_before_or_after_the_command(here: Shell) -> None:
    url = here.company.url
    for argv in (["--db", url, "check"], ["check", "--db", url], [f"--db={url}", "check", "--json"],
                 ["--json", "check", "--db", str(database.as_url(url).database)]):
        assert here.run(*argv, db=False) == 0, argv


def test_the_usual_database(here: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from jxc_desktop.cli import values

    monkeypatch.setattr(values, "default_database", lambda: database.as_url(here.company.url).database)
    assert here.run("report", db=False) == 0


def test_a_database_that_is_missing(here: Shell, tmp_path: Path) -> None:
    for command in (["check"], ["report"], ["export", "stock", "x.csv"], ["post", "-"]):
        for address in (tmp_path / "no.db", f"sqlite:///{tmp_path}/no.db", tmp_path / "no" / "no.db"):
            assert here.run(*command, "--db", address, db=False) == 1
            assert "no.db" in here.err and "Traceback" not in here.err and here.out == ""
    assert not (tmp_path / "no.db").exists()
    found = here.json("check", "--db", tmp_path / "no.db")
    assert found["error"] == "BooksMissing" and "no.db" in found["message"]


def test_a_file_that_is_no_database(here: Shell, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("shopping list")
    (tmp_path / "empty.db").touch()
    foreign = tmp_path / "foreign.db"
    import sqlite3
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE music (id INTEGER)")
    connection.close()
    for file in (tmp_path / "notes.db", tmp_path / "empty.db", foreign, tmp_path):
        before = file.read_bytes() if file.is_file() else b""
        assert here.run("check", "--db", file, db=False) == 1
        assert file.name in here.err and "Traceback" not in here.err
        assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_database_of_a_newer_program(here: Shell) -> None:
    with database.write(here.company.engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert here.run("check") == 1 and "9999" in here.err


def test_a_server_that_is_not_there(here: Shell) -> None:
    assert here.run("check", "--db", "postgresql://nobody@127.0.0.1:1/none", db=False) == 1
    assert here.err and "Traceback" not in here.err and "nobody:" not in here.err


# --- check ------------------------------------------------------------------------------------------------


def test_check_says_ok_and_seals(shell: Shell) -> None:
    stock(shell.company)
    assert shell.run("check", "--no-seal") == 0
    assert [row[:4] for row in shell.out.splitlines()] == ["ok  "] * len(CHECKS)
    assert shell.company.counts()["seal"] == 0
    assert shell.run("check") == 0
    assert shell.company.counts()["seal"] == 3  # nobody owes anything yet
    assert shell.out.count("seal stock_move 1 ") == 1
    for language, word in (("zh_CN", "流水"), ("en", "balance = moves")):
        assert shell.run("check", "--language", language) == 0 and word in shell.out


def test_check_names_one_changed_row(shell: Shell) -> None:
    stock(shell.company)
    move = TABLES["stock_move"]
    assert shell.run("check") == 0
    with unguarded(shell.company) as connection:
        connection.execute(update(move).where(move.c.id == 1).values(value=Decimal(151)))
    assert shell.run("check") == 1
    assert "FAIL" in shell.out and "stock_move row 1: " in shell.out.replace("：", ": ")
    found = shell.json("check")
    assert found["passed"] is False and {c["check"] for c in found["checks"]} == set(CHECKS)
    [altered] = next(c for c in found["checks"] if c["check"] == "rows unaltered")["findings"]
    assert altered == {"check": "rows unaltered", "where": "stock_move row 1", "expected": "as it was written",
                       "found": "altered"}
    with unguarded(shell.company) as connection:
        connection.execute(update(move).where(move.c.id == 1).values(value=Decimal(150)))
    assert shell.run("check") == 0


def test_check_against_seals_kept_elsewhere(shell: Shell, tmp_path: Path) -> None:
    stock(shell.company)
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps(shell.json("check")))
    assert shell.run("check", "--against", kept) == 0
    with unguarded(shell.company) as connection:
        connection.execute(text("DELETE FROM seal"))
    assert shell.run("check") == 0  # sealed anew: from the inside all looks well
    with unguarded(shell.company) as connection:
        connection.execute(text("UPDATE seal SET hash = " + (
            "zeroblob(32)" if shell.company.engine.dialect.name == "sqlite" else "decode(repeat('00', 32), 'hex')")))
        connection.execute(text("DELETE FROM seal"))
    results = shell.json("check", "--against", kept, "--no-seal")
    assert [c["check"] for c in results["checks"] if c["findings"]] == ["seals kept outside"]
    for content in ("{}", "[", '{"seals": [{"ledger": 1}]}'):
        kept.write_text(content)
        assert shell.run("check", "--against", kept) == 2
    assert shell.run("check", "--against", tmp_path / "none.json") == 2


# --- import -----------------------------------------------------------------------------------------------


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_import_says_what_it_did(shell: Shell, tmp_path: Path) -> None:
    file = write(tmp_path / "items.csv", "编码,名称,单位", "1,螺丝,个", "2,胶带,卷", "合计,,")
    assert shell.run("import", "item", file, "--dry-run") == 0
    assert "新增 2" in shell.out and "未保存" in shell.out and "卷" in shell.err and "4" in shell.err
    assert shell.company.counts()["item"] == 0
    assert shell.run("import", "item", file) == 0 and "已保存" in shell.out
    assert shell.company.counts()["item"] == 2
    before = shell.company.counts()
    assert shell.run("import", "item", file) == 0 and "--again" in shell.out
    found = shell.json("import", "item", file)
    assert (found["saved"], found["before"], len(found["ids"])) == (False, True, 2)
    assert found["columns"] == {"code": "编码", "name": "名称", "unit_id": "单位"}
    assert shell.company.counts() == before
    found = shell.json("import", "item", file, "--again")
    assert (found["saved"], found["before"], found["update"]) == (True, False, 2)
    assert shell.run("import", "item", file, "--keep", "--again") == 1 and "已被使用" in shell.err


def test_importing_documents_twice_posts_them_once(shell: Shell, tmp_path: Path) -> None:
    stock(shell.company)
    file = write(tmp_path / "notes.csv", "单号,客户,商品编码,数量,单价", "1,C1,007,3,5", "2,C1,007,4,5")
    argv = ["import", "delivery_note", file, "--set", "warehouse_id=W1", "--set", f"date={DAY}"]
    assert shell.run(*argv) == 0
    assert shell.company.counts()["document"] == 3 and shell.company.on_hand(1) == 93
    assert shell.run(*argv) == 0 and "--again" in shell.out
    assert shell.company.on_hand(1) == 93
    assert shell.run(*argv, "--again") == 0 and shell.company.on_hand(1) == 86
    assert shell.run(*argv[:-1], f"date={day(1)}") == 0 and shell.company.on_hand(1) == 79  # another day's


def test_faulty_rows_are_all_named(shell: Shell, tmp_path: Path) -> None:
    file = write(tmp_path / "items.csv", "编码,名称,单位,售价", "1,螺丝,个,x", "2,胶带,个,3", "3,,个,1e9")
    assert shell.run("import", "item", file) == 1
    said = shell.err.splitlines()
    assert "第 2 行" in said[0] and "x" in said[0] and "第 4 行" in said[1] and "；" in said[1].replace("; ", "；")
    assert "有误 2" in shell.out and shell.company.counts()["item"] == 0
    assert [f["row"] for f in shell.json("import", "item", file)["faults"]] == [2, 4]
    assert shell.run("import", "item", file, "--skip-faulty") == 0 and shell.company.counts()["item"] == 1


def test_a_refused_import_leaves_nothing(shell: Shell, tmp_path: Path) -> None:
    stock(shell.company)
    file = write(tmp_path / "notes.csv", "单号,客户,仓库,商品编码,数量", "1,C1,W1,007,60", "2,C1,W1,007,60")
    before = shell.company.counts()
    assert shell.run("import", "delivery_note", file) == 1 and "第 3 行" in shell.err and "螺丝" in shell.err
    assert shell.company.counts() == before
    assert shell.json("import", "delivery_note", file)["error"] == "UserErrorInRow"


def test_a_question_is_answered_beforehand(shell: Shell, tmp_path: Path) -> None:
    shell.company.settings(negative_stock="warn")
    stock(shell.company)
    file = write(tmp_path / "notes.csv", "客户,仓库,商品编码,数量", "C1,W1,007,160")
    assert shell.run("import", "delivery_note", file) == 1
    assert shell.json("import", "delivery_note", file)["acknowledge"] == "negative_stock"
    assert shell.run("import", "delivery_note", file, "--acknowledge", "negative_stock") == 0


def test_columns_by_name_number_and_not_at_all(shell: Shell, tmp_path: Path) -> None:
    file = write(tmp_path / "x.txt", "A|B|C", "1|螺丝|个")
    argv = ["import", "item", file, "--delimiter", "|", "--map", "code=A", "--map", "name=2", "--map", "unit_id=C"]
    assert shell.json(*argv, "--dry-run")["columns"] == {"code": "A", "name": "B", "unit_id": "C"}
    assert shell.run(*argv, "--set", "unit_id=箱", "--set", "sale_price=1.50", "--map", "sale_price=") == 0
    assert shell.company.rows(TABLES["item"].select())[0].unit_id == shell.company.box
    for option, value, said in (("--map", "colour=A", "colour"), ("--map", "code=Z", "A, B, C"),
                                ("--map", "code=4", "A, B, C"), ("--map", "code=²", "A, B, C"),
                                ("--map", "code", "code"), ("--set", "colour=red", "colour")):
        assert shell.run(*argv, option, value) == 2 and said in shell.err
    assert shell.run(*argv, "--set", "sale_price=cheap") == 1 and "cheap" in shell.err


def test_what_cannot_be_imported(here: Shell, tmp_path: Path) -> None:
    write(tmp_path / "items.csv", "编码,名称", "1,a")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").touch()
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4")
    for kind, file, said in (("present", "items.csv", "present"), ("company", "items.csv", "company"),
                             *(("item", name, name) for name in ("none.csv", "folder", "empty.csv", "x.pdf"))):
        assert here.run("import", kind, tmp_path / file) == 1
        assert said in here.err and "Traceback" not in here.err


# --- export -----------------------------------------------------------------------------------------------


def test_exports(shell: Shell, tmp_path: Path) -> None:
    item = stock(shell.company)
    note = shell.company.post("delivery_note", (item, 3, 5))
    for source in ("stock", "moves", "alerts", "audit", "record/item", "document/delivery_note", note.number):
        for suffix in ("xlsx", "csv"):
            file = tmp_path / f"x.{suffix}"
            assert shell.run("export", source, file) == 0 and shell.out.strip() == str(file), shell.err
            assert tables.read(file).headers
    assert shell.run("export", str(note.number).lower(), tmp_path / "x.pdf") == 0
    for paper in ("A4", "241x93"):
        assert shell.run("export", note.number, tmp_path / f"{paper}.pdf", "--paper", paper) == 0
        assert (tmp_path / f"{paper}.pdf").read_bytes().startswith(b"%PDF")


def test_filters_by_code_and_date(shell: Shell, tmp_path: Path) -> None:
    item = stock(shell.company)
    for n in range(3):
        shell.company.post("delivery_note", (item, 1, 5), date=day(n))
    shell.company.post("delivery_note", (item, 1, 5), warehouse_id=shell.company.main, remark="急")
    shell.company.void(shell.company.post("delivery_note", (item, 1, 5)))

    def rows(*filters: str) -> int:
        given = [part for f in filters for part in ("--filter", f)]
        assert shell.run("export", "document/delivery_note", tmp_path / "x.csv", *given) == 0, shell.err
        return len(tables.read(tmp_path / "x.csv").rows)

    assert rows() == 5 and rows("date_from=2026-03-03") == 2 and rows("warehouse=W1") == rows("warehouse=主仓") == 5
    assert rows("partner=华联超市", "item=007", "status=posted") == 4 and rows("status=void,draft") == 1
    assert rows("partner_id=2") == 5 and rows("ids=2,3") == 2 and rows("warehouse=W2") == 0
    assert shell.run("export", "document/delivery_note", tmp_path / "x.csv", "--text", "急") == 0
    assert len(tables.read(tmp_path / "x.csv").rows) == 1
    assert shell.run("export", "stock", tmp_path / "x.csv", "--filter", "low=true") == 0
    assert tables.read(tmp_path / "x.csv").rows == ()


BAD_EXPORTS = [
    ("nothing x.csv", 1, "nothing"), ("document/nothing x.csv", 1, "nothing"), ("stock x.pdf", 1, "x.pdf"),
    ("stock x", 1, ".xlsx"), ("stock no/x.csv", 1, "x.csv"), ("stock x.csv --filter colour=red", 2, "colour"),
    ("stock x.csv --filter low", 2, "low"), ("stock x.csv --filter low=maybe", 2, "maybe"),
    ("stock x.csv --filter warehouse=W9", 2, "W9"), ("stock x.csv --filter warehouse_id=²", 2, "²"),
    ("stock x.csv --filter warehouse_id='OR'1=1", 2, "OR"), ("moves x.csv --filter date_from=soon", 2, "soon"),
    ("QC-20260301-0001 x.pdf --paper A0", 2, "A0"), ("QC-20260301-0001 no/x.pdf", 1, "x.pdf")]


def test_exports_that_are_refused(here: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stock(here.company)
    monkeypatch.chdir(tmp_path)
    files = {p.name for p in tmp_path.iterdir()}
    for argv, code, said in BAD_EXPORTS:
        assert here.run("export", *argv.split()) == code, argv
        assert said in here.err and "Traceback" not in here.err and "{" not in here.err
        assert {p.name for p in tmp_path.iterdir()} == files


# --- report -----------------------------------------------------------------------------------------------


def test_reports(shell: Shell, tmp_path: Path) -> None:
    item = stock(shell.company)
    shell.company.post("delivery_note", (item, 3, 5), date=day(1))
    assert shell.run("report") == 0
    keys = [row.split()[0] for row in shell.out.splitlines()]
    assert {k["key"] for k in shell.json("report")} == set(keys) >= {"sales_summary", "stock_movement", "to_order"}
    for key in keys:
        assert shell.run("report", key) == 0, shell.err
        assert shell.run("report", key, tmp_path / f"{key}.xlsx") == 0
        assert shell.json("report", key)["title"]
    found = shell.json("report", "sales_summary", "--from", "2026-03-01", "--to", "2026-03-31", "--with",
                       "group_by=partner", "--with", "warehouse=主仓")
    assert found["totals"]["total"] == "15" and found["rows"][0]["code"] == "C1" and "主仓" in found["subtitle"]
    assert shell.run("report", "sales_summary", "--from", "2026-03-01", "--to", "2026-03-31") == 0
    heads, row, total = (line.split("\t") for line in shell.out.splitlines())
    assert row[:2] == ["007", "螺丝"] and total[heads.index("价税合计")] == "15"


def test_reports_that_are_refused(here: Shell) -> None:
    for argv, code, said in (
            ("nothing", 1, "nothing"), ("sales_summary --from soon", 2, "soon"),
            ("sales_summary --with colour=red", 2, "colour"), ("sales_summary --with warehouse=W9", 2, "W9"),
            ("sales_summary --with group_by=colour", 1, "colour"), ("stock_value x.pdf", 1, "x.pdf"),
            ("stock_value --from 2026-01-01", 0, ""), ("sales_summary --with warehouse", 2, "warehouse")):
        assert here.run("report", *argv.split()) == code, argv
        assert said in here.err and "Traceback" not in here.err and "{" not in here.err


# --- post -------------------------------------------------------------------------------------------------


def note(**more: Any) -> dict[str, Any]:
    return {"kind": "delivery_note", "header": {"partner": "C1", "warehouse": "W1", "date": str(DAY)},
            "lines": [{"item": "007", "quantity": 1, "price": 0.1}], **more}


def test_documents_from_a_file_and_from_standard_input(shell: Shell, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    stock(shell.company)
    file = write(tmp_path / "notes.json", json.dumps([note(key="a"), note(key="b")]))
    assert shell.run("post", file) == 0
    assert shell.out.split() == ["XSCK-20260302-0001", "XSCK-20260302-0002"]
    again = shell.json("post", file)
    assert [(s["number"], s["status"], s["before"]) for s in again] == [
        ("XSCK-20260302-0001", "posted", True), ("XSCK-20260302-0002", "posted", True)]
    assert shell.company.on_hand(1) == 98
    monkeypatch.setattr("sys.stdin", type("Input", (), {"buffer": io.BytesIO(json.dumps(note()).encode())}))
    assert shell.run("post", "-") == 0 and shell.out.strip() == "XSCK-20260302-0003"


def test_what_stands_before_a_refusal_is_named(shell: Shell, tmp_path: Path) -> None:
    stock(shell.company)
    bad = note(lines=[{"item": "nothing", "quantity": 1}, {"item": "007", "quantity": "x"}])
    file = write(tmp_path / "notes.json", json.dumps([note(key="a"), bad, note(key="c")]))
    assert shell.run("post", file) == 1
    assert shell.out.split() == ["XSCK-20260302-0001"] and "nothing" in shell.err
    found = shell.json("post", file)
    assert found["error"] == "InvalidDraft" and [s["number"] for s in found["saved"]] == ["XSCK-20260302-0001"]
    assert [(p["field"], p["line"]) for p in found["problems"]] == [("item_id", 0), ("quantity", 1)]
    too_many = note(lines=[{"item": "007", "quantity": 1000}])
    write(file, json.dumps(too_many))
    assert shell.run("post", file) == 1 and "螺丝" in shell.err
    write(file, "{")
    assert shell.run("post", file) == 1 and shell.json("post", file)["error"] == "CannotImport"


def test_files_that_are_no_json(here: Shell, tmp_path: Path) -> None:
    (tmp_path / "gbk.json").write_bytes("螺丝".encode("gbk"))
    for name in ("none.json", "gbk.json", "."):
        assert here.run("post", tmp_path / name) == 1
        assert "Traceback" not in here.err and here.err
    write(tmp_path / "bom.json", "\ufeff[]")
    assert here.run("post", tmp_path / "bom.json") == 0 and here.json("post", tmp_path / "bom.json") == []


def test_questions_are_answered_beforehand(shell: Shell, tmp_path: Path) -> None:
    shell.company.change_record("item", stock(shell.company), minimum_price=Decimal(5))
    file = write(tmp_path / "x.json", json.dumps(note()))
    assert shell.run("post", file) == 1
    assert shell.json("post", file)["acknowledge"] == "below_minimum"
    assert shell.run("post", file, "--acknowledge", "below_minimum") == 0


# --- demo, bench, and a real process ----------------------------------------------------------------------


def test_a_demo_company_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "demo.db")
    assert cli.main(["demo", "--db", file, "--documents", "40", "--today", "2026-06-13"]) == 0
    assert capsys.readouterr().out.strip() == file
    assert cli.main(["check", "--db", file]) == 0
    assert cli.main(["demo", "--db", file]) == 1 and "{" not in capsys.readouterr().err


def test_an_unknown_benchmark(here: Shell) -> None:
    assert here.run("bench", "nothing") == 2 and "nothing" in here.err


def process(*argv: object, given: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, ROOT / "main.py", *map(str, argv)], input=given.encode(),
                          capture_output=True, timeout=60, cwd=ROOT)


def test_as_a_program_of_its_own(sqlite_url: str) -> None:
    with opened(sqlite_url) as company:
        stock(company)
    sent = process("post", "-", "--db", sqlite_url, "--json", given=json.dumps(note(key="1"), ensure_ascii=False))
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)[0]["number"] == "XSCK-20260302-0001"
    checked = process("--db", sqlite_url, "check")
    assert checked.returncode == 0 and "库存余额" in checked.stdout.decode("utf-8")
    assert checked.stdout.decode("utf-8").count("ok  ") == len(CHECKS)
