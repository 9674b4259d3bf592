"""From a bare machine to a running program: the environment from the lock file, and Qt's system libraries.

Standard library only, because nothing else is there yet. A start in a ready environment runs no other program, so
what that takes is imported by those who do.
"""

import ctypes
import hashlib
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
MAIN = ROOT / "main.py"
LOCK = ROOT / "uv.lock"
VENV = Path(os.environ.get("JXC_VENV") or ROOT / ".venv").absolute()
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
PYTHON = BIN / f"python{EXE}"
UV = BIN / f"uv{EXE}"
UV_VERSION = "0.13.9"
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

Line = Sequence[str | Path]

COMMANDS = {"gui", "tour", "demo", "import", "export", "report", "post", "check", "test", "bench"}
LONGEST = 3000  # seconds for all tests: a process that hangs is a failure, not a wait
OFFSCREEN = {"tour", "test", "bench"}
WITHOUT_QT = {"help", "demo", "import", "export", "report", "post", "check"}

# What Qt loads from the system, and the Debian package that has it.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def say(chinese: str, english: str) -> None:
    print(f"{chinese} / {english}", file=sys.stderr, flush=True)


def command(argv: list[str]) -> str:
    """The command among the arguments: the first word that is one; the program's window without any."""
    if {"--help", "-h", "--version"} & set(argv):
        return "help"
    return next((word for word in argv if word in COMMANDS), "gui")


def has_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether windows can be shown; a Qt platform somebody chose counts as a screen."""
    names = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return sys.platform != "linux" or any(environ.get(name) for name in names)


def without_screen(argv: list[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """The arguments, or where windows can't be shown those of a tour through them."""
    if command(argv) != "gui" or has_screen(environ):
        return argv
    folder = Path.cwd() / "tour"
    say(
        f"没有显示器（未设置 DISPLAY 或 WAYLAND_DISPLAY），改为离屏演示，截图存入 {folder}",
        f"no display (neither DISPLAY nor WAYLAND_DISPLAY is set): taking the tour off screen into {folder}",
    )
    return ["tour", "--out", str(folder)]


def enter(command: str, argv: list[str]) -> None:
    """Return at once in a ready environment; otherwise get one ready and start main.py again inside it."""
    with_tests = command == "test"
    if command in OFFSCREEN:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    require_system(command)
    if not is_ready(with_tests):
        make_environment(with_tests)
    # not writing bytecode makes every start slow; without UTF-8 mode Windows misreads our files
    if not Path(sys.prefix).samefile(VENV) or sys.flags.dont_write_bytecode or not sys.flags.utf8_mode:
        start_again(argv)


def start_again(argv: list[str]) -> NoReturn:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONUTF8"] = "1"
    again = [str(PYTHON), str(MAIN), *argv]
    if os.name == "nt":  # execve there returns to the prompt before the program has ended
        import subprocess

        sys.exit(subprocess.run(again, env=environ).returncode)
    os.execve(PYTHON, again, environ)


def stamp(with_tests: bool) -> Path:
    """The mark of a finished set-up; it holds what was set up."""
    return VENV / ("ready-for-tests" if with_tests else "ready")


def fingerprint() -> str:
    """What an environment depends on: the locked packages and the Python they were installed for."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {PYTHON_VERSION}"


def is_ready(with_tests: bool) -> bool:
    file = stamp(with_tests)
    return PYTHON.exists() and file.exists() and file.read_text() == fingerprint()


def is_sound() -> bool:
    """Whether the virtual environment is there, with uv, and of this Python."""
    config = VENV / "pyvenv.cfg"
    ours = config.exists() and f"version = {PYTHON_VERSION}." in config.read_text()
    return ours and PYTHON.exists() and UV.exists()


def make_environment(with_tests: bool) -> None:
    """Create the virtual environment if it isn't sound, install the locked packages, leave the mark."""
    say("正在准备运行环境……", "getting the environment ready ...")
    if not is_sound():
        python = getattr(sys, "_base_executable", sys.executable)
        run([python, "-m", "venv", *(["--clear"] if (VENV / "pyvenv.cfg").exists() else []), str(VENV)])
        run([PYTHON, "-m", "pip", "-q", "--disable-pip-version-check", "install", f"uv=={UV_VERSION}"])
    install_packages(with_tests)
    for marked in {False, with_tests}:
        stamp(marked).write_text(fingerprint())


def install_packages(with_tests: bool) -> None:
    """Install exactly what the lock file names, checked by hash.

    Not by `uv sync`: that fetches from the addresses written in the lock, and a machine that can only reach
    a mirror could never install. The same versions and hashes are asked from the index pip is set up for.
    """
    say("正在安装依赖（约 200 MB）……", "installing the packages (some 200 MB to download) ...")
    environ = uv_environ(os.environ, run([PYTHON, "-m", "pip", "config", "list"], capture=True))
    scope = "--dev" if with_tests else "--no-dev"
    export: Line = [UV, "export", "-q", "--frozen", "--no-emit-project", "--python", PYTHON, scope]
    locked = run(export, environ, capture=True)
    quiet = [] if sys.stderr.isatty() else ["-q"]
    checked = ["--require-hashes", "--no-deps", "-r", "-"]
    install: Line = [UV, "pip", "install", *quiet, "--python", PYTHON, *checked]
    run(install, environ, given=locked)


