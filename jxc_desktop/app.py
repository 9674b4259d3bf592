"""Where every start arrives: the window, the tour, or the command line.

Only what was asked for is loaded: commands must work where Qt cannot.
"""

import gc
import sys

from jxc_desktop import setup


def main(argv: list[str] | None = None) -> int:
    """`argv` without the program's name: a command and its options, or nothing for the window."""
    argv = sys.argv[1:] if argv is None else argv
    command = setup.command(argv)
    if command == "gui":
        gc.disable()  # what a start makes is there to stay; ui.garbage takes over from here
        from jxc_desktop.ui import program

        return program.run(option(argv, "--db"))
    if command == "tour":
        from jxc_desktop.ui import program, tour

        return tour.main(argv, program.start_in)
    from jxc_desktop import cli

    return cli.main(argv)


def option(argv: list[str], name: str) -> str:
    """The value after `name`, or in `name=value`."""
    for place, word in enumerate(argv):
        if word == name and place + 1 < len(argv):
            return argv[place + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""
