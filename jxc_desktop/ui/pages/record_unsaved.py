"""Edits of a record whose page was closed before they were saved: they come back with the page."""

import base64
import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.ui.context import Settings


def keep(settings: Settings, key: str, base: RecordDraft, mine: RecordDraft) -> None:
    """`mine` was typed on `base`."""
    settings.set(_name(key), {"base": _packed(asdict(base)), "mine": _packed(asdict(mine))})


def forget(settings: Settings, key: str) -> None:
    if settings.get(_name(key)):
        settings.set(_name(key), None)


def kept(settings: Settings, key: str) -> tuple[RecordDraft, RecordDraft] | None:
    """(base, mine), if there is something."""
    found = settings.get(_name(key))
    return (RecordDraft(**_unpacked(found["base"])), RecordDraft(**_unpacked(found["mine"]))) if found else None


def _name(key: str) -> str:
    return f"unsaved/{key}"


def _packed(value: Any) -> Any:
    """As JSON keeps it, and nothing lost."""
    if isinstance(value, dict):
        return {k: _packed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_packed(v) for v in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    return {"$bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "$decimal" in value:
        return Decimal(value["$decimal"])
    if "$date" in value:
        return dt.date.fromisoformat(value["$date"])
    return base64.b64decode(value["$bytes"]) if "$bytes" in value else {k: _unpacked(v) for k, v in value.items()}
