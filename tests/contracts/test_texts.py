"""Every text of the program has its Chinese, with the same places to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jxc_desktop import i18n

PACKAGE = Path(i18n.__file__).parent
PLACES = re.compile(r"\{(\w+)\}")


def texts(file: Path) -> Iterator[str]:
    """Literals handed to N_ and tr, also both sides of `a if b else c`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("N_", "tr") and node.args:
            given = node.args[0]
            for literal in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    yield literal.value


def test_every_text_has_its_chinese() -> None:
    chinese = i18n.catalogue("zh_CN")
    used = {text: file.name for file in PACKAGE.rglob("*.py") for text in texts(file)}
    assert len(used) > 500
    assert {text: file for text, file in used.items() if text not in chinese} == {}


def test_translations_fill_the_same_places() -> None:
    assert {text: said for text, said in i18n.catalogue("zh_CN").items()
            if set(PLACES.findall(text)) != set(PLACES.findall(said))} == {}
