"""A record that does not exist yet, made in passing: filled in with what was typed to find it."""

from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop import document_types
from jxc_desktop.ui.context import Context

_BARCODE = 8  # digits at least; fewer are somebody's own code
_ROLES = ("customer", "supplier")


def may_make(context: Context, record_key: str) -> bool:
    """Whether the actor may save such records."""
    kind = document_types.RECORDS_BY_KEY[record_key]
    return bool(context.actor.may(kind.permission("save")))  # type: ignore[attr-defined]


def prefilled(record_key: str, text: str, role: str | None = None) -> dict[str, Any]:
    """What the form starts with: a long number is a bar code, a short one a code, all else a name."""
    given: dict[str, Any] = {name: name == role for name in _ROLES} if role else {}
    kind = document_types.RECORDS_BY_KEY[record_key]
    if not text.isdigit():
        return given | ({"name": text} if text else {})
    if len(text) >= _BARCODE and any(child.key == "barcode" for child in kind.children):
        return given | {"barcode": [{"code": text}]}
    return given | {"code" if any(f.name == "code" for f in kind.fields) else "name": text}


def make(context: Context, record_key: str, given: dict[str, Any], saved: Any, parent: QWidget) -> Any:
    """The form over the window; `saved(id, name)` follows. Returns the dialog, or None without the right."""
    from jxc_desktop.ui.pages.record_dialog import open_record_dialog

    return open_record_dialog(context, record_key, given, saved, parent.window())
