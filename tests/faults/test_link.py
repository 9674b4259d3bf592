"""The link to the server is cut without a word: nothing closes, nothing answers, and that is noticed all the same."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jxc_desktop.services import database
from jxc_desktop.setup import ROOT
from tests.company import Company
from tests.faults import logbook, verdict
from tests.faults.logbook import Record, Word
from tests.faults.proxy import Proxy
from tests.faults.table import LONG, Table, runs
from tests.faults.test_disk import ROOT as AS_ROOT
from tests.faults.test_kill import stocked, wait_for

HERE, FAR = "10.213.77.1", "10.213.77.2"


@contextmanager
def far_place() -> Iterator[tuple[str, str]]:
    """(a network of its own on this machine, the end of the only link to it)."""
    place, near, far = f"jxc{os.getpid()}", f"jn{os.getpid()}", f"jf{os.getpid()}"
    ip("netns", "add", place)
    try:
        ip("link", "add", near, "type", "veth", "peer", "name", far)
        ip("link", "set", far, "netns", place)
        ip("addr", "add", f"{HERE}/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", place, "addr", "add", f"{FAR}/24", "dev", far)
        ip("-n", place, "link", "set", far, "up")
        yield place, near
    finally:
        ip("netns", "del", place)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@pytest.mark.skipif(not LONG, reason="in the long set")
@pytest.mark.skipif(not AS_ROOT or shutil.which("ip") is None, reason="only root may cut a link")
def test_a15_link_cut_without_a_word(pg_company: Company, tmp_path: Path, table: Table) -> None:
    """In the middle of posting; whoever waits is told within ten seconds, and posts on when the link is back."""
    items, url, log, times = stocked(pg_company, 3), database.as_url(pg_company.url), tmp_path / "a15", runs(1, 5)
    told = []
    with far_place() as (place, link), Proxy(int(url.port or 0), HERE) as proxy:
        proxy.dark = True
        far = url.set(host=HERE, port=proxy.port).render_as_string(hide_password=False)
        poster = subprocess.Popen(
            ["ip", "netns", "exec", place, sys.executable, "-m", "tests.faults.poster", "--db", far, "--log", str(log),
             "--n", "100000", "--mix", "delivery", "--items", *map(str, items)], cwd=ROOT)
        for _ in range(times):
            wait_for(log, lines=log.read_bytes().count(b"\n") + 40 if log.exists() else 40)
            ip("link", "set", link, "down")
            started = time.monotonic()
            while not late(logbook.read([log]), started) and time.monotonic() < started + 60:
                time.sleep(0.05)
            told.append(time.monotonic() - started)
            ip("link", "set", link, "up")
        wait_for(log, lines=log.read_bytes().count(b"\n") + 40)
        poster.kill()
        poster.wait()
    found = verdict.judge(pg_company.engine, [log])
    table.row("A15 link cut without a word", "postgresql", times, found.failures,
              f"told after {max(told):.1f} s at most, {len(found.record.keys(Word.POSTED))} documents posted around it")
    assert not found.failures and max(told) < 10, (found, told)


def late(record: Record, since: float) -> bool:
    """Whether somebody was told since then that it did not work, or is not known."""
    return any(s.ended > since and s.word in (Word.FAILED, Word.UNKNOWN) for s in record.stories.values())
