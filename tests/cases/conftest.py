"""The company that the cases run on."""

from tests.founding import company, founded_database, founded_file, pg_company, sqlite_company

__all__ = ["company", "founded_database", "founded_file", "pg_company", "sqlite_company"]
