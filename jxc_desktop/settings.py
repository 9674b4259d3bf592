"""Small values that outlive the program, declared here: per PC in a JSON file, per user in the database.

Nothing that is kept is trusted: a value of the wrong shape counts as never set, a damaged file as empty.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jxc_desktop.i18n import LANGUAGES, N_

Choices = tuple[tuple[Any, str], ...]  # (value, title)


@dataclass(frozen=True)
class Setting:
    """One setting, or with a `key` that ends in "/" all those below it.

    `kinds` are the types a kept value may have. One with a `title` is offered in the settings dialog.
    """

    key: str
    kinds: tuple[type, ...]
    default: Any = None
    choices: Choices = ()
    pc: bool = False
    title: str = ""
    group: str = ""

    def accepts(self, value: Any) -> bool:
        fits = isinstance(value, self.kinds) and (bool in self.kinds or not isinstance(value, bool))
        return fits and (not self.choices or value in dict(self.choices))


LOOK, WORK, SCAN = N_("Appearance"), N_("Working"), N_("Scanner and sound")
DECLARED = (
    Setting("look/mode", (str,), "system", (
        ("system", N_("As the system")), ("light", N_("Light")), ("dark", N_("Dark"))), title=N_("Theme"), group=LOOK),
    Setting("look/density", (str,), "auto", (
        ("auto", N_("Automatic")), ("normal", N_("Normal")), ("compact", N_("Compact"))),
        title=N_("Row height"), group=LOOK),
    Setting("look/text_size", (int,), 13, tuple((size, f"{size} px") for size in (12, 13, 14, 15)),
            title=N_("Text size"), group=LOOK),
    Setting("look/language", (str,), "zh_CN", tuple(LANGUAGES.items()), title=N_("Language"), group=LOOK),
    Setting("work/reopen_tabs", (bool,), True, title=N_("Reopen the tabs of last time"), group=WORK),
    Setting("print/after_save", (bool,), False, pc=True, title=N_("Print after saving with F9"), group=WORK),
    Setting("scan/gap_ms", (int,), 35, ((20, N_("20 ms (fast scanner)")), (35, N_("35 ms (usual)")),
                                        (60, N_("60 ms (slow scanner, wireless)"))), pc=True,
            title=N_("Longest gap between the keys of a scan"), group=SCAN),
    Setting("scan/sound", (bool,), True, pc=True, title=N_("Sound after a scan"), group=SCAN),
    Setting("window/geometry", (str,), pc=True),
    Setting("window/rail", (bool,), pc=True),
    Setting("window/info", (bool,)),
    Setting("window/tabs", (dict,)),
    Setting("stock/lots", (bool,), False),
    Setting("table/", (dict,)),
    Setting("home/", (dict,)),
    Setting("report/", (dict,)),
    Setting("list/", (dict,)),
    Setting("import/", (dict,)),
    Setting("import_folder", (str,), "", pc=True),
    Setting("books", (list,), [], pc=True),  # recently opened, the last one first
)
_BY_KEY = {setting.key: setting for setting in DECLARED}
_MIRRORED = "look/"  # needed before a database is open: kept on the PC too


def printer_of(kind_key: str) -> str:
    """Where a PC remembers the printer for documents of a type."""
    return f"print/{kind_key}/printer"


def declared(key: str) -> Setting | None:
    """The declaration of `key`, itself or by its prefix."""
    return _BY_KEY.get(key) or next((s for s in DECLARED if s.key.endswith("/") and key.startswith(s.key)), None)


class PcFile:
    """The settings of this PC: one JSON object, written whole or not at all."""

    def __init__(self, path: Path):
        self._path = path
        self._values = _read(path)

    def get(self, key: str) -> Any:
        return self._values.get(key)

    def set(self, key: str, value: Any) -> None:
        """A disk that is full or read-only loses the setting, nothing else."""
        self._values = {**(_read(self._path) or self._values), key: value}  # another program may have written too
        waiting = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps(self._values, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(waiting, self._path)


def _kinds(default: Any) -> tuple[type, ...]:
    """What may come back from JSON for a value like `default`."""
    return (list,) if isinstance(default, tuple) else (int, float) if type(default) is float else (type(default),)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class Settings:
    """Both kinds behind one door. Until `use` is called those of the user live in memory only."""

    def __init__(self, file: PcFile):
        self._file = file
        self._user: dict[str, Any] = {}
        self._keep: Callable[[str, Any], object] = lambda key, value: None

    def use(self, values: Mapping[str, Any], keep: Callable[[str, Any], object]) -> None:
        """Take the values of a user; `keep(key, value)` is called with each change."""
        self._user, self._keep = dict(values), keep

    def get(self, key: str, default: Any = None, *, pc: bool = False) -> Any:
        """The kept value, if it can be right; else `default`, or the declared one."""
        setting = declared(key)
        default = setting.default if setting and default is None else default
        for value in self._kept(key, pc or bool(setting and setting.pc)):
            fits = setting.accepts(value) if setting else default is None or isinstance(value, _kinds(default))
            if value is not None and fits:
                return value
        return default

    def set(self, key: str, value: Any, *, pc: bool = False) -> None:
        setting = declared(key)
        assert not setting or setting.accepts(value), f"{key} does not take {value!r}"
        pc = pc or bool(setting and setting.pc)
        if pc or key.startswith(_MIRRORED):
            self._file.set(key, value)
        if not pc and self._user.get(key) != value:
            self._user[key] = value
            self._keep(key, value)

    def _kept(self, key: str, pc: bool) -> tuple[Any, ...]:
        if pc:
            return (self._file.get(key),)
        return (self._user.get(key), self._file.get(key)) if key.startswith(_MIRRORED) else (self._user.get(key),)
