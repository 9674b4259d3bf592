"""Where the files that are not Python lie: beside the package in the repository, inside it once installed."""

from pathlib import Path

_package = Path(__file__).resolve().parent
_root = _package if (_package / "resources").is_dir() else _package.parent

RESOURCES = _root / "resources"
MIGRATIONS = _root / "alembic"


def default_database() -> Path:
    """The database of this PC where nothing else is asked for."""
    from platformdirs import user_data_path

    return user_data_path("JXC Desktop", appauthor=False) / "jxc.db"
