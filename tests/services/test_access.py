"""Who may do what, below every screen: each role against each command."""

from collections.abc import Callable

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Draft, RecordDraft, Section
from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import access, documents, records
from tests.company import DAY, Company

PURCHASE, SALES, STOCK = ({k.key for k in document_types.ALL if k.section is section}
                          for section in (Section.PURCHASE, Section.SALES, Section.STOCK))
ALL = PURCHASE | SALES | STOCK
COST = {"cost_adjustment", "revaluation"}
RECORDS = {r.key for r in document_types.RECORDS}
TRADE = {"goods_receipt", "purchase_return", "delivery_note", "sales_return"}

# role -> what it may (save, unpost, void, reverse, close) of which types, and which records it may save
MAY: dict[str, tuple[dict[str, set[str]], set[str]]] = {
    "administrator": (dict.fromkeys(("save", "unpost", "void", "reverse", "close"), ALL), RECORDS),
    "manager": (dict.fromkeys(("save", "unpost", "void", "reverse", "close"), ALL), RECORDS),
    "buyer": (dict.fromkeys(("save", "unpost", "void", "reverse", "close"), PURCHASE), {"partner"}),
    "salesperson": (dict.fromkeys(("save", "unpost", "void", "reverse", "close"), SALES), {"partner"}),
    "clerk": ({"save": STOCK - COST | TRADE, "unpost": STOCK - COST, "void": STOCK - COST}, set()),
    "accountant": (dict.fromkeys(("save", "unpost", "void", "reverse", "close"), COST), set()),
    "steward": ({}, RECORDS),
}
SEES_COST = {"administrator", "manager", "buyer", "accountant"}


def test_roles_are_what_the_records_offer() -> None:
    role = document_types.RECORDS_BY_KEY["employee"].field("role")
    assert set(access.ROLES) == {stored for stored, _ in role.choices} == set(MAY)


@pytest.mark.parametrize("role", MAY)
def test_what_a_role_may(role: str) -> None:
    may, saves = MAY[role]
    for action in access.DOCUMENT_ACTIONS:
        allowed = {k.key for k in document_types.ALL if k.permission(action) in access.ROLES[role]}
        if action in ("see", "print", "export"):
            assert allowed == ALL
        elif action != "import":
            assert allowed == may.get(action, set())
        else:
            assert allowed <= may.get("save", set())  # nobody imports what they may not save
    assert {r.key for r in document_types.RECORDS if r.permission("save") in access.ROLES[role]} == saves
    assert ("see_cost" in access.ROLES[role]) == (role in SEES_COST)
    assert ("settings.save" in access.ROLES[role]) == (role == "administrator")


@pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)
def test_every_command_asks_and_a_refusal_leaves_nothing(company: Company, kind: document_types.DocumentType) -> None:
    item = company.item(negative_stock="allow")
    saved, draft = company.save(company.simplest(kind.key, item)), company.simplest(kind.key, item)
    commands: dict[str, Callable[[Company], object]] = {
        "save": lambda who: who.save(draft), "unpost": lambda who: who.unpost(saved),
        "void": lambda who: who.void(saved), "reverse": lambda who: who.reverse(saved, DAY),
        "close": lambda who: who.run(documents.close, saved.id, saved.version),
        "print": lambda who: who.run(documents.print_counted, [saved.id])}
    before = company.counts()
    for action, command in commands.items():
        stranger = company.as_actor("王五", access.EVERYTHING - {kind.permission(action)})
        with pytest.raises(PermissionDenied) as caught:
            command(stranger)
        assert caught.value.data == {"actor": "王五", "permission": kind.permission(action)}
    with pytest.raises(PermissionDenied):
        company.as_actor("王五", access.EVERYTHING - {kind.permission("save")}).run(documents.park, draft)
    with pytest.raises(PermissionDenied):
        company.as_actor("王五", access.EVERYTHING - {kind.permission("close")}).run(
            documents.reopen, saved.id, saved.version)
    assert company.counts() == before
    assert company.read(saved.id).status == "posted"


@pytest.mark.parametrize("kind", document_types.RECORDS, ids=lambda kind: kind.key)
def test_records_ask_too(company: Company, kind: document_types.records.RecordType) -> None:
    stranger = company.as_actor("王五", access.EVERYTHING - {kind.permission("save")})
    before = company.counts()
    with pytest.raises(PermissionDenied):
        stranger.run(records.save, RecordDraft(kind.key))
    with pytest.raises(PermissionDenied):
        stranger.run(records.delete, kind.key, 1, 1)
    assert company.counts() == before


def test_an_actor_without_any_right_learns_nothing_of_a_fault(company: Company) -> None:
    """The right is asked for before the draft is judged."""
    with pytest.raises(PermissionDenied):
        company.as_actor("王五", frozenset()).run(documents.save, Draft("goods_receipt"))
