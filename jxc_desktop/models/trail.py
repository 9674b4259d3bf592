"""Who did what, what other programs have to reload, and the seals that make tampering show."""

from sqlalchemy import JSON, Column, DateTime, Index, LargeBinary, String, Table

from jxc_desktop.models.base import Id, key, metadata, moment, text

audit_entry = Table(
    "audit_entry", metadata, key(), moment("at", nullable=False), text("actor", 120, nullable=False),
    text("origin", 120, nullable=False), text("action", 60, nullable=False), text("entity", 40),
    Column("entity_id", Id), text("number", 40), Column("detail", JSON, nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Index("ix_audit_entry_entity", "entity", "entity_id"))

# The change feed: one row for everything a committed command touched.
change = Table(
    "change", metadata, key(), text("origin", 120, nullable=False), text("entity", 40, nullable=False),
    Column("entity_id", Id, nullable=False))

# One row per command carried out: the same key again returns the first outcome and changes nothing.
command = Table(
    "command", metadata, Column("key", String(80), primary_key=True), Column("at", DateTime, nullable=False),
    text("actor", 120, nullable=False), Column("outcome", JSON))

# Blocks of sealed rows: hash = SHA-256(previous hash, digests of rows first_id..last_id of `ledger`).
seal = Table(
    "seal", metadata, key(), text("ledger", 40, nullable=False), Column("first_id", Id, nullable=False),
    Column("last_id", Id, nullable=False), Column("size", Id, nullable=False),
    Column("hash", LargeBinary(32), nullable=False), moment("at", nullable=False))

setting = Table(
    "setting", metadata, Column("scope", String(120), primary_key=True), Column("name", String(120), primary_key=True),
    Column("value", JSON))
