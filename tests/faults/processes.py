"""Posters as processes that can be killed: made quickly, by copying one that has loaded everything already."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from typing import Any

from tests.faults import poster
from tests.faults.poster import Order
from tests.faults.table import LONG

_CONTEXT = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
if os.name != "nt":
    _CONTEXT.set_forkserver_preload(["pytest", poster.__name__])


def start(order: Order, gate: Any = None) -> Any:
    """A poster at work."""
    return run(poster.post, order, gate)


def run(target: Callable[..., None], *args: Any) -> Any:
    """A process at work."""
    process = _CONTEXT.Process(target=target, args=args, daemon=True)
    process.start()
    process.given = args  # a gate has to live until the other process has found it
    return process


def gate(parties: int) -> Any:
    """Where so many processes wait for each other."""
    return _CONTEXT.Barrier(parties)


def together(orders: Sequence[Order]) -> list[Any]:
    """Posters that begin at the same moment."""
    waiting = gate(len(orders))
    return [start(order, waiting) for order in orders]


def finish(processes: Sequence[Any]) -> None:
    """Wait for posters that are expected to end well."""
    for process in processes:
        process.join(3600 if LONG else 100)
        assert process.exitcode == 0, f"a poster ended with {process.exitcode}"
