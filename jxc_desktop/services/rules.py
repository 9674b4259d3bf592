"""The company's own rules: when a document of a type is saved and a condition holds, something follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, select

from jxc_desktop import document_types
from jxc_desktop.document_types.flow_records import ACTIONS
from jxc_desktop.document_types.records import ROLES
from jxc_desktop.document_types.schema import DocumentType, Draft
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.flows import approval_rule, flow_rule
from jxc_desktop.models.records import category, item, warehouse
from jxc_desktop.services import notices
from jxc_desktop.services.categories import category_and_below
from jxc_desktop.services.notices import Kind, Notice
from jxc_desktop.services.unit_of_work import Saved, Work
from jxc_desktop.values import ZERO, grouped

_ABOVE = {"total": N_("a total above {figure}"), "quantity": N_("a quantity above {figure}"),
          "discount": N_("a discount above {figure} %")}


class RefusedByRule(UserError):
    message = N_("The rule '{rule}' does not allow this: {message}")


@dataclass(frozen=True)
class Level:
    """A step of approval: any of these roles may give its word."""

    number: int
    roles: frozenset[str]


def levels(connection: Connection, kind: DocumentType, draft: Draft) -> list[Level]:
    """Whose word a complete draft needs before it counts, in order; empty: nobody's."""
    rules: dict[int, set[str]] = {}
    for rule in _active(connection, approval_rule, kind):
        if _holds(connection, rule, "total", draft):
            rules.setdefault(rule.level, set()).add(rule.role)
    for rule in _active(connection, flow_rule, kind):
        if rule.action == "approve" and rule.role and _holds(connection, rule, rule.measure, draft):
            rules.setdefault(1, set()).add(rule.role)
    return [Level(n, frozenset(roles)) for n, roles in sorted(rules.items())]


def weightier(draft: Draft, old: Draft) -> bool:
    """Whether a correction changes what an approval was given for."""
    def weight(of: Draft) -> Any:
        lines = sorted((line["item_id"], line["base_quantity"], line.get("discount") or ZERO) for line in of.lines)
        return of.header.get("total"), of.header.get("warehouse_id"), of.header.get("to_warehouse_id"), lines

    return bool(weight(draft) != weight(old))


def refuse(connection: Connection, kind: DocumentType, draft: Draft) -> None:
    """Raises RefusedByRule for a complete draft that a rule forbids."""
    for rule in _active(connection, flow_rule, kind):
        if rule.action == "block" and _holds(connection, rule, rule.measure, draft):
            raise RefusedByRule(rule=rule.name, message=rule.message or describe(rule._mapping))


def follow(work: Work, kind: DocumentType, draft: Draft, saved: Saved) -> set[str]:
    """Tell the roles that rules name about a document that was posted; the other actions that rules ask for."""
    asked = set()
    for rule in _active(work.connection, flow_rule, kind):
        if not _holds(work.connection, rule, rule.measure, draft):
            continue
        if rule.action == "alert":
            notices.tell(work, Notice(
                Kind.RULE, f"rule {rule.id} document {saved.id}",
                {"number": saved.number or "", "message": rule.message or rule.name}, role=rule.role,
                document_id=saved.id))
        else:
            asked.add(rule.action)
    return asked


def applies(connection: Connection, table: str, rule_id: int, draft: Draft) -> bool:
    """Whether a rule would have held for a saved document: a trial, nothing is done."""
    source = flow_rule if table == "flow_rule" else approval_rule
    rule = connection.execute(select(source).where(source.c.id == rule_id)).one()
    return would_apply(connection, dict(rule._mapping), draft)


def would_apply(connection: Connection, rule: Mapping[str, Any], draft: Draft) -> bool:
    """The same for a rule that is not saved yet."""
    return draft.kind == rule["document_kind"] and _holds(
        connection, SimpleNamespace(**rule), rule.get("measure", "total"), draft)


def describe(rule: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """A rule in plain words; `names` of its category and warehouse."""
    document = tr(document_types.BY_KEY[rule["document_kind"]].title)
    measure, named, parts = rule.get("measure", "total"), names or {}, []
    if measure != "always" and rule.get("above") is not None:
        parts.append(tr(_ABOVE[measure], figure=grouped(rule["above"])))
    if rule.get("category_id"):
        parts.append(tr("an item of category {name}", name=named.get("category_id", "")))
    if rule.get("warehouse_id"):
        parts.append(tr("warehouse {name}", name=named.get("warehouse_id", "")))
    then = _consequence(rule)
    if not parts:
        return tr("Whenever a {document} is saved: {then}", document=document, then=then)
    return tr("When a {document} is saved with {conditions}: {then}", document=document,
              conditions=tr(" and ").join(parts), then=then)


def _consequence(rule: Mapping[str, Any]) -> str:
    action = rule.get("action", "approve")
    role = tr(dict(ROLES)[rule["role"]]) if rule.get("role") else tr("no role chosen")
    if "level" in rule:
        return tr("{role} has to approve it (level {level})", role=role, level=rule["level"])
    if action == "approve":
        return tr("{role} has to approve it", role=role)
    if action == "alert":
        return tr("tell {role}", role=role)
    if action == "block" and rule.get("message"):
        return tr("refuse to save ({message})", message=rule["message"])
    return tr(dict(ACTIONS)[action])


def names(connection: Connection, rule: Mapping[str, Any]) -> dict[str, str]:
    """The names of the category and the warehouse that a rule is about."""
    found = {}
    for name, table in (("category_id", category), ("warehouse_id", warehouse)):
        if rule.get(name):
            found[name] = connection.scalar(select(table.c.name).where(table.c.id == rule[name])) or ""
    return found


def _active(connection: Connection, table: Any, kind: DocumentType) -> Iterable[Any]:
    return connection.execute(select(table).where(
        table.c.document_kind == kind.key, table.c.active).order_by(table.c.id)).all()


def _holds(connection: Connection, rule: Any, measure: str, draft: Draft) -> bool:
    if rule.warehouse_id and rule.warehouse_id not in (
            draft.header.get("warehouse_id"), draft.header.get("to_warehouse_id")):
        return False
    if rule.category_id and not connection.scalar(select(item.c.id).where(
            item.c.id.in_([line["item_id"] for line in draft.lines]),
            item.c.category_id.in_(category_and_below(rule.category_id))).limit(1)):
        return False
    return measure == "always" or rule.above is None or _measured(measure, draft) > rule.above


def _measured(measure: str, draft: Draft) -> Decimal:
    if measure == "discount":
        return max(((line.get("discount") or ZERO) * 100 for line in draft.lines), default=ZERO)
    figure: Decimal = draft.header.get({"total": "total", "quantity": "total_quantity"}[measure]) or ZERO
    return abs(figure)
