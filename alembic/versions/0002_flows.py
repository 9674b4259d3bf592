"""Purchase requests, approvals, rules, notices and open drafts."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    # one statement on both: SQLite adds a column with its reference, but no constraint afterwards
    wide = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE document_line ADD COLUMN for_line_id {wide}"
               " CONSTRAINT fk_document_line_for_line_id REFERENCES document_line (id)")
    op.create_index("ix_document_line_for_line_id", "document_line", ["for_line_id"])
    op.create_table(
        "approval_rule",
        _key(), sa.Column("name", sa.String(120), nullable=False),
        sa.Column("document_kind", sa.String(40), nullable=False), sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("above", sa.BigInteger()), _reference("category_id"),
        _reference("warehouse_id"), sa.Column("role", sa.String(20), nullable=False), _active(),
        *_searchable(), _version(), *_keys("approval_rule", category_id="category", warehouse_id="warehouse"))
    op.create_table(
        "approval",
        _key(), _reference("document_id", nullable=False),
        sa.Column("round", sa.Integer(), nullable=False), sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False), sa.Column("reason", sa.String(200)),
        sa.Column("decided_by", sa.String(120), nullable=False), sa.Column("decided_at", sa.DateTime(), nullable=False),
        *_keys("approval", document_id="document"))
    op.create_index("ix_approval_document_id", "approval", ["document_id"])
    op.create_table(
        "flow_rule",
        _key(), sa.Column("name", sa.String(120), nullable=False),
        sa.Column("document_kind", sa.String(40), nullable=False), sa.Column("measure", sa.String(20), nullable=False),
        sa.Column("above", sa.BigInteger()), _reference("category_id"),
        _reference("warehouse_id"), sa.Column("action", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20)), sa.Column("message", sa.String(200)), _active(), *_searchable(), _version(),
        *_keys("flow_rule", category_id="category", warehouse_id="warehouse"))
    op.create_table(
        "notice",
        _key(), sa.Column("kind", sa.String(20), nullable=False), sa.Column("role", sa.String(20)),
        sa.Column("person", sa.String(120)), _reference("document_id"), _reference("item_id"),
        _reference("warehouse_id"), _reference("partner_id"),
        sa.Column("subject", sa.String(80), nullable=False), sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False), sa.Column("cleared_at", sa.DateTime()),
        sa.Column("cleared_by", sa.String(120)), sa.Column("snoozed_until", sa.DateTime()),
        *_keys("notice", document_id="document", item_id="item", warehouse_id="warehouse", partner_id="partner"))
    op.create_index("ix_notice_document_id", "notice", ["document_id"])
    op.create_index("ix_notice_kind_subject", "notice", ["kind", "subject"])
    op.create_table(
        "open_draft",
        _key(), sa.Column("token", sa.String(40), nullable=False), sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False), sa.Column("kind", sa.String(40), nullable=False),
        _reference("document_id"), _reference("item_id"),
        _reference("warehouse_id"), sa.Column("quantity", sa.BigInteger()),
        sa.Column("until", sa.DateTime(), nullable=False),
        *_keys("open_draft", document_id="document", item_id="item", warehouse_id="warehouse"))
    for name in ("token", "document_id", "item_id"):
        op.create_index(f"ix_open_draft_{name}", "open_draft", [name])
    if op.get_bind().dialect.name == "postgresql":
        tell_of_changes()


def tell_of_changes() -> None:
    """Other programs hear of a commit at once; one notification for each statement that adds to the feed."""
    op.execute("CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS "
               "$$BEGIN PERFORM pg_notify('jxc_change', ''); RETURN NULL; END$$")
    op.execute("CREATE TRIGGER change_told AFTER INSERT ON change FOR EACH STATEMENT EXECUTE FUNCTION tell_change()")


def _key() -> sa.Column:
    return sa.Column("id", ID, autoincrement=True, nullable=False)


def _reference(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, ID, nullable=nullable)


def _active() -> sa.Column:
    return sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False)


def _searchable() -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("initials", "pinyin")]


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _keys(table: str, **references: str) -> list[sa.Constraint]:
    return [sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            *(sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
              for name, other in references.items())]


NEW_COLUMNS = {
    "company": [
        sa.Column("follow_request", sa.String(10), server_default="auto", nullable=False),
        sa.Column("follow_delivery", sa.String(10), server_default="ask", nullable=False),
        sa.Column("serve_waiting", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("self_approval", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), server_default="15", nullable=False),
        sa.Column("slow_days", sa.Integer(), server_default="90", nullable=False),
        sa.Column("dead_days", sa.Integer(), server_default="180", nullable=False),
        sa.Column("cash_limit", sa.BigInteger()), sa.Column("price_jump", sa.BigInteger(), server_default="1000")],
    "document": [sa.Column("round", sa.Integer(), server_default="0", nullable=False)],
    "stock_alert": [sa.Column("snoozed_until", sa.DateTime())],
}
