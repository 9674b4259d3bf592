"""Random histories of documents, on both databases, against the model: no figure may differ after any step.

Each history has its own company and its own way to keep the books. JXC_MACHINE_STEPS sets how many steps (document
lines and other commands) a history has, JXC_MACHINE_HISTORIES how many histories there are, JXC_MACHINE_FIRST the
number of the first. What fails is cut down to the few actions that it takes, and told.
"""

import os
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machines.histories import WEIGHTS, Action, History, actions, policy
from tests.machines.runs import Fresh, run, shortest

STEPS, HISTORIES, FIRST = (int(os.environ.get(f"JXC_MACHINE_{name}", 0)) for name in ("STEPS", "HISTORIES", "FIRST"))
ON_DEMAND = bool(STEPS or HISTORIES)
USUAL = 500  # steps of a history; more on demand
GROUPS = 10  # so that several processes can share the work


class Machine(RuleBasedStateMachine):
    """The same actions, drawn and cut down by hypothesis."""

    fresh: Fresh

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()

    @initialize(seed=st.integers(0, 10**6))
    def found(self, seed: int) -> None:
        self.history = History(self.closing.enter_context(self.fresh()), policy(seed))

    @rule(verb=st.sampled_from(sorted(WEIGHTS)), numbers=st.lists(st.integers(0, 60), min_size=6, max_size=12))
    def act(self, verb: str, numbers: list[int]) -> None:
        self.history.act(Action(verb, tuple(numbers)))

    def teardown(self) -> None:
        self.closing.close()


class Histories:
    """A class for each database, and for the long ones of PostgreSQL, so that several processes share the work."""

    @pytest.mark.timeout(3600 if ON_DEMAND else 180)
    def test_actions_that_hypothesis_draws(self, fresh: Fresh) -> None:
        machine = type("Books", (Machine,), {"fresh": staticmethod(fresh)})
        run_state_machine_as_test(machine, settings=settings(
            max_examples=HISTORIES or 8, stateful_step_count=min(STEPS or 30, 200), deadline=None,
            derandomize=not ON_DEMAND, phases=[Phase.generate, Phase.shrink], database=None,
            suppress_health_check=list(HealthCheck)))

    @pytest.mark.timeout(36_000 if ON_DEMAND else 600)
    @pytest.mark.parametrize("group", range(0, GROUPS, 2))
    def test_long_histories(self, fresh: Fresh, group: int) -> None:
        live(fresh, group)


class MoreHistories:
    @pytest.mark.timeout(36_000 if ON_DEMAND else 600)
    @pytest.mark.parametrize("group", range(1, GROUPS, 2))
    def test_long_histories(self, fresh: Fresh, group: int) -> None:
        live(fresh, group)


def live(fresh: Fresh, group: int) -> None:
    for seed in range(FIRST + group, FIRST + (HISTORIES or 50), GROUPS):
        done = run(fresh, policy(seed), actions(seed), STEPS or USUAL)
        if done.fault:
            pytest.fail(f"History {seed}: {shortest(fresh, done).report()}", pytrace=False)
        assert done.steps >= (STEPS or USUAL)


SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@SQLITE
class TestSQLite(Histories): ...


@SQLITE
class TestMoreSQLite(MoreHistories): ...


@POSTGRESQL
class TestPostgreSQL(Histories): ...


@POSTGRESQL
class TestMorePostgreSQL(MoreHistories): ...
