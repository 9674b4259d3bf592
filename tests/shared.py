"""Databases that the tests of one module share: filled once, then only read or put back."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import TEMPLATE

BOTH = ("sqlite", "postgresql")


@contextmanager
def fresh_url(request: Any, kind: str) -> Iterator[str]:
    """A migrated, empty database of this kind; `request` is that of a fixture of any scope."""
    if kind == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp("shared")
        yield f"sqlite:///{shutil.copyfile(request.getfixturevalue('sqlite_template'), folder / 'jxc.db').as_posix()}"
        return
    cluster, name = request.getfixturevalue("pg_cluster"), f"shared_{uuid.uuid4().hex}"
    cluster.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield cluster.url(name)
    cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")
