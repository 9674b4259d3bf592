"""The stock ledger with its running sums, what partners owe, and the alerts they raise.

Ledger rows have two clocks: `effective_at`, `entry`, `line_id`, `leg` say when the goods moved and in which
order; `posting_id` says when we learnt it. Rows are only ever added; triggers refuse UPDATE and DELETE.
"""

from sqlalchemy import (
    JSON,
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
    Price,
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
    Column("lot_id", Id, **ZERO),  # 0: not tracked
    Column("effective_at", DateTime, nullable=False), Column("entry", Id, nullable=False),
    text("basis", 10, nullable=False), Column("restated", Boolean, nullable=False, server_default=false()),
    Column("quantity", Quantity, nullable=False), Column("value", Money, nullable=False),
    Column("variance", Money, **ZERO),  # what the move sends to cost of sales instead of stock
    Column("settled", Money, **ZERO),  # what goods that were issued before they came cost more in the end
    # what the document says of the move; a row of its own document repeats it, the last one counts
    Column("stated", Money), Column("measure", Quantity), Column("unit_cost", Price),
    Column("gone", Boolean, nullable=False, server_default=false()),  # the document no longer asks for the move
    Column("origin_line_id", Id), Column("quantity_after", Quantity, nullable=False),
    Column("value_after", Money, nullable=False), Column("digest", LargeBinary(16), nullable=False),
    CheckConstraint("restated = false OR quantity = 0 OR basis IN ('count', 'recount')",
                    name="restatement_moves_nothing"),
    # in order of effect, with all that reports add up: they read the index alone
    Index("ix_stock_move_item_order", "item_id", "effective_at", "entry", "leg", "line_id", "warehouse_id", "lot_id",
          "posting_id", "basis", "quantity", "value", "variance"),
)

stock_balance = Table(
    "stock_balance", metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False),
    Column("on_hand", Quantity, **ZERO), Column("reserved", Quantity, **ZERO), Column("on_order", Quantity, **ZERO))

# The part of stock_balance that each lot or serial number of a tracked item makes up.
lot_balance = Table(
    "lot_balance", metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False),
    Column("lot_id", Id, primary_key=True, autoincrement=False),
    Column("on_hand", Quantity, **ZERO), Column("reserved", Quantity, **ZERO))

# Row (item, 0, 0) is the item in the whole company and always there. Where the company costs by warehouse or
# by lot, it is their sum and each pool has a row of its own.
cost_pool = Table(
    "cost_pool", metadata,
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False, server_default="0"),
    Column("lot_id", Id, primary_key=True, autoincrement=False, server_default="0"),
    Column("quantity", Quantity, **ZERO), Column("value", Money, **ZERO),
    Column("last_cost", Cost, **ZERO),
    Column("last_at", DateTime), Column("last_entry", Id))  # the latest move by order of effect

# What a pool consists of, oldest first: under FIFO the goods that are left of each receipt; under both methods
# the goods that were issued before they came, as negative quantity and value.
cost_layer = Table(
    "cost_layer", metadata, key(), reference("item_id", "item", nullable=False),
    Column("warehouse_id", Id, nullable=False), Column("lot_id", Id, nullable=False),
    Column("line_id", Id, nullable=False),  # of the receipt, or of the issue that lacked goods
    Column("received_at", DateTime, nullable=False),
    Column("quantity", Quantity, nullable=False), Column("value", Money, nullable=False),
    Index("ix_cost_layer_pool", "item_id", "warehouse_id", "lot_id"))

# A closed period and its frozen figures. Reopening marks it; the next close of the period shows the difference.
period = Table(
    "period", metadata, key(), Column("through", Date, nullable=False), moment("closed_at", nullable=False),
    text("closed_by", 120, nullable=False), reference("posting_id", "posting"),  # the last one it knew
    moment("reopened_at"), text("reopened_by", 120), text("reopen_reason"))

# Quantities per warehouse; values where the pool is: warehouse 0 is the whole company.
period_figure = Table(
    "period_figure", metadata, reference("period_id", "period", nullable=False, primary_key=True),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False),
    *(Column(f"{part}_{what}", kind, **ZERO) for part in ("opening", "in", "out", "closing")
      for what, kind in (("quantity", Quantity), ("value", Money))),
    Column("variance", Money, **ZERO))

# The pools as they stood at the close: where a replay of the open period starts.
period_pool = Table(
    "period_pool", metadata, reference("period_id", "period", nullable=False, primary_key=True),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    Column("warehouse_id", Id, primary_key=True, autoincrement=False),
    Column("lot_id", Id, primary_key=True, autoincrement=False),
    Column("quantity", Quantity, **ZERO), Column("value", Money, **ZERO), Column("last_cost", Cost, **ZERO),
    Column("layers", JSON, nullable=False))

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
    reference("lot_id", "lot"),  # of goods that expire
    Column("on_hand", Quantity, nullable=False), Column("threshold", Quantity, nullable=False),
    reference("document_id", "document"), moment("raised_at", nullable=False), moment("cleared_at"),
    moment("snoozed_until"))
