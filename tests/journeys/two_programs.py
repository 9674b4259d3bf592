"""A program on books that others work on, too: it follows the change feed and knows what its people should see.

`python -m tests.journeys.two_programs ADDRESS NAME` is one in a process of its own: it reads commands from its
standard input, one JSON object a line, and tells on its standard output what it did and what came into sight when.
Moments are of the machine's monotonic clock, which all processes share.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from jxc_desktop.services import access, books, documents, followups, notices
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.sync import Feed, start_of
from jxc_desktop.services.unit_of_work import Commands, Saved, utc_now

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # seconds until what does not come into sight never will


class Program:
    """Open books; `seen` is when each notice, alert and document came into sight."""

    def __init__(self, address: str, name: str):
        self.books = books.open_books(address)
        self.actor = access.administrator(name)
        self.commands = Commands(self.books.engine, self.actor, f"PC of {name}")
        self.queries = Queries(self.books.engine, self.actor)
        self.seen: dict[Hashable, float] = {}
        self.wakes = threading.Condition()
        start = start_of(self.books.engine)
        self._look()
        self.feed = Feed(self.books.engine, f"PC of {name}", start, self._news)
        self.feed.start()

    def _news(self, changes: frozenset[tuple[str, int]]) -> None:
        self._look()
        self._mark([("document", id_) for _, id_ in changes])

    def _look(self) -> None:
        """What the screens of this program ask for when something has changed."""
        with self.books.engine.connect() as connection:
            told = notices.open_for(connection, self.actor, utc_now())
        self._mark([*((str(n.kind), n.document_id) for n in told),
                    *((a.kind, a.item_id) for a in self.queries.alerts())])

    def _mark(self, keys: list[tuple[str, Any]]) -> None:
        now = time.monotonic()
        with self.wakes:
            for key in keys:
                self.seen.setdefault(key, now)
            self.wakes.notify_all()

    def when(self, kind: str, about: int) -> float:
        """When it came into sight; waits for it."""
        with self.wakes:
            assert self.wakes.wait_for(lambda: (kind, about) in self.seen, PATIENCE), f"never saw {kind} {about}"
            return self.seen[kind, about]

    def save(self, draft: Any) -> tuple[Saved, float]:
        """(what was saved, when)."""
        saved = self.commands.execute(documents.save, draft).value
        return saved, time.monotonic()

    def close(self) -> None:
        self.feed.stop()
        self.books.engine.dispose()

    # --- what the people at B do ---------------------------------------------------------------------------------

    def buy(self, request: int) -> tuple[Saved, float]:
        """Order what a request asks for from the usual supplier, at the price that the program proposes."""
        draft = self.queries.draft_from("purchase_order", [request])
        item = self.queries.open_record("item", draft.lines[0]["item_id"])
        draft.header["partner_id"] = item.values["supplier_id"]
        for line in draft.lines:
            line["price"] = self.queries.price_for("purchase_order", line["item_id"], None,
                                                   draft.header["partner_id"]).price
        return self.save(draft)

    def receive(self, order: int) -> tuple[Saved, float]:
        return self.save(self.queries.draft_from("goods_receipt", [order]))

    def deliver(self, order: int) -> tuple[Saved, float]:
        """Send the delivery that the program prepares."""
        prepared = self.commands.execute(followups.prepare_delivery, order).value
        return self.save(self.queries.open_document(prepared.id))

    def hang(self, order: int) -> None:
        """Begin to receive an order, and never end."""
        draft = self.queries.draft_from("goods_receipt", [order])

        def save_and_stay(work: Any) -> None:
            documents.save(work, draft)
            tell({"inside": os.getpid()})
            time.sleep(PATIENCE)

        self.commands.execute(save_and_stay)


def tell(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def work(address: str, name: str) -> None:
    """Carry out what comes in: {"do": method, "with": argument}."""
    program = Program(address, name)
    tell({"ready": os.getpid()})
    for line in sys.stdin:
        given = json.loads(line)
        done = getattr(program, given["do"])(*given["with"])
        saved, at = done if isinstance(done, tuple) else (None, done)
        tell({"id": saved.id if saved else None, "at": at})
    program.close()


class Other:
    """A program in a process of its own."""

    def __init__(self, address: str, name: str = "陈明"):
        self.process = subprocess.Popen([sys.executable, "-m", __name__, address, name], cwd=ROOT, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.pid = self.told()["ready"]

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._told.put(json.loads(line))

    def told(self) -> dict[str, Any]:
        return self._told.get(timeout=PATIENCE)

    def ask(self, do: str, *given: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": do, "with": given}) + "\n")
        self.process.stdin.flush()

    def do(self, what: str, *given: Any) -> tuple[int, float]:
        """(the document that was saved, when)."""
        self.ask(what, *given)
        answer = self.told()
        return answer["id"], answer["at"]

    def when(self, kind: str, about: int) -> float:
        return self.do("when", kind, about)[1]

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.stdout.close()


if __name__ == "__main__":
    work(*sys.argv[1:])
