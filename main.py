#!/usr/bin/env python3
"""JXC Desktop: `python3 main.py` starts the program, `python3 main.py --help` shows what else it does.

The first start sets up what is needed. Every Python 3 can read this file: an old one gets a clear answer.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    found = sys.version.split()[0]
    sys.exit(f"需要 Python 3.11 或更高版本，当前为 {found}。\nPython 3.11 or newer is needed, not {found}.")


def main(argv: list[str]) -> int:
    """Set up if needed, inside the project's own environment, and hand over to the program."""
    from jxc_desktop import setup

    argv = setup.without_screen(argv)
    command = setup.command(argv)
    setup.enter(command, argv)
    if command == "test":
        return setup.run_tests(argv[1:])
    from jxc_desktop.app import main as start

    return start(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
