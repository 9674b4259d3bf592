"""The queue in front of a SQLite file."""

import threading
import time
from collections import Counter
from pathlib import Path

from jxc_desktop.services.turnstile import Turnstile


def test_one_is_in_at_a_time_and_everybody_gets_a_turn(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    database.touch()
    inside, most, turns = 0, 0, Counter[int]()
    until = time.monotonic() + 1

    def work(name: int) -> None:
        nonlocal inside, most
        queue = Turnstile(str(database))  # as another program has its own
        while time.monotonic() < until:
            with queue.turn(5):
                inside += 1
                most = max(most, inside)
                time.sleep(0.004)
                inside -= 1
                turns[name] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert min(turns.values()) >= max(turns.values()) / 4


def test_who_waits_too_long_goes_on_without_a_turn(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    database.touch()
    with Turnstile(str(database)).turn(1):
        began = time.monotonic()
        with Turnstile(str(database)).turn(0.05):
            assert time.monotonic() - began >= 0.05


def test_nothing_is_made_beside_a_file_that_is_gone(tmp_path: Path) -> None:
    with Turnstile(str(tmp_path / "gone.db")).turn(1):
        pass
    assert not list(tmp_path.iterdir())
