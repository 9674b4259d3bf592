"""A fresh company for each case, on either database: founded once, then copied."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from jxc_desktop.services.database import upgrade
from tests.company import founded
from tests.pgcluster import Cluster, server_programs

Fresh = Callable[[], AbstractContextManager[str]]


@contextmanager
def sqlite() -> Iterator[Fresh]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="jxc-cases-", dir=memory if memory.is_dir() else None) as folder:
        template = Path(folder) / "template.db"
        upgrade(f"sqlite:///{template.as_posix()}")
        founded(f"sqlite:///{template.as_posix()}")

        @contextmanager
        def fresh() -> Iterator[str]:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                yield f"sqlite:///{shutil.copyfile(template, Path(own) / 'jxc.db').as_posix()}"

        yield fresh


@contextmanager
def postgresql() -> Iterator[Fresh]:
    with Cluster(server_programs()) as cluster:
        cluster.execute("CREATE DATABASE founded")
        upgrade(cluster.url("founded"))
        founded(cluster.url("founded"))

        @contextmanager
        def fresh() -> Iterator[str]:
            name = f"case_{uuid.uuid4().hex}"
            cluster.execute(f"CREATE DATABASE {name} TEMPLATE founded STRATEGY file_copy")
            try:
                yield cluster.url(name)
            finally:
                cluster.execute(f"DROP DATABASE {name} WITH (FORCE)")

        yield fresh


DATABASES: dict[str, Callable[[], AbstractContextManager[Fresh]]] = {"sqlite": sqlite, "postgresql": postgresql}
