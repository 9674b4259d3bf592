"""Lists: paging visits each row once whatever it is sorted by; sums, filters, search and rights are exact."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import Boolean, Connection, Date, DateTime, String, Text, Time, insert, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Status
from jxc_desktop.errors import NotFound, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.models.base import FixedPoint
from jxc_desktop.services import access, database
from jxc_desktop.services.queries import ListPage, ListQuery, Queries
from jxc_desktop.services.queries.lists import source
from jxc_desktop.services.unit_of_work import Actor, Commands
from tests.company import DAY, Company, day
from tests.shared import BOTH, fresh_url

SOURCES = (*(f"document/{k.key}" for k in document_types.ALL), *(f"record/{r.key}" for r in document_types.RECORDS),
           "stock", "lots", "moves", "alerts", "audit")
ROWS, PAGE = 17, 8
FILLED = ("category", "warehouse", "partner", "employee", "item", "barcode", "stock_level", "lot", "document",
          "document_line", "posting", "stock_move", "stock_balance", "lot_balance", "cost_pool",
          "stock_alert", "audit_entry", "approval_rule", "flow_rule")
BLIND = Actor("clerk", access.EVERYTHING - {"see_cost"})


class Filler:
    """Rows with few different values, many equal ones and many gaps, as no service would write them."""

    def __init__(self, connection: Connection):
        self.connection, self.rng, self.count = connection, Random(9), 0
        self.ids: dict[str, list[int]] = {"unit": [1, 2, 3]}

    def fill(self, name: str, **fixed: Any) -> None:
        table = TABLES[name]
        for _ in range(ROWS):
            self.count += 1
            row = {c.name: self.value(c) for c in table.c if c.name != "id"} | fixed
            if name == "cost_pool":  # of the whole company: each item has one
                row |= {"warehouse_id": 0, "lot_id": 0}
            if name == "lot_balance":
                row["lot_id"] = self.rng.choice(self.ids["lot"])
            if name == "lot":
                row["code"] = f"L{self.count}"
            if name in ("stock_balance", "cost_pool", "stock_level", "lot_balance"):
                row["item_id"] = self.ids["item"][len(self.ids.setdefault(name, []))]
            if name == "document":
                row["status"] = self.rng.choice(list(Status)).value
            if name == "stock_alert":
                row["cleared_at"] = None
            if name == "stock_move" and row["restated"]:
                row["quantity"] = Decimal(0)
            keys = self.connection.execute(insert(table).values(row).returning(*table.primary_key.columns)).one()
            self.ids.setdefault(name, []).append(keys[0])

    def value(self, column: Any) -> Any:
        if column.nullable and self.rng.random() < 0.4:
            return None
        if column.foreign_keys:
            known = self.ids.get(next(iter(column.foreign_keys)).column.table.name)
            return self.rng.choice(known[-5:]) if known else None
        if column.unique or column.name == "number":
            return f"N{self.count:04}"
        kinds: list[tuple[Any, Callable[[], Any]]] = [
            (FixedPoint, lambda: Decimal(self.rng.choice((0, 1, 1, 2))) / (10 if column.type.places else 1)),
            (Boolean, lambda: self.rng.random() < 0.5),
            (DateTime, lambda: dt.datetime(2026, 3, self.rng.randint(1, 3))),
            (Date, lambda: day(self.rng.randint(0, 2))), (Time, lambda: dt.time(8)),
            ((String, Text), lambda: self.rng.choice(("", "a", "甲", "a", "B"))[:column.type.length or 9])]
        for kind, make in kinds:
            if isinstance(column.type, kind):
                return make()
        return {"digest": b"0" * 16, "picture": b"", "detail": [["remark", None, None, "x"]]}.get(
            column.name, self.rng.randint(1, 2))


@pytest.fixture(scope="module", params=BOTH)
def queries(request: pytest.FixtureRequest) -> Iterator[Queries]:
    """Lists of everything, filled with rows behind the services' back."""
    with fresh_url(request, request.param) as url:
        engine = database.open_engine(url)
        Company(url, engine, Commands(engine, access.administrator(), "test"))
        with database.write(engine).begin() as connection:
            filler = Filler(connection)
            for name in FILLED:
                if name != "document":
                    filler.fill(name)
                    continue
                for kind in document_types.ALL:
                    filler.fill(name, kind=kind.key)
        yield Queries(engine, access.administrator())
        engine.dispose()


