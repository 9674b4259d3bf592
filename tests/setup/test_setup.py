"""The way from a bare machine to a running program, as far as it can be walked without a network."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jxc_desktop import setup

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks screens and libraries")
ABSENT = {"libjxc-not-there.so.9": "libjxc-not-there9", "libjxc-nor-this.so.1": "libjxc-nor-this1"}


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system with apt-get, which must not be run."""
    program = tmp_path / "apt-get"
    program.write_text("#!/bin/sh\nexit 99\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JXC_NO_APT", "1")


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment folder of the test's own, with a Python in it and a lock file beside it."""
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(setup, "LOCK", tmp_path / "uv.lock")
    setup.PYTHON.touch()
    setup.LOCK.write_text("first")
    return tmp_path


def test_an_old_python_is_told_in_both_languages() -> None:
    pretend = f"import sys, runpy; sys.version_info = (3, 10, 9); runpy.run_path({str(setup.MAIN)!r})"
    line = [sys.executable, "-X", "utf8", "-c", pretend]
    done = subprocess.run(line, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "需要 Python 3.11" in done.stderr
    assert "Python 3.11 or newer is needed" in done.stderr


def test_an_old_python_can_read_main() -> None:
    ast.parse(setup.MAIN.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("file", [setup.MAIN, Path(setup.__file__)])
def test_set_up_needs_nothing_installed(file: Path) -> None:
    imported = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert {name.split(".")[0] for name in imported if name} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", "gui"),
        ("gui", "gui"),
        ("--db sqlite:///a.db", "gui"),
        ("--db sqlite:///a.db check --json", "check"),
        ("tour --out here", "tour"),
        ("test -k import", "test"),
        ("--help", "help"),
        ("import --help", "help"),
        ("--version", "help"),
    ],
)
def test_command_among_the_arguments(line: str, command: str) -> None:
    assert setup.command(line.split()) == command


@LINUX
def test_without_a_screen_the_tour_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    argv = setup.without_screen(["--db", "sqlite:///a.db"], {"HOME": "/"})
    assert argv == ["tour", "--out", str(Path.cwd() / "tour")]
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "DISPLAY" in told and "WAYLAND_DISPLAY" in told
    assert "没有显示器" in told and "no display" in told


@pytest.mark.parametrize(
    ("argv", "environ"),
    [
        (["gui"], {"DISPLAY": ":0"}),
        ([], {"WAYLAND_DISPLAY": "wayland-0"}),
        ([], {"QT_QPA_PLATFORM": "vnc"}),
        (["demo"], {}),
        (["--help"], {}),
    ],
)
def test_nothing_changes_where_no_screen_is_missing(
    argv: list[str], environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup.without_screen(argv, environ) == argv
    assert capsys.readouterr().err == ""


@LINUX
def test_missing_libraries_are_named_by_package() -> None:
    assert setup.missing(ABSENT | {"libc.so.6": "libc6"}) == ["libjxc-not-there9", "libjxc-nor-this1"]


@LINUX
@pytest.mark.parametrize(("user", "sudo"), [(0, ""), (1000, "sudo ")])
def test_missing_libraries_stop_the_window_with_the_exact_line(
    user: int, sudo: str, apt_get: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "QT_LIBRARIES", ABSENT)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with pytest.raises(SystemExit) as stopped:
        setup.require_system("tour")
    line = (
        f"{sudo}apt-get update && "
        f"{sudo}apt-get install -y --no-install-recommends libjxc-not-there9 libjxc-nor-this1"
    )
    assert line in [text.strip() for text in str(stopped.value).splitlines()]


@LINUX
def test_without_apt_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="libegl1 libgl1"):
        setup.install_from_system(["libegl1", "libgl1"])


@LINUX
def test_libraries_of_the_screen_are_asked_for_only_with_a_screen(
    apt_get: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "QT_LIBRARIES", {})
    monkeypatch.setattr(setup, "SCREEN_LIBRARIES", ABSENT)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert setup.absent_from_system("gui") == []
    monkeypatch.delenv("QT_QPA_PLATFORM")
    with pytest.raises(SystemExit, match="libjxc-not-there9"):
        setup.require_system("gui")


@LINUX
@pytest.mark.parametrize("command", ["help", "demo", "check", "import", "export", "report", "post"])
def test_commands_without_windows_do_not_ask_for_qt(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "QT_LIBRARIES", ABSENT)
    assert setup.absent_from_system(command) == []


@LINUX
def test_what_python_lacks_is_asked_for_together_with_qt(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "QT_LIBRARIES", ABSENT)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    venv_package = f"python{setup.PYTHON_VERSION}-venv"
    assert setup.absent_from_system("demo") == [venv_package]
    assert setup.absent_from_system("test") == [*ABSENT.values(), venv_package]


def test_an_environment_is_ready_once_marked(venv: Path) -> None:
    assert not setup.is_ready(with_tests=False)
    setup.stamp(with_tests=False).write_text(setup.fingerprint())
    assert setup.is_ready(with_tests=False)
    assert not setup.is_ready(with_tests=True)


def test_a_new_lock_or_a_lost_python_needs_a_new_set_up(venv: Path) -> None:
    setup.stamp(with_tests=True).write_text(setup.fingerprint())
    setup.LOCK.write_text("second")
    assert not setup.is_ready(with_tests=True)
    setup.stamp(with_tests=True).write_text(setup.fingerprint())
    assert setup.is_ready(with_tests=True)
    setup.PYTHON.unlink()
    assert not setup.is_ready(with_tests=True)


def test_uv_asks_the_index_that_pip_was_told() -> None:
    config = "\n".join(
        [
            ":env:.index-url='https://first.example/simple'",
            "global.index-url='https://second.example/simple'",
            "global.cert='/etc/company.pem'",
        ]
    )
    environ = setup.uv_environ({"PATH": "/bin", "VIRTUAL_ENV": "/elsewhere"}, config)
    assert environ == {
        "PATH": "/bin",
        "UV_DEFAULT_INDEX": "https://first.example/simple",
        "SSL_CERT_FILE": "/etc/company.pem",
    }
    chosen = setup.uv_environ({"UV_DEFAULT_INDEX": "https://chosen.example/simple"}, config)
    assert chosen["UV_DEFAULT_INDEX"] == "https://chosen.example/simple"


def test_a_failing_step_is_shown_and_stops() -> None:
    with pytest.raises(SystemExit, match="setting up failed"):
        setup.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_lock_names_no_private_index() -> None:
    lines = (setup.ROOT / "uv.lock").read_text(encoding="utf-8").splitlines()
    registries = {line.strip() for line in lines if line.startswith("source = { registry")}
    assert registries == {'source = { registry = "https://pypi.org/simple" }'}
