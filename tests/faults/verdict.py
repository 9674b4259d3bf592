"""What must hold after every fault: the invariants of the database, and that senders were told the truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select

from jxc_desktop.document_types.schema import Status
from jxc_desktop.models import TABLES
from jxc_desktop.services import integrity
from tests.faults import logbook
from tests.faults.logbook import Record, Word


@dataclass
class Verdict:
    """All empty where nothing was lost, doubled, half done or wrong."""

    lost: set[str] = field(default_factory=set)  # acknowledged, not there
    doubled: set[str] = field(default_factory=set)  # there more than once
    risen: set[str] = field(default_factory=set)  # answered "not saved", yet there
    half: list[str] = field(default_factory=list)  # broken invariants
    record: Record = field(default_factory=Record)

    @property
    def failures(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.risen) + len(self.half)

    def __str__(self) -> str:
        return f"lost {self.lost}, doubled {self.doubled}, risen {self.risen}, half {self.half}"


def judge(engine: Engine, logs: Iterable[Path]) -> Verdict:
    """Compare the books with the record that was kept outside, and check them."""
    record = logbook.read(logs)
    posted = remarks(engine)
    done = commands(engine)
    acknowledged = record.keys(Word.POSTED)
    return Verdict(
        lost={key for key in acknowledged if not posted[key] or key not in done},
        doubled={key for key in record.stories if posted[key] > 1},
        risen={key for key in record.keys(Word.REFUSED, Word.FAILED) if posted[key] or key in done},
        half=broken(engine) + [f"{key}: document without command, or the other way round"
                               for key in record.stories if bool(posted[key]) != (key in done)],
        record=record)


def broken(engine: Engine) -> list[str]:
    """Every broken invariant, named."""
    return [f"{r.check}: {f.where}: {f.expected} / {f.found}"
            for r in integrity.check(engine) for f in r.findings]


def remarks(engine: Engine) -> Counter[str]:
    """How often each key stands on a posted document."""
    d = TABLES["document"].c
    with engine.connect() as connection:
        return Counter(connection.scalars(select(d.remark).where(d.status == Status.POSTED, d.remark.is_not(None))))


def commands(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(TABLES["command"].c.key)))