def read(queries: Queries, query: ListQuery) -> list[dict[str, Any]]:
    return queries.list_page(replace(query, limit=1000)).rows


def paged(queries: Queries, query: ListQuery) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = ListPage([], ())
    while page.next is not None:
        page = queries.list_page(replace(query, after=page.next or None, limit=PAGE))
        assert len(page.rows) == PAGE or page.next is None
        rows += page.rows
    return rows


@pytest.mark.parametrize("name", SOURCES)
def test_paging_visits_every_row_once(queries: Queries, name: str) -> None:
    whole = read(queries, ListQuery(name))
    assert len(whole) >= (1 if name == "record/company" else 3 if name == "record/unit" else ROWS // 3)
    assert len({tuple(row[k] for k in source(name).keys) for row in whole}) == len(whole)
    for column in queries.list_columns(name):
        if not column.sortable:
            continue
        for descending in (True, False):
            query = ListQuery(name, sort=column.key, descending=descending)
            at_once = read(queries, query)
            assert paged(queries, query) == at_once, column.key
            assert sorted(map(str, at_once)) == sorted(map(str, whole))
            values = [row[column.key] for row in at_once if row[column.key] is not None]
            if column.kind not in ("text", "chip"):  # how text sorts is the database's business
                assert values == sorted(values, reverse=descending), column.key
                gaps = [i for i, row in enumerate(at_once) if row[column.key] is None]
                placed = column.key in source(name).sort_by  # the list says itself where gaps belong
                assert placed or column.kind not in ("date", "datetime") or gaps == list(
                    range(len(values), len(at_once)) if descending else range(len(gaps)))


@pytest.mark.parametrize("name", SOURCES)
def test_sums_are_those_of_all_rows(queries: Queries, name: str) -> None:
    rows = read(queries, ListQuery(name))
    sums = queries.list_sums(ListQuery(name))
    assert sums.pop("count") == len(rows)
    assert set(sums) == {c.key for c in queries.list_columns(name) if c.sum}
    for key, value in sums.items():
        assert value == sum(row[key] or 0 for row in rows), key
        assert isinstance(value, Decimal)


def test_sums_of_nothing_are_zero(queries: Queries) -> None:
    sums = queries.list_sums(ListQuery("moves", filters={"item_id": 10**9}))
    assert set(sums.values()) == {0} and isinstance(sums["value"], Decimal)


EQUAL = [  # (list, filter, field that has its value)
    *(("document/delivery_note", key, key) for key in ("status", "partner_id", "warehouse_id", "employee_id",
                                                       "created_by")),
    ("document/sales_order", "progress", "progress"), ("record/item", "active", "active"),
    ("record/partner", "customer", "customer"), ("record/partner", "supplier", "supplier"),
    ("stock", "warehouse_id", "warehouse_id"), ("stock", "item_id", "item_id"),
    ("moves", "item_id", "item_id"), ("moves", "warehouse_id", "warehouse_id"), ("moves", "document_id", "document_id"),
    ("moves", "lot_id", "lot_id"), ("lots", "item_id", "item_id"), ("lots", "warehouse_id", "warehouse_id"),
    ("lots", "lot_id", "lot_id"), ("alerts", "item_id", "item_id"), ("alerts", "kind", "kind"),
    *(("audit", key, key) for key in ("actor", "entity", "entity_id", "action")),
]
FILTERS: list[tuple[str, str, Any, Callable[[dict[str, Any]], bool]]] = [
    ("document/delivery_note", "status", ["draft", "void"], lambda r: r["status"] in ("draft", "void")),
    ("document/delivery_note", "date_from", day(1), lambda r: r["date"] >= day(1)),
    ("document/delivery_note", "date_to", day(1), lambda r: r["date"] <= day(1)),
    ("document/purchase_request", "ids", [1, 2, 3, 999], lambda r: r["id"] in (1, 2, 3)),
    ("document/sales_order", "date_due", day(9), lambda r: r["due_date"] is not None and r["due_date"] <= day(9)),
    ("stock", "low", True, lambda r: r["state"] == "low"),
    ("stock", "low", False, lambda r: r["state"] != "low"),
    ("stock", "nonzero", True, lambda r: r["on_hand"] != 0),
    ("stock", "nonzero", False, lambda r: r["on_hand"] == 0),
    ("lots", "nonzero", True, lambda r: r["on_hand"] != 0),
    ("lots", "nonzero", False, lambda r: r["on_hand"] == 0),
    ("lots", "date_from", day(1), lambda r: r["expiry_date"] is not None and r["expiry_date"] >= day(1)),
    ("lots", "date_to", day(1), lambda r: r["expiry_date"] is not None and r["expiry_date"] <= day(1)),
    ("moves", "date_from", day(1), lambda r: r["date"] >= day(1)),
    ("moves", "date_to", day(1), lambda r: r["date"] <= day(1)),
]


@pytest.mark.parametrize(("name", "key", "field"), EQUAL, ids=lambda part: str(part))
def test_filters_by_a_value(queries: Queries, name: str, key: str, field: str) -> None:
    whole = read(queries, ListQuery(name))
    for value in {row[field] for row in whole} - {None, ""}:
        check_filter(queries, ListQuery(name, filters={key: value}), [r for r in whole if r[field] == value], whole)


@pytest.mark.parametrize(("name", "key", "value", "fits"), FILTERS, ids=[f"{n}.{k}={v}" for n, k, v, _ in FILTERS])
def test_filters(queries: Queries, name: str, key: str, value: Any, fits: Callable[[dict[str, Any]], bool]) -> None:
    whole = read(queries, ListQuery(name))
    check_filter(queries, ListQuery(name, filters={key: value}), [row for row in whole if fits(row)], whole)
    assert read(queries, ListQuery(name, filters={key: None})) == whole


def check_filter(queries: Queries, query: ListQuery, wanted: list[Any], whole: list[Any]) -> None:
    assert 0 < len(wanted) < len(whole)
    assert read(queries, query) == wanted
    assert queries.list_sums(query)["count"] == len(wanted)


def test_every_filter_is_tried() -> None:
    tried = {(name.partition("/")[0], key) for name, key, *_ in [*FILTERS, *EQUAL]}
    known = {(name.partition("/")[0], key) for name in SOURCES for key in source(name).filters}
    assert known - tried == {("document", "item_id"), ("document", "ready"), ("record", "category_id"),
                             ("record", "parent_id"), ("record", "ids"), ("stock", "category_id"),
                             ("lots", "category_id")}


def test_documents_with_an_item(queries: Queries) -> None:
    line = TABLES["document_line"]
    with queries._engine.connect() as connection:
        pairs = connection.execute(select(line.c.document_id, line.c.item_id)).all()
    item_id = next(p.item_id for p in pairs if p.item_id)
    found = {r["id"] for k in document_types.ALL for r in read(
        queries, ListQuery(f"document/{k.key}", filters={"item_id": item_id}))}
    assert found == {p.document_id for p in pairs if p.item_id == item_id}


def test_a_category_with_all_below_it(company: Company) -> None:
    top = company.record("category", name="五金")
    below = company.record("category", name="紧固件", parent_id=top)
    made = {c: company.item(category_id=c) for c in (top, below, None)}
    for item in made.values():
        company.post("opening_stock", (item, 1, 1))
    queries = Queries(company.engine, company.commands.actor)
    for name, key in (("record/item", "id"), ("stock", "item_id")):
        for category, wanted in ((top, {made[top], made[below]}), (below, {made[below]})):
            assert {r[key] for r in read(queries, ListQuery(name, filters={"category_id": category}))} == wanted
    assert [r["id"] for r in read(queries, ListQuery("record/category", filters={"parent_id": top}))] == [below]
    assert [r["id"] for r in read(queries, ListQuery("record/item", filters={"ids": [made[top]]}))] == [made[top]]


# --- search -----------------------------------------------------------------------------------------------

NAMES = ["100%纯棉", "50%_off", "a_b", "O'Brien", "a;b", "重庆火锅", "C:\\货\\1", "50/60赫兹", "“引号”", "𠮷野家",
         "100纯棉"]


FOUND = {
    "%": ["100%纯棉", "50%_off"], "_": ["50%_off", "a_b"], "'": ["O'Brien"], ";": ["a;b"], "\\": ["C:\\货\\1"],
    "/": ["50/60赫兹"], "纯棉": ["100%纯棉", "100纯棉"], "cq": ["重庆火锅"], "zqhg": ["重庆火锅"],
    "chongqing": ["重庆火锅"], "o'b": ["O'Brien"], "O'BRIEN": ["O'Brien"], "“": ["“引号”"], "𠮷": ["𠮷野家"],
    "货 c:": ["C:\\货\\1"], "100 棉": ["100%纯棉", "100纯棉"], "重庆\0": ["重庆火锅"], "\ud800": NAMES, "  ": NAMES,
    "nothing": []}


def test_search(company: Company) -> None:
    for i, name in enumerate(NAMES):
        company.record("item", code=f"X{i:02}", name=name, unit_id=company.piece)
    queries = Queries(company.engine, company.commands.actor)
    for typed, wanted in FOUND.items():
        query = ListQuery("record/item", text=typed, descending=False)
        assert sorted(r["name"] for r in read(queries, query)) == sorted(wanted), typed
        assert queries.list_sums(query)["count"] == len(wanted)


def test_search_in_documents(company: Company) -> None:
    item = company.item()
    company.post("opening_stock", (item, 9, 1), remark="百分之50%")
    note = company.post("delivery_note", (item, 1, 1))
    queries = Queries(company.engine, company.commands.actor)
    for name, text, wanted in (("document/opening_stock", "50%", 1), ("document/opening_stock", "50_", 0),
                               ("document/delivery_note", "HLCS", 1), ("document/delivery_note", "华联 主仓", 1),
                               ("document/delivery_note", str(note.number).lower(), 1), ("moves", "华联", 1),
                               ("audit", str(note.number), 1), ("stock", "i001", 1), ("alerts", "i001", 0)):
        assert queries.list_sums(ListQuery(name, text=text))["count"] == wanted, text


def injections() -> list[str]:
    """Half a thousand strings of the kind that break out of careless SQL."""
    cores = ["OR 1=1", "OR 'a'='a", "; DROP TABLE document", "; DELETE FROM stock_move", "UNION SELECT 1,2,3",
             "UNION ALL SELECT NULL", "AND 1=0", "; UPDATE partner SET name=1", "|| (SELECT version())", "/* x */",
             "; ATTACH DATABASE ':memory:' AS x", "; SELECT pg_sleep(9)", "); VACUUM", "ORDER BY 99", "HAVING 1=1",
             "; COPY item TO '/x'", "EXEC xp_cmdshell", "LIKE '%'", "ESCAPE '", "\0", ":id", "%(id)s", "?", "{0}", "$1"]
    around = ["{}", "' {}", "' {} --", "\" {} --", "') {} --", "')) {} #", "1 {}", "1) {} --", "%' {} --", "\\' {} --",
              "`{}`", "[{}]", "$$ {} $$", "';{};--", "＇ {} --", "\x1a{}", "N'{}", "0x27 {}", "%27 {}", "{}\n--"]
    return [shape.replace("{}", core) for core in cores for shape in around]


def test_sql_in_every_field_is_only_text(queries: Queries) -> None:
    def tried(text: str) -> Iterator[Callable[[], Any]]:
        for name in SOURCES:
            yield lambda name=name: read(queries, ListQuery(name, text=text))
            yield lambda name=name: queries.list_sums(ListQuery(name, text=text))
            yield lambda name=name: queries.list_page(ListQuery(name, sort=text))
            yield lambda name=name: queries.list_page(ListQuery(name, filters={text: 1}))
            for key in source(name).filters:
                yield lambda name=name, key=key: queries.list_page(ListQuery(name, filters={key: text}))
        yield lambda: queries.list_page(ListQuery(text))
        yield lambda: queries.find_items(text)
        yield lambda: queries.find_document(text)
        yield from (lambda r=r: queries.find(r.key, text) for r in document_types.RECORDS if not r.single)

    strings = injections()
    assert len(strings) == 500
    ways = len(list(tried("")))
    before = {name: read(queries, ListQuery(name)) for name in SOURCES}
    for i, text in enumerate(strings):
        for at in (i % ways, (i * 7 + 3) % ways):
            try:
                list(tried(text))[at]()
            except NotFound as error:
                assert error.code == "NotFound"
    assert {name: read(queries, ListQuery(name)) for name in SOURCES} == before


# --- rights -----------------------------------------------------------------------------------------------

COSTS = {name: [c.key for c in source(name).columns if c.permission == "see_cost"] for name in SOURCES}
COSTLY = [name for name, keys in COSTS.items() if keys]


def test_lists_with_costs() -> None:
    assert COSTLY == ["document/cost_adjustment", "document/assembly", "document/disassembly", "document/other_in",
                      "document/revaluation", "document/opening_stock", "record/item", "record/company", "stock",
                      "moves"]


@pytest.mark.parametrize("name", COSTLY)
def test_costs_are_hidden_everywhere(queries: Queries, name: str) -> None:
    blind = Queries(queries._engine, BLIND)
    shown = {c.key for c in blind.list_columns(name)}
    assert not shown & set(COSTS[name])
    assert set(COSTS[name]) <= set(read(queries, ListQuery(name))[0])
    for row in read(blind, ListQuery(name)):
        assert not set(row) & {*COSTS[name], "value", "variance", "value_after", "pool_value", "last_cost"}
    assert not set(blind.list_sums(ListQuery(name))) & set(COSTS[name])
    for key in COSTS[name]:
        with pytest.raises(NotFound):
            blind.list_page(ListQuery(name, sort=key))


def test_costs_are_hidden_in_the_trail(company: Company) -> None:
    item = company.item(purchase_price=Decimal(7), sale_price=Decimal(9))
    company.change_record("item", item, purchase_price=Decimal(8))
    opening = company.post("opening_stock", (item, 9, "1.25"))
    for actor, hidden in ((company.commands.actor, False), (BLIND, True)):
        queries = Queries(company.engine, actor)
        words = "; ".join(r["changes"] for r in read(queries, ListQuery("audit")))
        words += str(queries.timeline(opening.id))
        assert ("1.25" not in words) == hidden and ("7 → 8" not in words) == hidden
        assert "9" in words


@pytest.mark.parametrize("name", SOURCES)
def test_a_list_needs_the_right_to_see_it(queries: Queries, name: str) -> None:
    nobody = Queries(queries._engine, Actor("guest", frozenset()))
    for ask in (nobody.list_page, nobody.list_sums):
        with pytest.raises(PermissionDenied):
            ask(ListQuery(name))


@pytest.mark.parametrize("query", [
    ListQuery("nothing"), ListQuery("document/nothing"), ListQuery("record/"), ListQuery(""), ListQuery("stock/item"),
    ListQuery("stock", sort="nothing"), ListQuery("stock", sort="unit_cost"), ListQuery("audit", sort="detail"),
    ListQuery("stock", filters={"nothing": 1}), ListQuery("stock", filters={"warehouse_id": "1"}),
    ListQuery("stock", filters={"warehouse_id": 2**63}), ListQuery("stock", filters={"low": "yes"}),
    ListQuery("moves", filters={"date_from": "2026-01-01"}), ListQuery("moves", filters={"date_to": dt.datetime.now()}),
    ListQuery("audit", filters={"actor": "a\0"}), ListQuery("document/transfer", filters={"ids": ["1"]})])
def test_what_a_list_does_not_have_is_not_found(queries: Queries, query: ListQuery) -> None:
    with pytest.raises(NotFound):
        queries.list_page(query)


def test_the_ledger_shows_restatements_without_a_balance(company: Company) -> None:
    item = company.item()
    company.post("opening_stock", (item, 10, 1))
    company.post("delivery_note", (item, 4, 9), date=day(2))
    company.post("goods_receipt", (item, 10, 2), date=day(1))
    rows = read(Queries(company.engine, company.commands.actor), ListQuery("moves", descending=False))
    assert [(r["quantity_in"], r["quantity_out"], r["balance"], r["value"], r["restated"]) for r in rows] == [
        (10, None, 10, 10, False), (None, 4, 6, -4, False), (10, None, 16, 20, False), (None, None, None, -2, True)]
    assert rows[0]["date"] == DAY
