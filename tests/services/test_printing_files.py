"""Sheets saved as files: one by name, many into a folder, and what cannot be written."""

from dataclasses import replace
from datetime import date

import pytest

from jxc_desktop.services.printing import (
    PAPERS,
    CannotWrite,
    Company,
    Kind,
    PrintOptions,
    Sheet,
    SheetColumn,
    page_count,
    save,
)

SHEET = Sheet("送货单", "XSCK-1", date(2026, 1, 1), Company("公司"), (SheetColumn("n", "序", 1, Kind.INDEX),), ({},),
              partner="永辉超市")


def test_one_sheet_becomes_the_file_asked_for(tmp_path):
    target = tmp_path / "任意名称.pdf"
    assert save([SHEET], PAPERS["A4"], PrintOptions(), target) == [target]
    assert page_count(target.read_bytes()) == 1


def test_many_sheets_become_a_file_each(tmp_path):
    files = save([SHEET, replace(SHEET, number="XSCK-2")], PAPERS["A4"], PrintOptions(), tmp_path)
    assert [file.name for file in files] == ["XSCK-1_永辉超市_2026-01-01.pdf", "XSCK-2_永辉超市_2026-01-01.pdf"]
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)


def test_what_cannot_be_written_names_the_file_and_the_reason(tmp_path):
    target = tmp_path / "missing" / "x.pdf"
    with pytest.raises(CannotWrite) as caught:
        save([SHEET], PAPERS["A4"], PrintOptions(), target)
    assert str(target) in caught.value.text() and caught.value.data["reason"]
