"""The example of CONTRIBUTING.md is executed: one declaration and one name make a document type."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Status
from jxc_desktop.services import access, documents
from jxc_desktop.services.exchange import exporting, importing
from jxc_desktop.services.printing import PAPERS, render
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.services.queries import ListQuery, Queries, lists
from tests.company import Company

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sample_out(monkeypatch: pytest.MonkeyPatch) -> DocumentType:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(example.splitlines()) <= 20
    names: dict[str, object] = {}
    exec(compile(example, "CONTRIBUTING.md", "exec"), names)
    kind = names["SAMPLE_OUT"]
    assert isinstance(kind, DocumentType)
    monkeypatch.setattr(document_types, "ALL", (*document_types.ALL, kind))
    monkeypatch.setitem(document_types.BY_KEY, kind.key, kind)
    lists.source.cache_clear()
    return kind


def test_the_example_is_a_whole_document_type(sample_out: DocumentType, company: Company, tmp_path: Path) -> None:
    company = company.as_actor("tester", access.EVERYTHING | {sample_out.permission(a) for a in
                                                              access.DOCUMENT_ACTIONS})
    item = company.item()
    company.post("goods_receipt", (item, 10, 5))
    saved = company.post(sample_out.key, (item, 4))
    assert saved.number is not None and saved.number.startswith("YPCK-") and company.on_hand(item) == 6
    queries = Queries(company.engine, company.commands.actor)
    page = queries.list_page(ListQuery(f"document/{sample_out.key}"))
    assert [row["number"] for row in page.rows] == [saved.number]
    pdf = render(sheets(queries, [saved.id]), PAPERS["A5"])
    assert pdf.startswith(b"%PDF")
    exporting.export_document(queries, saved.id, tmp_path / "note.xlsx")
    assert (tmp_path / "note.xlsx").stat().st_size > 3000
    assert "line.quantity" in {target.key for target in importing.targets(sample_out.key)}
    corrected = company.read(saved.id)
    corrected.lines[0]["quantity"] = Decimal(1)
    saved = company.run(documents.save, corrected).value
    assert company.on_hand(item) == 9
    voided = company.void(saved)
    assert voided.status == Status.VOID and company.on_hand(item) == 10
    company.check()
