"""Histories on new companies; one that shows a fault is cut down to the few operations that it takes."""

import re
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from jxc_desktop.errors import UserError
from tests.company import Company
from tests.machines.both import Both, Difference, Op
from tests.machines.histories import Action, History

Fresh = Callable[[], AbstractContextManager[Company]]
FAULTS = (AssertionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, SQLAlchemyError,
          UserError)


@dataclass
class Run:
    policy: dict[str, Any]
    done: list[Op]
    told: list[str]
    steps: int
    fault: BaseException | None

    @property
    def kind(self) -> str:
        """What sort of fault it is, whatever the figures."""
        lines = str(self.fault).splitlines()
        return type(self.fault).__name__ + re.sub(r"[\W\d].*", "", lines[-1].strip() if lines else "")

    def report(self) -> str:
        shown = str(self.fault) if isinstance(self.fault, Difference) else "".join(
            traceback.format_exception(self.fault)[-8:])
        return "\n".join([f"with {self.policy}:", *self.told, "", shown])


def run(fresh: Fresh, policy: dict[str, Any], actions: Iterable[Action], steps: int) -> Run:
    """One history of so many steps, or until the first fault."""
    def live(company: Company) -> Iterator[Both]:
        history = History(company, policy)
        yield history
        for action in actions:
            if history.steps >= steps:
                break
            history.act(action)
    return _lived(fresh, policy, live)


def again(fresh: Fresh, policy: dict[str, Any], operations: Iterable[Op]) -> Run:
    def live(company: Company) -> Iterator[Both]:
        both = Both(company, policy)
        yield both
        for operation in operations:
            both.do(operation)
    return _lived(fresh, policy, live)


def _lived(fresh: Fresh, policy: dict[str, Any], live: Callable[[Company], Iterator[Both]]) -> Run:
    both: Both | None = None
    fault = None
    try:
        with fresh() as company:
            for both in live(company):  # noqa: B007 - needed after the loop, too
                pass
            assert both
            both.finish()
    except FAULTS as error:
        fault = error
    return Run(policy, both.done if both else [], both.told if both else [], both.steps if both else 0, fault)


def shortest(fresh: Fresh, failed: Run, seconds: float = 120) -> Run:
    """Leave out whatever is not needed for the same sort of fault, in ever smaller pieces."""
    until = time.monotonic() + seconds
    piece = len(failed.done) // 2
    while piece and time.monotonic() < until:
        start, before = 0, len(failed.done)
        while start < len(failed.done) and time.monotonic() < until:
            trial = again(fresh, failed.policy, failed.done[:start] + failed.done[start + piece:])
            if trial.fault and trial.kind == failed.kind:
                failed = trial
            else:
                start += piece
        piece = piece // 2 if piece > 1 or len(failed.done) == before else 1
    return failed
