"""The tables. `TABLES` finds them by name; `IMMUTABLE` are those that only grow."""

from jxc_desktop.models import documents, flows, records, stock, trail
from jxc_desktop.models.base import metadata

TABLES = metadata.tables
IMMUTABLE = ("posting", "stock_move", "partner_entry", "audit_entry", "seal")

__all__ = ["IMMUTABLE", "TABLES", "documents", "flows", "metadata", "records", "stock", "trail"]
