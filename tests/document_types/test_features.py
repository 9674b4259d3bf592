"""What is seen of fields: nothing of features that the company does not use."""

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types import features
from jxc_desktop.document_types.records import COMPANY, ITEM
from jxc_desktop.document_types.schema import Field

LOTS, SERIALS, BOTH = frozenset({"use_lots"}), frozenset({"use_serials"}), frozenset({"use_lots", "use_serials"})
DECLARED = [f for kind in (*document_types.ALL, *document_types.RECORDS) for f in (
    kind.fields() if isinstance(kind, document_types.DocumentType) else kind.fields)]


def names(fields: tuple[Field, ...], in_use: frozenset[str]) -> set[str]:
    return {f.name for f in features.shown(fields, in_use, lambda permission: True)}


def test_features_are_flags_of_the_company() -> None:
    assert features.EVERY == BOTH
    assert {name for f in DECLARED for name in (f.feature or "").split()} == BOTH
    assert features.in_use({"use_lots": True, "use_serials": False, "name": "x"}) == LOTS
    assert features.in_use({}) == frozenset()
    assert all(COMPANY.field(name).default is False for name in BOTH)


@pytest.mark.parametrize("kind", document_types.ALL, ids=lambda kind: kind.key)
def test_columns_of_documents(kind: document_types.DocumentType) -> None:
    every = {c.name for c in kind.columns}
    of_lots, of_serials = every & {"lot", "production_date", "expiry_date"}, every & {"serials"}
    assert names(kind.columns, frozenset()) == every - of_lots - of_serials
    assert names(kind.columns, LOTS) == every - of_serials
    assert names(kind.columns, SERIALS) == every - of_lots
    assert names(kind.columns, BOTH) == every


def test_tracking_is_chosen_where_there_is_a_choice() -> None:
    def choices(in_use: frozenset[str]) -> list[str]:
        shown = features.shown(ITEM.fields, in_use, lambda permission: True)
        return [value for f in shown if f.name == "tracking" for value, _ in f.choices]

    assert choices(frozenset()) == []
    assert choices(LOTS) == ["none", "lot"]
    assert choices(SERIALS) == ["none", "serial"]
    assert choices(BOTH) == ["none", "lot", "serial"]


def test_rights_count_as_well() -> None:
    shown = features.shown(ITEM.fields, BOTH, lambda permission: permission != "see_cost")
    assert not {f.name for f in shown} & {"purchase_price", "standard_cost"} and len(shown) > 20
