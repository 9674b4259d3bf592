"""Random flow histories, on both databases: orders, requests, receipts, deliveries, returns, and every way back.

After each, what is reserved, on order, fulfilled and how far orders are is what the documents' lines say. JXC_FLOWS
sets how many histories there are, JXC_FLOW the number of the first. What fails is cut down and told; JXC_SHOW=1 tells
what was done.
"""

import os
import traceback
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from tests.company import Company
from tests.machines.flow_acts import Flow
from tests.machines.flows import Act, Ground, acts, policy
from tests.machines.runs import FAULTS, Fresh

FLOWS, FIRST = int(os.environ.get("JXC_FLOWS", 0)), int(os.environ.get("JXC_FLOW", 0))
USUAL = {"sqlite": 150, "postgresql": 75}
TOGETHER = 50  # histories in one company
MUST = ("new sales_order", "from purchase_order", "from goods_receipt", "from delivery_note", "post delivery_note",
        "from sales_return", "void sales_order", "close sales_order", "reopen sales_order", "close purchase_order",
        "approve sales_order", "unpost goods_receipt", "request", "prepare")


class Fault(Exception):
    """A history that does not come out right."""


def lived(company: Company, ground: Ground, seed: int, given: Sequence[Act]) -> Flow:
    flow = Flow(ground, policy(seed))
    try:
        flow.live(given)
    except FAULTS as error:
        shown = "".join(traceback.format_exception(error)[-4:])
        raise Fault("\n".join([f"{flow.policy}", *flow.told, "", shown])) from error
    return flow


def fails(fresh: Fresh, seed: int, given: Sequence[Act]) -> str | None:
    """What goes wrong in a company that has only this history."""
    try:
        with fresh() as company:
            lived(company, Ground(company), seed, given)
    except (Fault, *FAULTS) as error:
        return str(error)
    return None


def shortest(fresh: Fresh, seed: int) -> str:
    """Leave out every act that the fault does not take."""
    given = acts(seed)
    told, i = fails(fresh, seed, given), 0
    while told and i < len(given):
        less = given[:i] + given[i + 1:]
        if (shorter := fails(fresh, seed, less)) and shorter.splitlines()[-1][:25] == told.splitlines()[-1][:25]:
            given, told = less, shorter
        else:
            i += 1
    return f"History {seed} (JXC_FLOW={seed} JXC_FLOWS=1): {told or 'only together with others'}"


@pytest.mark.timeout(36_000 if FLOWS else 300)
def test_the_figures_are_what_the_open_documents_say(fresh: Fresh, database: str) -> None:
    last = FIRST + (FLOWS or USUAL[database])
    done: Counter[Any] = Counter()
    refused: Counter[Any] = Counter()
    for start in range(FIRST, last, TOGETHER):
        seeds = range(start, min(start + TOGETHER, last))
        seed = start
        try:
            with fresh() as company:
                ground = Ground(company)
                for seed in seeds:
                    flow = lived(company, ground, seed, acts(seed))
                    done += flow.done
                    refused += flow.refused
        except Fault:
            pytest.fail(shortest(fresh, seed), pytrace=False)
        except FAULTS:  # the company's own check, after its last history
            alone = [shortest(fresh, seed) for seed in seeds if fails(fresh, seed, acts(seed))]
            pytest.fail(alone[0] if alone else traceback.format_exc(), pytrace=False)
    if os.environ.get("JXC_SHOW"):
        print(f"\ndone {sum(done.values())}: {dict(done)}\nrefused {sum(refused.values())}: {dict(refused)}")
    if last - FIRST >= USUAL["sqlite"]:
        assert [what for what in MUST if not done[what]] == []
