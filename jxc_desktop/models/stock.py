"""The stock ledger with its running sums, what partners owe, and the alerts they raise.

Ledger rows have two clocks: `effective_at`, `entry`, `line_id`, `leg` say when the goods moved and in which
order; `posting_id` says when we learnt it. Rows are only ever added; triggers refuse UPDATE and DELETE.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    false,
)

from jxc_desktop.models.base import (
    ZERO,
    Cost,
    Id,
    Money,
    Quantity,
    key,
    metadata,
    moment,
    reference,
    text,
)

posting = Table(
    "posting", metadata, key(), reference("document_id", "document", nullable=False, index=True),
    text("action", 20, nullable=False), moment("at", nullable=False), text("actor", 120, nullable=False),
    Column("digest", LargeBinary(16), nullable=False))

stock_move = Table(
    "stock_move", metadata, key(), reference("posting_id", "posting", nullable=False, index=True),
    reference("document_id", "document", nullable=False, index=True),
    Column("line_id", Id, nullable=False, index=True), Column("leg", SmallInteger, nullable=False),
    reference("item_id", "item", nullable=False), reference("warehouse_id", "warehouse", nullable=False),
    Column("effective_at", DateTime, nullable=False), Column("entry", Id, nullable=False),
    text("basis", 10, nullable=False), Column("restated", Boolean, nullable=False, server_default=false()),
    Column("quantity", Quantity, nullable=False), Column("value", Money, nullable=False),
    Column("variance", Money, **ZERO),  # what the move sends to cost of sales instead of stock
    Column("origin_line_id", Id), Column("quantity_after", Quantity, nullable=False),
    Column("value_after", Money, nullable=False), Column("digest", LargeBinary(16), nullable=False),
    CheckConstraint("restated = false OR quantity = 0", name="restatement_moves_nothing"),
    Index("ix_stock_move_item_order", "item_id", "effective_at", "entry", "line_id", "leg"),
)

stock_balance = Table(
    "stock_balance", metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False),
    Column("lot_id", Id, primary_key=True, autoincrement=False, server_default="0"),  # 0: not tracked by lot
    Column("on_hand", Quantity, **ZERO), Column("reserved", Quantity, **ZERO), Column("on_order", Quantity, **ZERO))

# One row per item for the whole company (warehouse 0), or one per warehouse where each is costed apart.
cost_pool = Table(
    "cost_pool", metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False, server_default="0"),
    Column("quantity", Quantity, **ZERO), Column("value", Money, **ZERO),
    Column("last_cost", Cost, **ZERO),
    Column("last_at", DateTime), Column("last_entry", Id))  # the latest move by order of effect

partner_entry = Table(
    "partner_entry", metadata, key(), reference("posting_id", "posting", nullable=False),
    reference("document_id", "document", nullable=False, index=True),
    reference("partner_id", "partner", nullable=False), text("account", 12, nullable=False),
    Column("date", Date, nullable=False), Column("amount", Money, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Index("ix_partner_entry_partner_account_date", "partner_id", "account", "date"))

partner_balance = Table(
    "partner_balance", metadata, Column("partner_id", Id, primary_key=True, autoincrement=False),
    Column("account", String(12), primary_key=True), Column("amount", Money, **ZERO))

stock_alert = Table(
    "stock_alert", metadata, key(), text("kind", 10, nullable=False),
    reference("item_id", "item", nullable=False, index=True), reference("warehouse_id", "warehouse"),
    Column("on_hand", Quantity, nullable=False), Column("threshold", Quantity, nullable=False),
    reference("document_id", "document"), moment("raised_at", nullable=False), moment("cleared_at"))
