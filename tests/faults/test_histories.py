"""Random histories of documents against an independent model: what tests/machines does, with a row in the table."""

import pytest

from tests.faults.table import Table, runs, seed
from tests.machines.conftest import database, fresh
from tests.machines.histories import actions, policy
from tests.machines.runs import Fresh, run, shortest

__all__ = ["database", "fresh"]


def test_b12_random_histories(fresh: Fresh, database: str, table: Table) -> None:
    """Each history has a company and a way to keep its books; no figure may differ from the model after any step."""
    tried, repeat = 0, f'--faults short -k "b12 and {database}"'
    for number in range(5):
        done = run(fresh, policy(seed(number)), actions(seed(number)), runs(100, 2000))
        tried += done.steps
        if done.fault:
            table.row("B12 random histories", database, tried, 1, "a figure differs from the model", repeat=repeat)
            pytest.fail(shortest(fresh, done).report(), pytrace=False)
    table.row("B12 random histories", database, tried, 0, "every figure = model after each step", repeat=repeat)
