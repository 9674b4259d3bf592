"""An index of moves that reports read alone, open notices once each, the least quantity of a supplier."""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("item", sa.Column("order_minimum", sa.BigInteger()))
    op.drop_index("ix_stock_move_item_order", "stock_move")
    op.create_index("ix_stock_move_item_order", "stock_move", [
        "item_id", "effective_at", "entry", "leg", "line_id", "warehouse_id", "lot_id", "posting_id", "basis",
        "quantity", "value", "variance"])
    # two programs that saved at once may have told the same twice
    op.execute("UPDATE notice SET cleared_at = raised_at WHERE cleared_at IS NULL AND id NOT IN"
               " (SELECT min(id) FROM notice WHERE cleared_at IS NULL GROUP BY kind, subject)")
    op.drop_index("ix_notice_kind_subject", "notice")
    still_open = sa.text("cleared_at IS NULL")
    op.create_index("uq_notice_open", "notice", ["kind", "subject"], unique=True, sqlite_where=still_open,
                    postgresql_where=still_open)
