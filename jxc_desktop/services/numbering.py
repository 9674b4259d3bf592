"""Document numbers: XSCK-20260101-0001, from a counter row inside the save, without gaps."""

import datetime as dt

from sqlalchemy import bindparam, update

from jxc_desktop.document_types.schema import DocumentType
from jxc_desktop.models.documents import number_series
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.services.upsert import ensure

WIDTH = 4
_s = number_series.c
_COUNT = update(number_series).where(_s.kind == bindparam("of_kind"), _s.period == bindparam("in_period")).values(
    last=_s.last + 1).returning(_s.last)


def next_number(work: Work, kind: DocumentType, date: dt.date) -> str:
    """The next number of this type on this day. The counter stays locked until the save commits."""
    period = f"{date:%Y%m%d}"
    given = {"of_kind": kind.key, "in_period": period}
    last = work.connection.scalar(_COUNT, given)
    if last is None:
        ensure(work.connection, number_series, [{"kind": kind.key, "period": period, "last": 0}])
        last = work.connection.scalar(_COUNT, given)
    return f"{kind.prefix}-{period}-{last:0{WIDTH}}"
