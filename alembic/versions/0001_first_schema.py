"""The first schema: records, documents, the two-clock ledger, the trail."""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IMMUTABLE = ("posting", "stock_move", "partner_entry", "audit_entry", "seal")


def upgrade() -> None:
    create_tables()
    for table in IMMUTABLE:
        refuse_changes(table)
    op.execute(
        "INSERT INTO company (name, taxpayer, tax_included, negative_stock, over_receipt, over_delivery,"
        " print_balance, demo) VALUES ('我的公司', 'general', true, 'forbid', 0, 0, false, false)")


def refuse_changes(table: str) -> None:
    """The database itself keeps the ledgers: rows are added, never changed or taken away."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                       f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
        # INSERT OR REPLACE takes the old row away without asking the trigger on DELETE
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                   f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
                   f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
        return
    op.execute("CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END$$")
    op.execute(f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
               "FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
               "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def create_tables() -> None:
    op.create_table("audit_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=True),
        sa.Column("entity_id", ID, nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry")
    )
    op.create_index("ix_audit_entry_entity", "audit_entry", ["entity", "entity_id"], unique=False)
    op.create_table("category",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name="fk_category_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_category")
    )
    op.create_table("change",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("entity_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change")
    )
    op.create_table("command",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_command")
    )
    op.create_table("company",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=True),
        sa.Column("bank", sa.String(length=120), nullable=True),
        sa.Column("taxpayer", sa.String(length=10), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("negative_stock", sa.String(length=10), nullable=False),
        sa.Column("over_receipt", sa.BigInteger(), nullable=True),
        sa.Column("over_delivery", sa.BigInteger(), nullable=True),
        sa.Column("print_terms", sa.String(length=300), nullable=True),
        sa.Column("cost_level", sa.String(length=10), server_default="company", nullable=False),
        sa.Column("cost_by_lot", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("return_in_cost", sa.String(length=10), server_default="original", nullable=False),
        sa.Column("return_out_cost", sa.String(length=10), server_default="original", nullable=False),
        sa.Column("late_cost", sa.String(length=10), server_default="prorate", nullable=False),
        sa.Column("return_reopens", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("reserve_on_order", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("expired_stock", sa.String(length=10), server_default="warn", nullable=False),
        sa.Column("count_threshold", sa.BigInteger(), nullable=True),
        sa.Column("use_lots", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("use_serials", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ask_restating", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("print_balance", sa.Boolean(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_company")
    )
    op.create_table("cost_pool",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("warehouse_id", ID, server_default="0", autoincrement=False, nullable=False),
        sa.Column("lot_id", ID, server_default="0", autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=True),
        sa.Column("last_entry", ID, nullable=True),
        sa.PrimaryKeyConstraint("item_id", "warehouse_id", "lot_id", name="pk_cost_pool")
    )
    op.create_table("employee",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_employee"),
        sa.UniqueConstraint("code", name="uq_employee_code")
    )
    op.create_table("lot_balance",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("warehouse_id", ID, autoincrement=False, nullable=False),
        sa.Column("lot_id", ID, autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("item_id", "warehouse_id", "lot_id", name="pk_lot_balance")
    )
    op.create_table("number_series",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "period", name="pk_number_series")
    )
    op.create_table("partner",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("customer", sa.Boolean(), nullable=False),
        sa.Column("supplier", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=True),
        sa.Column("bank", sa.String(length=120), nullable=True),
        sa.Column("settlement", sa.String(length=20), nullable=True),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("code", name="uq_partner_code")
    )
    op.create_table("partner_balance",
        sa.Column("partner_id", ID, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "account", name="pk_partner_balance")
    )
    op.create_table("seal",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seal")
    )
    op.create_table("setting",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_setting")
    )
    op.create_table("stock_balance",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("warehouse_id", ID, autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("on_order", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("item_id", "warehouse_id", name="pk_stock_balance")
    )
    op.create_table("unit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("name", name="uq_unit_name")
    )
    op.create_table("warehouse",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("contact", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("negative_stock", sa.String(length=10), nullable=True),
        sa.Column("in_transit", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_warehouse"),
        sa.UniqueConstraint("code", name="uq_warehouse_code")
    )
    op.create_table("document",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.String(length=10), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("time", sa.Time(), nullable=True),
        sa.Column("entry", ID, nullable=True),
        sa.Column("partner_id", ID, nullable=True),
        sa.Column("warehouse_id", ID, nullable=True),
        sa.Column("to_warehouse_id", ID, nullable=True),
        sa.Column("destination_id", ID, nullable=True),
        sa.Column("employee_id", ID, nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("contact", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("settlement", sa.String(length=20), nullable=True),
        sa.Column("tax_included", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("discount_amount", sa.BigInteger(), nullable=True),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("fee_basis", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=True),
        sa.Column("uncounted", sa.String(length=10), nullable=True),
        sa.Column("snapshot", ID, nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_net", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_tax", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reversal_of_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("posted_at", sa.DateTime(), nullable=True),
        sa.Column("posted_by", sa.String(length=120), nullable=True),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.Column("changed_by", sa.String(length=120), nullable=True),
        sa.Column("print_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["destination_id"], ["warehouse.id"], name="fk_document_destination_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"], name="fk_document_employee_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_document_partner_id"),
        sa.ForeignKeyConstraint(["reversal_of_id"], ["document.id"], name="fk_document_reversal_of_id"),
        sa.ForeignKeyConstraint(["to_warehouse_id"], ["warehouse.id"], name="fk_document_to_warehouse_id"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name="fk_document_warehouse_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("kind", "number", name="uq_document_kind_number")
    )
    op.create_index("ix_document_kind_date_id", "document", ["kind", "date", "id"], unique=False)
    op.create_index("ix_document_partner_id", "document", ["partner_id"], unique=False)
    op.create_table("item",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("spec", sa.String(length=120), nullable=True),
        sa.Column("brand", sa.String(length=60), nullable=True),
        sa.Column("category_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("purchase_price", sa.BigInteger(), nullable=True),
        sa.Column("sale_price", sa.BigInteger(), nullable=True),
        sa.Column("minimum_price", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=True),
        sa.Column("reorder_point", sa.BigInteger(), nullable=True),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.Column("negative_stock", sa.String(length=10), nullable=True),
        sa.Column("stocked", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("cost_method", sa.String(length=20), server_default="moving_average", nullable=False),
        sa.Column("standard_cost", sa.BigInteger(), nullable=True),
        sa.Column("tracking", sa.String(length=10), server_default="none", nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("expiry_alert_days", sa.Integer(), nullable=True),
        sa.Column("serial_once", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("replenishment", sa.String(length=10), server_default="min_max", nullable=False),
        sa.Column("lot_size", sa.BigInteger(), nullable=True),
        sa.Column("order_multiple", sa.BigInteger(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("supplier_id", ID, nullable=True),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("initials", sa.Text(), server_default="", nullable=False),
        sa.Column("pinyin", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name="fk_item_category_id"),
        sa.ForeignKeyConstraint(["supplier_id"], ["partner.id"], name="fk_item_supplier_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_item_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("code", name="uq_item_code")
    )
    op.create_index("ix_item_category_id", "item", ["category_id"], unique=False)
    op.create_table("barcode",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("unit_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_barcode_item_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_barcode_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_barcode"),
        sa.UniqueConstraint("code", name="uq_barcode_code")
    )
    op.create_index("ix_barcode_item_id", "barcode", ["item_id"], unique=False)
    op.create_table("cost_layer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("warehouse_id", ID, nullable=False),
        sa.Column("lot_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_cost_layer_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cost_layer")
    )
    op.create_index("ix_cost_layer_pool", "cost_layer", ["item_id", "warehouse_id", "lot_id"], unique=False)
    op.create_table("document_line",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=True),
        sa.Column("role", sa.String(length=10), nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("factor", sa.BigInteger(), nullable=True),
        sa.Column("per", sa.BigInteger(), nullable=True),
        sa.Column("lot", sa.String(length=60), nullable=True),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("serials", sa.Text(), nullable=True),
        sa.Column("book", sa.BigInteger(), nullable=True),
        sa.Column("counter", sa.String(length=80), nullable=True),
        sa.Column("revalue", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("base_quantity", sa.BigInteger(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("discount", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("discount_share", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=True),
        sa.Column("tax", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("gift", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=True),
        sa.Column("source_line_id", ID, nullable=True),
        sa.Column("fulfilled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reopens", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_line_document_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_document_line_item_id"),
        sa.ForeignKeyConstraint(["source_line_id"], ["document_line.id"], name="fk_document_line_source_line_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_document_line_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document_line")
    )
    op.create_index("ix_document_line_document_id_position", "document_line",
                    ["document_id", "position"], unique=False)
    op.create_index("ix_document_line_item_id", "document_line", ["item_id"], unique=False)
    op.create_index("ix_document_line_source_line_id", "document_line", ["source_line_id"], unique=False)
    op.create_table("item_unit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("factor", sa.BigInteger(), nullable=False),
        sa.Column("per", sa.BigInteger(), server_default="100000000", nullable=False),
        sa.Column("sale_price", sa.BigInteger(), nullable=True),
        sa.Column("purchase_price", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_item_unit_item_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_item_unit_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_item_unit"),
        sa.UniqueConstraint("item_id", "unit_id", name="uq_item_unit_item_id_unit_id")
    )
    op.create_table("lot",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_lot_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lot"),
        sa.UniqueConstraint("item_id", "code", name="uq_lot_item_id_code")
    )
    op.create_table("posting",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_posting_document_id"),
        sa.PrimaryKeyConstraint("id", name="pk_posting")
    )
    op.create_index("ix_posting_document_id", "posting", ["document_id"], unique=False)
    op.create_table("recipe_line",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("component_id", ID, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["component_id"], ["item.id"], name="fk_recipe_line_component_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_recipe_line_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_recipe_line"),
        sa.UniqueConstraint("item_id", "component_id", name="uq_recipe_line_item_id_component_id")
    )
    op.create_table("stock_alert",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("warehouse_id", ID, nullable=True),
        sa.Column("lot_id", ID, nullable=True),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("threshold", sa.BigInteger(), nullable=False),
        sa.Column("document_id", ID, nullable=True),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_stock_alert_document_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_stock_alert_item_id"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_stock_alert_lot_id"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name="fk_stock_alert_warehouse_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_alert")
    )
    op.create_index("ix_stock_alert_item_id", "stock_alert", ["item_id"], unique=False)
    op.create_table("stock_level",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("warehouse_id", ID, nullable=False),
        sa.Column("reorder_point", sa.BigInteger(), nullable=True),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_stock_level_item_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name="fk_stock_level_warehouse_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_level"),
        sa.UniqueConstraint("item_id", "warehouse_id", name="uq_stock_level_item_id_warehouse_id")
    )
    op.create_table("partner_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("partner_id", ID, nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_partner_entry_document_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_partner_entry_partner_id"),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name="fk_partner_entry_posting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_entry")
    )
    op.create_index("ix_partner_entry_document_id", "partner_entry", ["document_id"], unique=False)
    op.create_index("ix_partner_entry_partner_account_date", "partner_entry",
                    ["partner_id", "account", "date"], unique=False)
    op.create_table("period",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.Column("posting_id", ID, nullable=True),
        sa.Column("reopened_at", sa.DateTime(), nullable=True),
        sa.Column("reopened_by", sa.String(length=120), nullable=True),
        sa.Column("reopen_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name="fk_period_posting_id"),
        sa.PrimaryKeyConstraint("id", name="pk_period")
    )
    op.create_table("stock_move",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("leg", sa.SmallInteger(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("warehouse_id", ID, nullable=False),
        sa.Column("lot_id", ID, server_default="0", nullable=False),
        sa.Column("effective_at", sa.DateTime(), nullable=False),
        sa.Column("entry", ID, nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("restated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("variance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("stated", sa.BigInteger(), nullable=True),
        sa.Column("measure", sa.BigInteger(), nullable=True),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("origin_line_id", ID, nullable=True),
        sa.Column("quantity_after", sa.BigInteger(), nullable=False),
        sa.Column("value_after", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.CheckConstraint("restated = false OR quantity = 0 OR basis IN ('count', 'recount')",
                           name=op.f("ck_stock_move_restatement_moves_nothing")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_stock_move_document_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_stock_move_item_id"),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name="fk_stock_move_posting_id"),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name="fk_stock_move_warehouse_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_move")
    )
    op.create_index("ix_stock_move_document_id", "stock_move", ["document_id"], unique=False)
    op.create_index("ix_stock_move_item_order", "stock_move",
                    ["item_id", "effective_at", "entry", "leg", "line_id"], unique=False)
    op.create_index("ix_stock_move_line_id", "stock_move", ["line_id"], unique=False)
    op.create_index("ix_stock_move_posting_id", "stock_move", ["posting_id"], unique=False)
    op.create_table("period_figure",
        sa.Column("period_id", ID, nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("warehouse_id", ID, autoincrement=False, nullable=False),
        sa.Column("opening_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opening_value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("in_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("in_value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("out_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("out_value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closing_quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closing_value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("variance", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name="fk_period_figure_period_id"),
        sa.PrimaryKeyConstraint("period_id", "item_id", "warehouse_id", name="pk_period_figure")
    )
    op.create_table("period_pool",
        sa.Column("period_id", ID, nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("warehouse_id", ID, autoincrement=False, nullable=False),
        sa.Column("lot_id", ID, autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("layers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name="fk_period_pool_period_id"),
        sa.PrimaryKeyConstraint("period_id", "item_id", "warehouse_id", "lot_id", name="pk_period_pool")
    )
