"""Commands on master data of every kind: save and delete."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete as delete_from
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import REFERENCES, Field, RecordDraft, RecordType, Status
from jxc_desktop.errors import HasDependants, InvalidDraft, NotFound, Problem, StaleDocument, UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.trail import audit_entry
from jxc_desktop.services import alerts, pinyin, trail
from jxc_desktop.services.unit_of_work import Saved, Work


def save(work: Work, draft: RecordDraft) -> Saved:
    """Make or change a record with its children. Raises InvalidDraft, StaleDocument, NotFound."""
    kind = document_types.RECORDS_BY_KEY[draft.kind]
    work.require(kind.permission("save"))
    if kind.single and not draft.id:
        raise UserError()
    old = _existing(work, kind, draft.id, draft.version) if draft.id else None
    values = _stripped({f.name: draft.values.get(f.name) for f in kind.fields})
    values |= {f.name: bool(f.default) for f in kind.fields if values[f.name] is None and f.type == "flag"}
    values |= _defaults(kind.fields, values)
    children = {child.key: [{**(given := _stripped(row)), **_defaults(child.fields, given)}
                            for row in draft.children.get(child.key, ())] for child in kind.children}
    cleaned = RecordDraft(kind.key, values, children, draft.id, draft.version)
    if problems := (kind.problems(cleaned) + _database_problems(work, kind, cleaned, old)
                    + _fixed_problems(work, kind, cleaned, old)):
        raise InvalidDraft(problems)
    saved = _write(work, kind, cleaned)
    changes = [(f.name, None, old.values.get(f.name) if old else None, values[f.name]) for f in kind.fields
               if (old.values.get(f.name) if old else None) != values[f.name]]
    for child in kind.children:
        before = [_bare(row) for row in old.children[child.key]] if old else []
        after = [_bare(row) for row in children[child.key]]
        if before != after:
            changes.append((child.key, None, _words(before), _words(after)))
    work.audits.append(trail.Audit("save", kind.key, saved.id, saved.number, changes))
    work.changes.add((kind.key, saved.id))
    if kind.key == "item" and old:
        alerts.evaluate(work, [saved.id])
    return saved


def _defaults(fields: Sequence[Field], given: dict[str, Any]) -> dict[str, Any]:
    """What is required, was left out and has a usual value."""
    return {f.name: f.default for f in fields if f.required and f.default is not None and given.get(f.name) is None}


def delete(work: Work, kind_key: str, record_id: int, version: int) -> None:
    """Delete a record that nothing refers to; HasDependants otherwise (stop it instead)."""
    kind = document_types.RECORDS_BY_KEY[kind_key]
    work.require(kind.permission("save"))
    if kind.single:
        raise UserError()
    old = _existing(work, kind, record_id, version)
    table = TABLES[kind.key]
    try:
        with work.connection.begin_nested():
            for child in kind.children:
                work.connection.execute(delete_from(TABLES[child.key]).where(
                    TABLES[child.key].c[f"{kind.key}_id"] == record_id))
            work.connection.execute(delete_from(table).where(table.c.id == record_id))
    except IntegrityError as error:
        raise HasDependants(number=str(old.values.get("name")), numbers=N_("documents or other records")) from error
    work.audits.append(trail.Audit("delete", kind.key, record_id, str(old.values.get("code") or ""), [
        (name, None, value, None) for name, value in old.values.items() if value is not None]))
    work.changes.add((kind.key, record_id))


def read(connection: Any, kind: RecordType, record_id: int) -> RecordDraft:
    """A saved record with its children as a draft."""
    row = connection.execute(select(TABLES[kind.key]).where(TABLES[kind.key].c.id == record_id)).mappings().first()
    if row is None:
        raise NotFound(what=kind.title, key=record_id)
    children = {}
    for child in kind.children:
        table = TABLES[child.key]
        rows = connection.execute(select(table).where(table.c[f"{kind.key}_id"] == record_id).order_by(table.c.id))
        children[child.key] = [{"id": r["id"]} | {f.name: r[f.name] for f in child.fields} for r in rows.mappings()]
    return RecordDraft(kind.key, {f.name: row[f.name] for f in kind.fields}, children, record_id, row["version"])


def _existing(work: Work, kind: RecordType, record_id: int, version: int | None) -> RecordDraft:
    """The record, locked; StaleDocument unless it still has this version."""
    table, a = TABLES[kind.key], audit_entry.c
    work.rows(select(table.c.id).where(table.c.id == record_id).with_for_update(key_share=True))
    old = read(work.connection, kind, record_id)
    if old.version != version:
        last = work.connection.execute(select(a.actor, a.at).where(
            a.entity == kind.key, a.entity_id == record_id).order_by(a.id.desc()).limit(1)).first()
        raise StaleDocument(by=last.actor if last else "", at=f"{last.at:%Y-%m-%d %H:%M}" if last else "",
                            number=str(old.values.get("code") or old.values.get("name")))
    return old


def _stripped(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.strip() or None if isinstance(v, str) else v for k, v in row.items()}


def _database_problems(work: Work, kind: RecordType, draft: RecordDraft, old: RecordDraft | None) -> list[Problem]:
    found = []
    table = TABLES[kind.key]
    unique = "code" if "code" in table.c else "name" if kind.key == "unit" else None
    if unique and not kind.field(unique).problem(draft.values[unique]) and _taken(
            work, table, unique, draft.values[unique], draft.id):
        found.append(Problem(unique, N_("{value} is already used"), None, {"value": draft.values[unique]}))
    for f in kind.fields:
        value = draft.values.get(f.name)
        if value and f.type in REFERENCES and not f.problem(value) and not _exists(work, REFERENCES[f.type], value):
            found.append(Problem(f.name, N_("{field} is unknown"), None, {"field": f.title}))
    for child in kind.children:
        for i, row in enumerate(draft.children.get(child.key, ())):
            for f in child.fields:
                value = row.get(f.name)
                if value and f.type in REFERENCES and not f.problem(value) and not _exists(
                        work, REFERENCES[f.type], value):
                    found.append(Problem(f"{child.key}.{f.name}", N_("{field} is unknown"), i, {"field": f.title}))
    if kind.key == "category" and draft.id and _loops(work, draft.id, draft.values.get("parent_id")):
        found.append(Problem("parent_id", N_("A category cannot lie below itself")))
    if kind.key == "item":
        found += _item_problems(work, draft, old)
    return found


def _item_problems(work: Work, draft: RecordDraft, old: RecordDraft | None) -> list[Problem]:
    """Units and barcodes of an item; its base unit stands once it has moved."""
    found = []
    units = [draft.values.get("unit_id"), *(r.get("unit_id") for r in draft.children.get("item_unit", ()))]
    for i, row in enumerate(draft.children.get("item_unit", ())):
        if units.index(row.get("unit_id")) <= i:
            found.append(Problem("item_unit.unit_id", N_("The unit stands twice"), i))
    codes = [r.get("code") for r in draft.children.get("barcode", ())]
    for i, row in enumerate(draft.children.get("barcode", ())):
        if row.get("unit_id") is not None and row["unit_id"] not in units:
            found.append(Problem("barcode.unit_id", N_("The item has no such unit"), i))
        if codes.index(row.get("code")) < i or _taken(work, TABLES["barcode"], "code", row.get("code"), draft.id,
                                                       owner="item_id"):
            found.append(Problem("barcode.code", N_("{value} is already used"), i, {"value": row.get("code") or ""}))
    places = [r.get("warehouse_id") for r in draft.children.get("stock_level", ())]
    found += [Problem("stock_level.warehouse_id", N_("The warehouse stands twice"), i)
              for i, w in enumerate(places) if places.index(w) < i]
    if old and draft.id and (old.values["unit_id"] != draft.values.get("unit_id")
                             or old.values["stocked"] != draft.values.get("stocked")) and work.rows(
            select(document_line.c.id).join(document).where(
                document_line.c.item_id == draft.id, document.c.status != Status.DRAFT).limit(1)):
        found.append(Problem("unit_id", N_("The base unit stands: the item has moved already")))
    return found + _used_unit_problems(work, draft, old) + _recipe_problems(work, draft)


def _recipe_problems(work: Work, draft: RecordDraft) -> list[Problem]:
    """Nothing is made of itself, however far down."""
    r = TABLES["recipe_line"].c
    rows = draft.children.get("recipe_line", [])
    components = [row.get("component_id") for row in rows]
    found = [Problem("recipe_line.component_id", N_("The component stands twice"), i)
             for i, c in enumerate(components) if components.index(c) < i]
    for i, component in enumerate(components):
        below, layer = {component}, {component}
        while layer and draft.id and draft.id not in below:
            layer = {row.component_id for row in work.rows(select(r.component_id).where(r.item_id.in_(layer)))} - below
            below |= layer
        if draft.id and draft.id in below:
            found.append(Problem("recipe_line.component_id", N_("An item cannot be made of itself"), i))
    return found


def _fixed_problems(work: Work, kind: RecordType, draft: RecordDraft, old: RecordDraft | None) -> list[Problem]:
    """What figures hang on stands once stock has moved: that of the item, or any for the company."""
    changed = [f for f in kind.fields if f.until_moved and old and old.values[f.name] != draft.values.get(f.name)]
    if not changed:
        return []
    m = TABLES["stock_move"].c
    moved = select(m.id) if kind.single else select(m.id).where(m.item_id == draft.id)
    return [Problem(f.name, N_("{field} stands: stock has moved already"), None, {"field": f.title})
            for f in changed] if work.rows(moved.limit(1)) else []


def _used_unit_problems(work: Work, draft: RecordDraft, old: RecordDraft | None) -> list[Problem]:
    """A pack unit that documents use keeps its factor."""
    if not old:
        return []
    now = {r.get("unit_id"): (r.get("factor"), r.get("per")) for r in draft.children.get("item_unit", ())}
    changed = [r["unit_id"] for r in old.children["item_unit"] if now.get(r["unit_id"]) != (r["factor"], r["per"])]
    line = document_line.c
    if changed and work.rows(select(line.id).where(line.item_id == draft.id, line.unit_id.in_(changed)).limit(1)):
        return [Problem("item_unit.factor", N_("Documents use this unit; its content stands"))]
    return []


def _write(work: Work, kind: RecordType, draft: RecordDraft) -> Saved:
    table = TABLES[kind.key]
    row = dict(draft.values)
    if kind.searchable:
        row["initials"], row["pinyin"] = pinyin.readings(str(row["name"]))
    version = (draft.version or 0) + 1
    if draft.id:
        work.connection.execute(update(table).where(table.c.id == draft.id).values(**row, version=version))
        record_id = draft.id
    else:
        record_id = work.connection.execute(insert(table).values(**row).returning(table.c.id)).scalar_one()
    for child in kind.children:
        _write_children(work, kind, child.key, record_id, draft.children.get(child.key, []))
    return Saved(record_id, row.get("code") or row.get("name"), version, "")


def _write_children(work: Work, kind: RecordType, key: str, record_id: int, rows: Sequence[dict[str, Any]]) -> None:
    table, owner = TABLES[key], f"{kind.key}_id"
    work.connection.execute(delete_from(table).where(table.c[owner] == record_id))
    fields = next(c.fields for c in kind.children if c.key == key)
    if rows:
        work.connection.execute(insert(table), [
            {owner: record_id, **{f.name: r.get(f.name) for f in fields}} for r in rows])


def _taken(work: Work, table: Any, column: str, value: Any, own_id: int | None, owner: str = "id") -> bool:
    query = select(table.c.id).where(table.c[column] == value)
    if own_id:
        query = query.where(table.c[owner] != own_id)
    return bool(work.rows(query.limit(1)))


def _exists(work: Work, table: str, record_id: int) -> bool:
    return bool(work.connection.scalar(select(func.count()).select_from(TABLES[table]).where(
        TABLES[table].c.id == record_id)))


def _loops(work: Work, category_id: int, parent_id: int | None) -> bool:
    table = TABLES["category"]
    for _ in range(100):
        if parent_id is None:
            return False
        if parent_id == category_id:
            return True
        parent_id = work.connection.scalar(select(table.c.parent_id).where(table.c.id == parent_id))
    return True


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "id" and v is not None}


def _words(rows: Sequence[dict[str, Any]]) -> str:
    return "; ".join(", ".join(str(trail.plain(v)) for v in row.values()) for row in rows)
