"""Records by what files and other programs call them: code, name or barcode."""

import unicodedata
from typing import Any

from sqlalchemy import Connection, select

from jxc_desktop.document_types.schema import RecordDraft
from jxc_desktop.models import TABLES
from jxc_desktop.services import records
from jxc_desktop.services.unit_of_work import Work

MAKES = {"unit": {"decimals": 0}, "category": {}}  # small records that an import makes when they are missing


def folded(text: str) -> str:
    """Without the differences that people do not see: case, width, blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Names:
    """Reads each table once. The exact code wins, then the exact name, a barcode, and what only looks different.

    What could mean several records means none.
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self._known: dict[str, list[dict[str, int | None]]] = {}
        self._units: dict[str, int] = {}  # of barcodes

    def find(self, table: str, given: Any) -> int | None:
        """The id of the record that `given` means; an id means itself."""
        if isinstance(given, int):
            return given
        text = str(given).strip()
        for index, key in zip(self._indexes(table), (text, text, text, folded(text)), strict=True):
            if key in index:
                return index[key]
        return None

    def exactly(self, table: str, column: str, text: Any) -> int | None:
        """The record whose code (or name) is just this."""
        codes, names, *_ = self._indexes(table)
        return (codes if column == "code" else names).get(str(text).strip())

    def spellings(self, table: str, column: str) -> dict[str, str]:
        """How each code (or name) is written, by what it looks like."""
        codes, names, *_ = self._indexes(table)
        return {folded(text): text for text in (codes if column == "code" else names)}

    def barcode_owner(self, code: str) -> int | None:
        return self._indexes("item")[2].get(code)

    def unit_of(self, given: Any) -> int | None:
        """The unit that a barcode stands for besides its item; None for anything else."""
        codes, names, barcodes, _ = self._indexes("item")
        text = str(given).strip()
        return self._units.get(text) if text in barcodes and text not in codes and text not in names else None

    def find_or_make(self, table: str, given: Any, work: Work) -> int | None:
        """Raises InvalidDraft for a name that no such record can have."""
        found = self.find(table, given)
        if found is None and table in MAKES:
            name = str(given).strip()
            found = records.save(work, RecordDraft(table, {"name": name, **MAKES[table]})).id
            self._indexes(table)[1][name] = self._indexes(table)[3][folded(name)] = found
        return found

    def _indexes(self, table: str) -> list[dict[str, int | None]]:
        if table not in self._known:
            self._known[table] = self._load(table)
        return self._known[table]

    def _load(self, table: str) -> list[dict[str, int | None]]:
        c = TABLES[table].c
        code = c.code if "code" in c else c.name
        rows = self._connection.execute(select(c.id, code.label("code"), c.name)).all()
        codes: dict[str, int | None] = {r.code: r.id for r in rows} if "code" in c else {}
        names, barcodes, alike = dict[str, int | None](), dict[str, int | None](), dict[str, int | None]()
        for r in rows:
            names[r.name] = r.id if names.get(r.name, r.id) == r.id else None
        if table == "item":
            b = TABLES["barcode"].c
            for r in self._connection.execute(select(b.code, b.item_id, b.unit_id)):
                barcodes[r.code] = r.item_id
                if r.unit_id is not None:
                    self._units[r.code] = r.unit_id
        for index in (names, barcodes, codes):  # later ones win: codes over names
            seen: dict[str, int | None] = {}
            for text, record_id in index.items():
                key = folded(text)
                seen[key] = record_id if seen.get(key, record_id) == record_id else None
            alike |= seen
        return [codes, names, barcodes, alike]
