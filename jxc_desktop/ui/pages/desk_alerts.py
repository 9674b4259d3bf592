"""Stock alerts as the desks list them: the worst first."""

from collections.abc import Iterable

from jxc_desktop import values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.stock import AlertRow
from jxc_desktop.ui.pages.short_list import ShortRow
from jxc_desktop.ui.tokens import Tone

_WORDS = {"expired": (N_("Expired"), Tone.BAD), "low": (N_("Low"), Tone.WARN),
          "expiring": (N_("Expires soon"), Tone.WARN), "over": (N_("Over"), Tone.ACCENT)}  # the worst first


def alert_rows(alerts: Iterable[AlertRow]) -> list[ShortRow]:
    """What is out or expired before what is low, soon to expire, too much."""
    order = list(_WORDS)
    return [_row(alert) for alert in sorted(alerts, key=lambda a: (not _out(a), order.index(a.kind)))]


def _out(alert: AlertRow) -> bool:
    return alert.kind == "low" and alert.on_hand <= 0


def _row(alert: AlertRow) -> ShortRow:
    word, tone = _WORDS[alert.kind]
    there = values.grouped(alert.on_hand)
    figure = f"{there} {alert.unit}" if alert.expires else f"{there} / {values.grouped(alert.threshold)} {alert.unit}"
    until = f"{alert.expires:%m-%d}" if alert.expires else ""
    return ShortRow(alert.item, " · ".join(p for p in (alert.spec, alert.warehouse, alert.lot, until) if p), figure,
                    f"record/item/{alert.item_id}", "package-minus" if alert.kind == "low" else "package-plus",
                    Tone.BAD if _out(alert) else tone, tr("Out of stock") if _out(alert) else tr(word))
