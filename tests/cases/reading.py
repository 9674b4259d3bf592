"""The files of worked cases: what is in them, and which of them the product does not offer a setting for."""

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

Step = dict[str, Any]
Case = dict[str, Any]

DATA = Path(os.environ.get("JXC_DATA", Path(__file__).parents[3] / "shared" / "data"))
OWN = Path(__file__).with_name("own.json")
VISIBLE = DATA.parent / "cases" / "visible.json"

# What the company's record can say; a case with any other setting or value is skipped.
OFFERED: dict[str, tuple[Any, ...]] = {
    "negative_stock": ("forbid", "allow"),
    "cost_level": ("company", "warehouse"),
    "cost_by_lot": (False, True),
    "backdating": ("replay",),
    "return_in": ("original", "current"),
    "return_out": ("original", "current"),
    "late_cost": ("prorate", "repost"),
    "count_anchor": (True,),
    "return_reopens_demand": (True, False),
    "protect_reserved": (True,),
    "block_expired": (False, True),
}
PER_CENT = ("over_delivery_pct", "over_receipt_pct", "count_threshold_pct")


def read(file: Path) -> list[Case]:
    """All cases of a file, the long histories last; those know that they are one as "sequence"."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return [*(case | {"sequence": False} for case in found.get("cases", ())),
            *(case | {"sequence": True} for case in found.get("sequences", ()))]


def not_offered(case: Case) -> str | None:
    """The first setting of the case that the product does not offer, as `setting=value`."""
    for setting, value in case.get("settings", {}).items():
        if setting not in PER_CENT and value not in OFFERED.get(setting, ()):
            return f"{setting}={value}"
    return None


def entered(case: Case) -> list[Step]:
    """All steps of a case, those that are entered at the same moment one by one."""
    return [inner for step in case["steps"] for inner in (step["steps"] if step["do"] == "parallel" else [step])]


def decimal(text: Any) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def moment(text: str) -> dt.datetime:
    """A date is its first instant."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)
