"""What the line grid knows about its items: names, units, stock, proposed prices; fetched off the UI thread."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from jxc_desktop.document_types import BY_KEY
from jxc_desktop.document_types.schema import Basis, DocumentType, Draft, Move, Promise, Section, Values
from jxc_desktop.services import units
from jxc_desktop.services.pinyin import readings
from jxc_desktop.values import ZERO

_COUNTS, _NEW = (Basis.COUNT, Basis.RECOUNT), (Basis.GIVEN, Basis.CURRENT, Basis.MADE)
NOT_TRACKED, BY_LOT, BY_SERIAL = "none", "lot", "serial"


class Named(NamedTuple):
    """What is known of an item before its facts arrive: from the look-up that chose it."""

    code: str
    name: str
    spec: str
    unit: str


@dataclass(frozen=True)
class Wanted:
    """A line whose item was just chosen."""

    key: int
    item_id: int
    unit_id: int


def takes_stock(kind: DocumentType, role: str = "use") -> bool:
    """Whether lines of this type (in this role) use up stock or promise it: its effect on a trial line says so."""
    return kind.promise is Promise.RESERVED or any(move.quantity < 0 for move in _trial_moves(kind, role))


def brings_stock(kind: DocumentType, role: str = "make") -> bool:
    """Whether goods come in, or are found, that may be of a lot nobody knows yet; what comes back is known."""
    return any(move.basis in _COUNTS or (move.quantity > 0 and move.basis in _NEW) for move in _trial_moves(kind, role))


def moves_goods(kind: DocumentType, role: str = "use") -> bool:
    """Whether goods go somewhere, or are counted: then it must be known which they are."""
    return any(move.quantity or move.basis in _COUNTS for move in _trial_moves(kind, role))


def _trial_moves(kind: DocumentType, role: str) -> list[Move]:
    one = Decimal(1)
    line: Values = {"item_id": 1, "role": role, "base_quantity": one, "value": ZERO, "amount": ZERO, "weight": one,
                    "source_warehouse_id": 1}
    return kind.effect(Draft(kind.key, {"partner_id": 1, "warehouse_id": 1, "to_warehouse_id": 2, "total": ZERO},
                             [line]))


def reserved_by_source(kind: DocumentType) -> bool:
    """Whether the stock of lines made from another document was reserved by that document."""
    return any(BY_KEY[key].promise is Promise.RESERVED for key in kind.sources)


class LineFacts(QObject):
    """Caches per document; asks the queries for what is missing and says `arrived` when it knows more."""

    arrived = Signal()
    elsewhere = Signal()  # it is about another warehouse now
    settled = Signal()  # nothing is under way any more

    def __init__(self, kind: DocumentType, queries: Any, tasks: Any, parent: QObject | None = None):
        super().__init__(parent)
        self.kind = kind
        self.selling = kind.section is not Section.PURCHASE
        self._queries, self._tasks = queries, tasks
        self.items: dict[int, Any] = {}
        self.names: dict[int, Named] = {}
        self.stock: dict[int, Any] = {}
        self.spoken: dict[str, tuple[str, ...]] = {}  # pinyin and initials of units
        self.lots: dict[int, tuple[Any, ...]] = {}  # of tracked items, in the header's warehouse, first to take first
        self.warehouse_id: int | None = None
        self.partner_id: int | None = None
        self.pending = 0
        self.token = ""  # of this document among those that hold goods

    def named(self, item_id: int | None) -> Any:
        """The item's facts, or at least its names; None while unknown."""
        return self.items.get(item_id) or self.names.get(item_id) if item_id else None

    def unit(self, line: Values) -> Any:
        """The unit choice of a line; its base unit where none is stated."""
        item = self.items.get(line.get("item_id") or 0)
        if item is None:
            return None
        return next((u for u in item.units if u.unit_id == line.get("unit_id")), item.units[0])

    def base(self, line: Values) -> Decimal:
        """The line's quantity in base units; zero while something is unknown."""
        unit, quantity = self.unit(line), line.get("quantity")
        return units.in_base(quantity, unit) if unit and quantity else ZERO

    def tracking(self, line: Values) -> str:
        """How the goods of a line are followed: by "lot", by "serial" number, or not: "none"."""
        item = self.items.get(line.get("item_id") or 0)
        return str(item.tracking) if item else NOT_TRACKED

    def lot(self, line: Values, code: str | None = None) -> Any:
        """What is known of a line's lot (or another of its item) in the warehouse; else None."""
        wanted = code or line.get("lot")
        return next((lot for lot in self.lots.get(line.get("item_id") or 0, ()) if lot.code == wanted), None)

    def use_warehouse(self, warehouse_id: int | None) -> None:
        """Show the stock of another warehouse from now on."""
        if warehouse_id != self.warehouse_id:
            self.warehouse_id = warehouse_id
            known, self.stock, self.lots = set(self.stock) | set(self.items), {}, {}
            self.want(known)
            self.elsewhere.emit()

    def want(self, item_ids: Iterable[int]) -> None:
        """Fetch what is missing of these items."""
        asked = frozenset(item_ids)
        if missing := frozenset(i for i in asked if i not in self.items or i not in self.stock):
            self._run(_items_and_stock, self._queries, missing, self._here, done=self._take)

    def refresh(self, item_ids: Collection[int]) -> None:
        """The stock of these items has changed somewhere."""
        if known := frozenset(item_ids) & self.stock.keys():
            self._run(_items_and_stock, self._queries, known, self._here, done=self._take)

    def propose(self, wanted: Collection[Wanted], done: Callable[[dict[int, Any]], None]) -> None:
        """Fetch facts and price proposals of lines; `done` gets the proposals by line key."""
        def take(answer: tuple[Any, ...]) -> None:
            self._take(answer[0])
            done(answer[1])

        self._run(_proposals, self._queries, self.kind.key, tuple(wanted), self.partner_id, self._here,
                  done=take)

    def find_scanned(self, code: str, done: Callable[["Scanned"], None]) -> None:
        """What a scanned code means: an item in a unit, or a lot or serial number of one."""
        self._run(_scanned, self._queries, code, (self.partner_id, self.warehouse_id, self.selling), done=done)

    def find_exact(self, texts: Collection[str], done: Callable[[dict[str, Any]], None], *,
                   alone: bool = False) -> None:
        """Items by code, bar code or whole name: `done` gets the hits by text, without those not found.

        `alone`: anything else that fits will do as well if it is the only one.
        """
        self._run(_exact, self._queries, tuple(texts), (self.partner_id, self.warehouse_id, self.selling), alone,
                  done=done)

    def note(self, hit: Any) -> None:
        """Remember what a look-up showed of an item."""
        self.names[hit.id] = Named(hit.code, hit.name, hit.spec, hit.unit)

    def _run(self, operation: Callable[..., Any], *args: Any, done: Callable[[Any], None]) -> None:
        def finished(answer: Any) -> None:
            self._settle()
            done(answer)
            if not self.pending:
                self.settled.emit()

        def failed(error: Exception) -> None:
            self._settle()
            if not self.pending:
                self.settled.emit()

        self.pending += 1
        self._tasks.run(operation, *args, done=finished, failed=failed, write=False)

    @property
    def _here(self) -> "Here":
        return Here(self.warehouse_id, self.token)

    def _settle(self) -> None:
        self.pending -= 1

    def _take(self, answer: "Known") -> None:
        self.items |= answer.items
        self.spoken |= answer.spoken
        if answer.warehouse_id == self.warehouse_id:  # else the answer is about the warehouse chosen before
            self.stock |= answer.stock
            self.lots |= answer.lots
        self.arrived.emit()


