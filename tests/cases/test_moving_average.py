"""Worked figures of other projects' tests (their format: cases/FORMAT.md), through real documents.

Those that the program can play are played: moving average in one pool, receipts, issues, returns, transfers,
voids and corrections, with or without missing stock. They lie beside the folder that JXC_DATA names.
"""

import datetime as dt
import json
import os
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from jxc_desktop.errors import UserError
from jxc_desktop.models import TABLES
from jxc_desktop.services.unit_of_work import Saved
from tests.company import DAY, Company, line

FILE = Path(os.environ.get("JXC_DATA", Path(__file__).parents[3] / "shared" / "data")).parent / "cases" / "visible.json"
KINDS = {"receive": "goods_receipt", "issue": "delivery_note", "return_in": "sales_return",
         "return_out": "purchase_return", "transfer": "transfer"}
MOVE, POOL = TABLES["stock_move"].c, TABLES["cost_pool"].c
Case = dict[str, Any]


def playable(case: Case) -> bool:
    steps, settings = case["steps"], case.get("settings", {})
    return (case["method"] == "moving_average" and {s["do"] for s in steps} <= {*KINDS, "cancel", "amend"}
            and set(settings) <= {"negative_stock"}
            and not any(i.get("tracking") or i.get("standard_cost") for i in case["items"].values())
            and not any("order" in s or (s["do"] == "return_in" and "unit_cost" in s) for s in steps))


def cases(part: str) -> list[Any]:
    if not FILE.exists():
        reason = f"no worked cases at {FILE}; JXC_DATA names the folder beside them"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    found = json.loads(FILE.read_text(encoding="utf-8"))[part]
    return [pytest.param(case, id=case["id"]) for case in found if playable(case)]


class Play:
    """One case on a company: `docs` are the documents by step number."""

    def __init__(self, company: Company, case: Case):
        self.company, self.case = company, case
        self.docs: dict[int, Saved] = {}
        self.units: dict[str, int] = {}
        self.warehouses: dict[str, int] = {}
        company.settings(negative_stock=case.get("settings", {}).get("negative_stock", "forbid"))
        self.items = {name: self.item(name, about) for name, about in case["items"].items()}

    def item(self, name: str, about: Case) -> int:
        packs = [{"unit_id": self.unit(unit), "factor": D(ratio["factor"] if isinstance(ratio, dict) else ratio)}
                 for unit, ratio in about.get("uoms", {}).items()]
        return self.company.record("item", {"item_unit": packs}, code=name, name=name, unit_id=self.company.kilo)

    def unit(self, name: str) -> int:
        if name not in self.units:
            self.units[name] = self.company.record("unit", name=f"u {name}", decimals=4)
        return self.units[name]

    def warehouse(self, name: str) -> int:
        if name not in self.warehouses:
            self.warehouses[name] = self.company.record("warehouse", code=f"case {name}", name=name)
        return self.warehouses[name]

    def run(self) -> None:
        when: dict[str, Any] = {"date": DAY}
        for step in self.case["steps"]:
            if "date" in step:
                moment = dt.datetime.fromisoformat(step["date"])
                when = {"date": moment.date(), "time": moment.time()}
            asked = [e for e in self.case["expect"] if e["after_step"] == step["n"]]
            refused = self.refused(step, when)
            assert refused == any("error" in e for e in asked), step
            for expected in asked:
                if "error" not in expected:
                    self.check(expected)

    def refused(self, step: Case, when: dict[str, Any]) -> bool:
        try:
            if step["do"] in KINDS:
                self.docs[step["n"]] = self.post(step, when)
            elif step["do"] == "cancel":
                self.company.void(self.docs[step["ref"]])
            else:
                self.company.correct(self.docs[step["ref"]], lambda draft: draft.lines[0].update(
                    {ours: D(step[theirs]) for theirs, ours in (("qty", "quantity"), ("unit_cost", "price"))
                     if theirs in step} | {"amount": None}))
        except UserError:
            return True
        return False

    def post(self, step: Case, when: dict[str, Any]) -> Saved:
        given = line(self.items[step["item"]], step["qty"], step.get("unit_cost"))
        if step["do"] in ("issue", "return_in"):
            given["price"] = D(1)  # what it sells for is not the cases' matter
        if "amount" in step:
            given["amount"] = D(step["amount"])
        if "uom" in step:
            given["unit_id"] = self.units.get(step["uom"])
        if "ref" in step:
            given["source_line_id"] = self.company.line_ids(self.docs[step["ref"]])[0]
        header = when | {"warehouse_id": self.warehouse(step.get("warehouse", "main"))}
        if "to" in step:
            header["to_warehouse_id"] = self.warehouse(step["to"])
        return self.company.post(KINDS[step["do"]], given, **header)

    def check(self, expected: Case) -> None:
        found = self.of_step(expected) if "of_step" in expected else self.of_item(expected)
        for name, figure in found.items():
            if name in expected and figure is not None:
                near = D("0.000001") if name == "unit_cost" else self.tolerance(name)
                assert abs(figure - D(expected[name])) <= near, (expected, name, figure)

    def tolerance(self, name: str) -> D:
        """Sequences are met exactly; the source of a single case may have rounded otherwise, by a cent."""
        return D("0.01") if name != "qty" and len(self.case["steps"]) < 50 else D(0)

    def of_step(self, expected: Case) -> dict[str, D | None]:
        value, variance = self.company.worth(self.docs[expected["of_step"]])
        return {"cogs": -value, "in_value": value, "variance": variance}

    def of_item(self, expected: Case) -> dict[str, D | None]:
        item = self.items[expected.get("item", next(iter(self.items)))]
        where = MOVE.item_id == item
        if "as_of" in expected:
            end = dt.datetime.fromisoformat(expected["as_of"][:10]) + dt.timedelta(1)
            where &= MOVE.effective_at < end
        place = self.warehouse(expected["warehouse"]) if "warehouse" in expected else MOVE.warehouse_id
        here = where & (MOVE.warehouse_id == place)
        quantity, value = (self.company.scalar(select(func.sum(column)).where(condition)) or D(0)
                           for column, condition in ((MOVE.quantity, here), (MOVE.value, where)))
        [pool] = self.company.rows(select(POOL.quantity, POOL.value, POOL.last_cost).where(POOL.item_id == item))
        cost = pool.value / pool.quantity if pool.quantity > 0 else pool.last_cost
        return {"qty": quantity, "value": None if "warehouse" in expected else value,
                "unit_cost": None if "as_of" in expected else cost}


@pytest.mark.parametrize("case", cases("cases"))
def test_cases(company: Company, case: Case) -> None:
    Play(company, case).run()


@pytest.mark.parametrize("case", cases("sequences"))
def test_histories(company: Company, case: Case) -> None:
    """50 to 200 steps each, met to the cent."""
    Play(company, case).run()
