"""What moves work from one person to the next: approvals, notices, rules, and what open drafts hold."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, true

from jxc_desktop.models.base import Money, Quantity, key, metadata, moment, reference, text, version
from jxc_desktop.models.records import searchable

# Which documents of a type need somebody's word before they count: each row asks for one level.
approval_rule = Table(
    "approval_rule", metadata, key(), text("name", 120, nullable=False), text("document_kind", 40, nullable=False),
    Column("level", Integer, nullable=False), Column("above", Money), reference("category_id", "category"),
    reference("warehouse_id", "warehouse"), text("role", 20, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()), *searchable(), version())

# What was decided; those of a document's present submission are its latest `round`.
approval = Table(
    "approval", metadata, key(), reference("document_id", "document", nullable=False, index=True),
    Column("round", Integer, nullable=False), Column("level", Integer, nullable=False),
    text("decision", 10, nullable=False), text("reason", 200), text("decided_by", 120, nullable=False),
    moment("decided_at", nullable=False))

# When a document of a type is saved and a condition holds, something follows.
flow_rule = Table(
    "flow_rule", metadata, key(), text("name", 120, nullable=False), text("document_kind", 40, nullable=False),
    text("measure", 20, nullable=False), Column("above", Money), reference("category_id", "category"),
    reference("warehouse_id", "warehouse"), text("action", 20, nullable=False), text("role", 20),
    text("message", 200), Column("active", Boolean, nullable=False, server_default=true()), *searchable(), version())

# Something that a role or a person should see or do, until it is done or no longer so.
notice = Table(
    "notice", metadata, key(), text("kind", 20, nullable=False), text("role", 20), text("person", 120),
    reference("document_id", "document", index=True), reference("item_id", "item"),
    reference("warehouse_id", "warehouse"), reference("partner_id", "partner"),
    Column("subject", String(80), nullable=False),  # what it is about: the same is not told twice
    Column("data", JSON, nullable=False), moment("raised_at", nullable=False), moment("cleared_at"),
    text("cleared_by", 120), moment("snoozed_until"),
    # of those that are open: said in the migration alone, as it would load the dialects of both databases here
    Index("uq_notice_open", "kind", "subject", unique=True))

# A document that somebody has open, and what its lines hold meanwhile; rows without an item only say who is there.
open_draft = Table(
    "open_draft", metadata, key(), text("token", 40, nullable=False, index=True), text("actor", 120, nullable=False),
    text("origin", 120, nullable=False), text("kind", 40, nullable=False),
    reference("document_id", "document", index=True), reference("item_id", "item", index=True),
    reference("warehouse_id", "warehouse"), Column("quantity", Quantity), moment("until", nullable=False))
