"""Settings: nothing that is kept is trusted, nothing that goes wrong stops the program."""

import json
from pathlib import Path

import pytest

from jxc_desktop.settings import DECLARED, PcFile, Settings, declared


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "settings.json"


def test_what_is_set_comes_back_in_the_next_start(path: Path) -> None:
    first = Settings(PcFile(path))
    first.set("window/geometry", "AAA=", pc=True)
    first.set("print/delivery_note/printer", "LQ-630K", pc=True)
    second = Settings(PcFile(path))
    assert second.get("window/geometry", pc=True) == "AAA="
    assert second.get("print/delivery_note/printer", "", pc=True) == "LQ-630K"


def test_settings_of_the_user_are_handed_on_and_not_written_to_the_pc(path: Path) -> None:
    kept: dict[str, object] = {}
    settings = Settings(PcFile(path))
    settings.use({"window/info": True}, kept.__setitem__)
    settings.set("table/stock", {"widths": {"name": 200}})
    settings.set("table/stock", {"widths": {"name": 200}})
    assert settings.get("window/info") is True
    assert kept == {"table/stock": {"widths": {"name": 200}}}
    assert not path.exists()


def test_look_and_language_are_known_before_a_database_is_open(path: Path) -> None:
    settings = Settings(PcFile(path))
    settings.use({}, lambda key, value: None)
    settings.set("look/mode", "dark")
    assert Settings(PcFile(path)).get("look/mode") == "dark"
    settings.use({"look/mode": "light"}, lambda key, value: None)
    assert settings.get("look/mode") == "light", "the user's own choice goes before that of the PC"


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null", '"text"', "\x00\xff", "[" * 5000, '{"books": 7}'])
def test_a_damaged_file_counts_as_empty_and_is_mended_by_the_next_change(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="latin-1")
    settings = Settings(PcFile(path))
    assert settings.get("look/mode") == "system"
    assert settings.get("books", []) == []
    settings.set("window/rail", True)
    assert json.loads(path.read_text(encoding="utf-8"))["window/rail"] is True


@pytest.mark.parametrize(("key", "value", "expected"), [
    ("look/mode", "purple", "system"), ("look/mode", 3, "system"), ("look/text_size", "13", 13),
    ("look/text_size", 400, 13), ("look/text_size", True, 13), ("look/language", "kl", "zh_CN"),
    ("window/geometry", ["x"], None), ("window/rail", 1, None), ("scan/gap_ms", 60, 60)])
def test_values_that_cannot_be_right_count_as_never_set(path: Path, key: str, value: object, expected: object) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({key: value}))
    assert Settings(PcFile(path)).get(key) == expected


def test_a_value_of_another_type_than_the_default_is_not_handed_out(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"print/folder": 5, "print/offset/LQ": [1.5, -2]}))
    settings = Settings(PcFile(path))
    assert settings.get("print/folder", "/home", pc=True) == "/home"
    assert settings.get("print/offset/LQ", (0.0, 0.0), pc=True) == [1.5, -2]


def test_two_programs_on_one_pc_keep_each_others_settings(path: Path) -> None:
    one, other = Settings(PcFile(path)), Settings(PcFile(path))
    one.set("print/a", 1, pc=True)
    other.set("print/b", 2, pc=True)
    assert json.loads(path.read_text()) == {"print/a": 1, "print/b": 2}


def test_a_disk_that_takes_nothing_loses_the_setting_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(PcFile(tmp_path / "file" / "settings.json"))
    settings.set("print/a", 1, pc=True)
    assert settings.get("print/a", 0, pc=True) == 1


def test_every_declared_default_is_allowed() -> None:
    for setting in DECLARED:
        assert setting.default is None or setting.accepts(setting.default), setting.key
    assert declared("table/anything") is declared("table/")