def uv_environ(environ: Mapping[str, str], pip_config: str) -> dict[str, str]:
    """uv's environment: `environ` with what `pip config list` says about where packages come from."""
    pip: dict[str, str] = {}
    for line in pip_config.splitlines():
        name, _, value = line.partition("=")
        pip.setdefault(name.rpartition(".")[2], value.strip("'"))  # pip's own order: environment first
    found = {"UV_DEFAULT_INDEX": pip.get("index-url"), "SSL_CERT_FILE": pip.get("cert")}
    kept = {name: value for name, value in environ.items() if name != "VIRTUAL_ENV"}
    return {name: value for name, value in found.items() if value} | kept


def run(line: Line, environ: Mapping[str, str] = os.environ, capture: bool = False, given: str = "") -> str:
    """Run one step of the set-up and return its output if captured; explain and exit if it fails."""
    import shlex
    import subprocess

    output = subprocess.PIPE if capture else None
    done = subprocess.run(line, input=given, stdout=output, env=environ, cwd=ROOT, encoding="utf-8")
    if done.returncode:
        shown = shlex.join(map(str, line))
        sys.exit(
            f"安装失败，请检查网络后重试：{shown}\n"
            f"setting up failed (is there a network? then start it again): {shown}"
        )
    return done.stdout or ""


def missing(libraries: Mapping[str, str]) -> list[str]:
    """The packages of those libraries that the system cannot load."""
    packages = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def require_system(command: str) -> None:
    """Make sure of everything the system itself must bring, or exit saying what to install."""
    if packages := absent_from_system(command):
        install_from_system(packages)
        if packages := absent_from_system(command):
            sys.exit(f"安装后仍缺少 / still missing after installing: {' '.join(packages)}")


def absent_from_system(command: str) -> list[str]:
    """The packages still to install: what Qt loads, and what Python needs on Debian to make environments."""
    packages = []
    if command not in WITHOUT_QT and sys.platform == "linux":
        offscreen = os.environ.get("QT_QPA_PLATFORM") == "offscreen"
        packages = missing(QT_LIBRARIES if offscreen else QT_LIBRARIES | SCREEN_LIBRARIES)
    importlib.invalidate_caches()
    if not is_sound() and importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python{PYTHON_VERSION}-venv")
    return packages


def install_from_system(packages: list[str]) -> None:
    """Install Debian packages where no password is needed; otherwise print the exact line and exit."""
    steps = [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *packages]]
    root = os.name != "nt" and os.geteuid() == 0
    if shutil.which("apt-get") is None:
        sys.exit(
            f"缺少系统软件包，请安装后重试（Debian 名称）：{' '.join(packages)}\n"
            f"please install what your system calls (Debian's names): {' '.join(packages)}"
        )
    if not root or os.environ.get("JXC_NO_APT"):
        line = " && ".join(("" if root else "sudo ") + " ".join(step) for step in steps)
        sys.exit(f"缺少系统软件包，请先运行 / system packages are missing, please run:\n\n    {line}\n")
    say(f"正在安装系统软件包：{' '.join(packages)}", f"installing system packages: {' '.join(packages)}")
    for step in steps:
        run([step[0], "-qq", *step[1:]], os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, capture=True)


def run_tests(arguments: list[str]) -> int:
    """Lint, types, layers, then the tests, so that pytest has the last word; not 0 if any of them failed.

    `--faults short` or `--faults long` runs that set of the fault tests alone and writes their table.
    """
    import subprocess

    if arguments[:1] == ["--faults"]:
        return run_faults(arguments[1:])
    checks: dict[str, Line] = {
        "ruff": [PYTHON, "-m", "ruff", "check", "--quiet"],
        "mypy": [PYTHON, "-m", "mypy"],
        "import-linter": [BIN / "lint-imports", "--no-logo"],
    }
    failed = [name for name, line in checks.items() if subprocess.run(line, cwd=ROOT).returncode]
    if failed:
        say(f"检查未通过：{'、'.join(failed)}", f"checks failed: {', '.join(failed)}")
    both_cores = [] if arguments else ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    try:
        done = subprocess.run([PYTHON, "-m", "pytest", *both_cores, *arguments], cwd=ROOT, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        say("测试未在规定时间内结束", "the tests did not end in time")
        return 1
    return done.returncode or len(failed)


def run_faults(arguments: list[str]) -> int:
    """The faults that the program must survive: tests/faults/README.md gets the table."""
    import subprocess

    which, *more = arguments or ["short"]
    if which not in ("short", "long"):
        sys.exit("--faults short | long")
    environ = {**os.environ, "JXC_FAULTS": which}
    return subprocess.run([PYTHON, "-m", "pytest", "tests/faults", *more], cwd=ROOT, env=environ).returncode