class Here(NamedTuple):
    """Whose stock is asked for, and by which document."""

    warehouse_id: int | None
    token: str


class Known(NamedTuple):
    """Facts about some items, their stock and lots as they are in one warehouse."""

    items: dict[int, Any]
    stock: dict[int, Any]
    lots: dict[int, tuple[Any, ...]]
    spoken: dict[str, tuple[str, ...]]
    warehouse_id: int | None


class Scanned(NamedTuple):
    """An item (as a look-up shows it), and the lot or serial number that was scanned; neither for what is unknown."""

    code: str
    item: Any = None
    lot: str = ""
    several: tuple[str, ...] = ()  # items that have a lot of this code


def _items_and_stock(queries: Any, item_ids: Collection[int], here: Here) -> Known:
    items, warehouse_id = queries.items(item_ids), here.warehouse_id
    lots = {} if warehouse_id is None else {
        i: tuple(queries.lots(i, warehouse_id)) for i, item in items.items() if item.tracking != NOT_TRACKED}
    spoken = {unit.name: _readings(unit.name) for item in items.values() if len(item.units) > 1 for unit in item.units}
    return Known(items, queries.stock(item_ids, *here), lots, spoken, warehouse_id)


@cache
def _readings(name: str) -> tuple[str, ...]:
    return tuple(" ".join(readings(name)).split())


def _proposals(queries: Any, kind_key: str, wanted: Collection[Wanted], partner_id: int | None,
               here: Here) -> tuple[Any, dict[int, Any]]:
    facts = _items_and_stock(queries, {w.item_id for w in wanted}, here)
    return facts, {w.key: queries.price_for(kind_key, w.item_id, w.unit_id, partner_id) for w in wanted}


def _exact(queries: Any, texts: Collection[str], around: tuple[int | None, int | None, bool],
           alone: bool) -> dict[str, Any]:
    found = {}
    partner_id, warehouse_id, selling = around
    for text in texts:
        hits = queries.find_items(text, warehouse_id=warehouse_id, partner_id=partner_id, selling=selling, limit=5)
        exact = [h for h in hits if h.exact_barcode or h.code.lower() == text.lower()]
        exact = exact or [h for h in hits if h.name == text]
        if exact and (exact[0].exact_barcode or len(exact) == 1):
            found[text] = exact[0]
        elif alone and len(hits) == 1:
            found[text] = hits[0]
    return found


def _scanned(queries: Any, code: str, around: tuple[int | None, int | None, bool]) -> Scanned:
    """Codes of items come first: a lot may be called like one."""
    if found := _exact(queries, (code,), around, False):
        return Scanned(code, found[code])
    lots = queries.find_lots(code, around[1])
    items = queries.items({lot.item_id for lot in lots})
    if len(items) == 1:
        return Scanned(code, next(iter(items.values())), lots[0].code)
    return Scanned(code, several=tuple(item.name for item in items.values()))
