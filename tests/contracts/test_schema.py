"""The tables that the migrations make are those that the program knows."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from jxc_desktop.models import IMMUTABLE, TABLES, metadata
from jxc_desktop.paths import MIGRATIONS
from jxc_desktop.services import database


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    assert ScriptDirectory.from_config(config).get_heads() == [database.SCHEMA]


def test_migrated_tables_are_the_declared_ones(db_url: str) -> None:
    engine = create_engine(db_url)
    with engine.connect() as connection:
        # SQLite keeps the words of a default, which say the same with other quotes
        opts = {"compare_type": True, "compare_server_default": engine.dialect.name != "sqlite"}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_checks_and_names_of_constraints_are_the_declared_ones(db_url: str) -> None:
    """What the comparison above does not look at."""
    engine = create_engine(db_url)
    with engine.connect() as connection:
        found = inspect(connection)
        for name, table in TABLES.items():
            checks = {c["name"] for c in found.get_check_constraints(name)}
            assert checks == {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
            # SQLite names no reference of a column that came later
            names = {f["name"] or f"fk_{name}_{f['constrained_columns'][0]}" for f in found.get_foreign_keys(name)}
            assert names == {f.name for f in table.foreign_key_constraints}
    engine.dispose()


def test_ledgers_have_an_id_and_a_digest() -> None:
    for name in IMMUTABLE:
        assert "id" in TABLES[name].c
        assert {"digest", "hash"} & set(TABLES[name].c.keys())
