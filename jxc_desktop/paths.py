"""Where the files that are not Python lie: beside the package in the repository, inside it once installed."""

from pathlib import Path

_package = Path(__file__).resolve().parent
_root = _package if (_package / "resources").is_dir() else _package.parent

RESOURCES = _root / "resources"
MIGRATIONS = _root / "alembic"
