"""Rules that an administrator edits: which documents need approval, and what follows when one is saved."""

from collections.abc import Iterable

from jxc_desktop.document_types.records import ACTIVE, NAME, ROLES
from jxc_desktop.document_types.schema import DocumentType, Field, RecordType, Values
from jxc_desktop.document_types.schema import FieldType as T
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import N_

MOST_LEVELS = 3
MEASURES = (("total", N_("Total amount above")), ("quantity", N_("Total quantity above")),
            ("discount", N_("Discount of a line above (%)")), ("always", N_("Always")))
ACTIONS = (("block", N_("Refuse to save")), ("approve", N_("Ask for approval")), ("alert", N_("Tell a role")),
           ("request", N_("Request what is lacking")), ("delivery", N_("Draft the delivery note")))


def flow_records(kinds: Iterable[DocumentType]) -> tuple[RecordType, ...]:
    """The record types of the rules, about documents of these types."""
    document = Field("document_kind", N_("Document"), T.CHOICE, required=True, width=110,
                     choices=tuple((kind.key, kind.title) for kind in kinds))
    role = Field("role", N_("Role"), T.CHOICE, width=100, choices=ROLES)
    where = (Field("category_id", N_("Only category"), T.CATEGORY, width=110),
             Field("warehouse_id", N_("Only warehouse"), T.WAREHOUSE, width=110))
    approval = RecordType(
        key="approval_rule", title=N_("Approval rule"), icon="shield-check",
        fields=(NAME, document,
                Field("level", N_("Level"), T.INTEGER, required=True, default=1, width=60, limit=MOST_LEVELS),
                Field("above", N_("Amount above"), T.MONEY, width=100), *where,
                Field("role", N_("Approving role"), T.CHOICE, required=True, width=100, choices=ROLES), ACTIVE),
        list_columns=("name", "document_kind", "level", "above", "category_id", "warehouse_id", "role", "active"))
    flow = RecordType(
        key="flow_rule", title=N_("Follow-up rule"), icon="git-branch",
        fields=(NAME, document,
                Field("measure", N_("Condition"), T.CHOICE, required=True, default="always", width=130,
                      choices=MEASURES),
                Field("above", N_("Above this value"), T.MONEY, width=90), *where,
                Field("action", N_("Then"), T.CHOICE, required=True, default="alert", width=130, choices=ACTIONS), role,
                Field("message", N_("Message"), max_length=200, width=220), ACTIVE),
        list_columns=("name", "document_kind", "measure", "above", "action", "role", "message", "active"),
        check=_whole)
    return approval, flow


def _whole(values: Values) -> list[Problem]:
    """Somebody has to be told or asked, and a limit needs its figure."""
    found = []
    if values.get("action") in ("alert", "approve") and not values.get("role"):
        found.append(Problem("role", N_("{field} is required"), None, {"field": N_("Role")}))
    if values.get("measure") not in (None, "always") and values.get("above") is None:
        found.append(Problem("above", N_("{field} is required"), None, {"field": N_("Above this value")}))
    return found
