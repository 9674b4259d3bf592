"""The tables of 'find the break': two lines to a row, so that time and person of each step fit on any screen."""

import datetime as dt
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.breaks import (
    SEVERITY_TITLES,
    STEP_TITLES,
    Act,
    Answer,
    ChainRow,
    Fault,
    Finding,
    Paper,
    Question,
    Severity,
    Step,
)
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.pages.list_columns import local
from jxc_desktop.ui.table import Cell, CellDelegate, Column, Kind, Mark, RowsModel, Table, draw_pill
from jxc_desktop.ui.tokens import Tone

ROW = 42
_TOP, _LINE = 3, 18  # px: above the first line, height of a line
TONES = {Severity.WRONG: Tone.BAD, Severity.SUSPECT: Tone.WARN, Severity.NOTE: Tone.NEUTRAL}
_ICONS = {Tone.BAD: ("circle-alert", "bad"), Tone.WARN: ("triangle-alert", "warn"), Tone.NEUTRAL: ("info", "text2")}
_SENTENCE, _SEVERITY = "text", "severity"
_NONE = "–"  # the step was not taken
LINKS = frozenset({"document", "source", "name"})  # columns that a click opens


class TwoLines(CellDelegate):
    """The second line of a text in small; a sentence may take both; a state has its icon."""

    def draw_content(self, painter: QPainter, area: QRect, cell: Cell, column: Column) -> None:
        pad = theme.current().sizes.cell_x
        box = area.adjusted(pad, 0, -pad, -1)
        if column.key == _SENTENCE:
            self._draw_sentence(painter, box, cell.text)
        elif column.key == _SEVERITY:
            icon, ink = _ICONS[Tone(cell.tone or Tone.NEUTRAL)]
            painter.drawPixmap(QPoint(box.left(), box.center().y() - 7), icons.pixmap(icon, ink, 16))
            draw_pill(painter, pad + 22, area, cell.text, cell.tone or Tone.NEUTRAL)
        elif "\n" in cell.text:
            self._draw_lines(painter, area, box, cell, column)
        else:
            super().draw_content(painter, area, cell, column)

    def _draw_sentence(self, painter: QPainter, box: QRect, text: str) -> None:
        font = theme.font()
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, 2 * box.width() - 60)  # words do not break
        painter.drawText(box, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_lines(self, painter: QPainter, area: QRect, box: QRect, cell: Cell, column: Column) -> None:
        first, _, second = cell.text.partition("\n")
        upper = QRect(box.left(), box.top() + _TOP, box.width(), _LINE)
        if not second or not (first or cell.pill):  # alone, in the middle
            upper.moveTop(box.center().y() - _LINE // 2)
        lower = upper.translated(0, _LINE if first or cell.pill else 0)
        if cell.pill:
            draw_pill(painter, 0, upper, cell.pill, cell.tone or Tone.NEUTRAL)
        else:
            self._write(painter, upper, theme.font(figures=True), "accent" if column.key in LINKS else "text", first)
        self._write(painter, lower, theme.font(theme.current().sizes.caption, figures=True), "text2", second)

    def _write(self, painter: QPainter, box: QRect, font: QFont, ink: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.colour(ink))
        cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, cut)


class TallTable(Table):
    """A table whose rows have two lines; without headings where the rows explain themselves."""

    def __init__(self, key: str, context: Context, model: RowsModel, spoken: str, *, headed: bool = True):
        super().__init__(key, context.settings, row_key=lambda row: (row.page, getattr(row, "text", "")))
        self.ledger = False
        self.setItemDelegate(TwoLines(self))
        self.setAccessibleName(spoken)
        self.setModel(model)
        if not headed:
            self.horizontalHeader().hide()
            for cap in self.scrollBarWidgets(Qt.AlignmentFlag.AlignTop):
                cap.hide()

    def fit_density(self) -> None:
        self.verticalHeader().setDefaultSectionSize(ROW)


def short(moment: dt.datetime, *, day_only: bool = False) -> str:
    """A moment of this year without its year."""
    year = "" if moment.year == dt.date.today().year else f"{moment:%y-}"
    return year + (f"{moment:%m-%d}" if day_only else f"{moment:%m-%d %H:%M}")


def _lines(first: str, second: str) -> str:
    return f"{first}\n{second}"


# --- findings ---------------------------------------------------------------------------------------------


def findings_model(unit: str = "") -> RowsModel:
    """With the `unit` of the item in question, if it is about one."""
    def quantity(found: Finding) -> str:
        return "" if found.quantity is None else f"{values.grouped(found.quantity)} {unit}"

    how_much = (Column("quantity", N_("Quantity"), width=126, align=Qt.AlignmentFlag.AlignRight, bold=True,
                       value=quantity, mark=lambda f: Mark(Tone.BAD, tr("That much!")) if f.fits else None),)
    return RowsModel((
        Column(_SEVERITY, N_("How bad"), width=98, value=lambda f: tr(SEVERITY_TITLES[f.severity]),
               mark=lambda f: Mark(TONES[f.severity])),
        Column(_SENTENCE, N_("What was found"), width=400, stretch=1, minimum=300), *(how_much if unit else ()),
        Column("step", N_("Step and person"), width=110,
               value=lambda f: _lines(tr(STEP_TITLES[f.step]), f.person)),
        Column("name", N_("Document and time"), width=178,
               value=lambda f: _lines(f.name, short(local(f.at)) if f.at else ""))))


def with_meanwhile(found: Answer, *, unfolded: bool) -> tuple[Finding, ...]:
    """The findings; below them one line for the changes without a bearing, which opens to show them.

    That line leads to no page.
    """
    if not found.meanwhile:
        return found.findings
    text = tr("{count} settings were changed meanwhile, without a bearing on this", count=len(found.meanwhile))
    fold = Finding(Fault.CHANGED, Severity.NOTE, text, Step.RULES, "", None, "", tr("Hide") if unfolded else tr("Show"))
    return *found.findings, fold, *(found.meanwhile if unfolded else ())


# --- the chain --------------------------------------------------------------------------------------------


def _act(name: str, *, day_only: bool = False) -> Any:
    def written(row: ChainRow) -> str:
        act: Act | None = getattr(row, name)
        if act is None:
            return _NONE
        moment = act.at if day_only else local(act.at)  # the day on a document is nobody's clock
        return _lines(short(moment, day_only=day_only), act.person)
    return written


def _paper(paper: Paper | None, *more: str) -> str:
    if paper is None:
        return _NONE
    title = tr(document_types.BY_KEY[paper.kind].title)
    about = " · ".join(part for part in (title if paper.number else "", *more) if part)
    return _lines(paper.number or title, about or f"{paper.date}")


def _state(row: ChainRow) -> Mark | None:
    if not row.state:
        return None
    return Mark(TONES[row.severity] if row.severity else Tone.NEUTRAL, row.state)


def chain_model() -> RowsModel:
    return RowsModel((
        Column("source", N_("Comes from"), width=178, value=lambda row: _paper(
            row.source, "" if row.document else row.partner), sort_key=lambda row: row.source and row.source.number),
        *(Column(name, title, width=106, value=_act(name)) for name, title in (
            ("ordered", STEP_TITLES[Step.ORDERED]), ("approved", STEP_TITLES[Step.APPROVED]))),
        Column("document", N_("Document"), width=190, stretch=1, minimum=178,
               value=lambda row: _paper(row.document, row.partner or row.place),
               sort_key=lambda row: row.document and row.document.number),
        Column("moved", STEP_TITLES[Step.MOVED], width=76, value=_act("moved", day_only=True)),
        *(Column(name, title, width=106, value=_act(name)) for name, title in (
            ("posted", STEP_TITLES[Step.POSTED]), ("settled", STEP_TITLES[Step.SETTLED]))),
        Column("amount", N_("Amount"), Kind.MONEY, 100, yields=3),
        Column("asked", N_("Asked"), Kind.QUANTITY, 70), Column("done", N_("Came of it"), Kind.QUANTITY, 70, bold=True),
        Column("state", N_("How it stands"), width=136, value=lambda row: _lines("", row.waited), mark=_state)))


# --- counts -----------------------------------------------------------------------------------------------


COUNTS = (
    Column("date", N_("Date"), Kind.DATE, 104, value=lambda row: row.document.date),
    Column("number", N_("Number"), Kind.CODE, 172,
           value=lambda row: row.document.number or tr(document_types.BY_KEY[row.document.kind].title)),
    Column("warehouse", N_("Warehouse"), width=90, stretch=1, muted=True), Column("person", N_("Counted by"), width=84),
    Column("posted", N_("How it stands"), Kind.CHIP, 80,
           value=lambda row: tr("Posted") if row.posted else tr("Not booked"),
           mark=lambda row: Mark(Tone.OK if row.posted else Tone.BAD)),
    Column("book", N_("Book"), Kind.QUANTITY, 80), Column("counted", N_("Counted then"), Kind.QUANTITY, 80, bold=True),
    Column("difference", N_("Off by"), Kind.QUANTITY, 90, bold=True,
           mark=lambda row: Mark(Tone.WARN) if row.difference else None),
    Column("came", N_("Came since"), Kind.QUANTITY, 84), Column("went", N_("Went since"), Kind.QUANTITY, 84),
    Column("on_hand", N_("On hand"), Kind.QUANTITY, 84, bold=True))


def fitting(model: RowsModel, question: Question) -> str:
    """How many rows come to exactly the difference that was asked about, in words."""
    if question.difference is None:
        return ""
    count = sum(row.fits for row in model.rows)
    return tr("{count} with exactly that quantity", count=count) if count else tr("Nothing has exactly that quantity")
