"""What is wrong with lines: marks at their cells, and typed text that could not be read."""

from collections.abc import Iterable
from typing import Any

from jxc_desktop.document_types.schema import Values
from jxc_desktop.errors import Problem
from jxc_desktop.i18n import N_


class LineMarks:
    """A part of the model: works on the marks that its lines carry."""

    def mark(self: Any, problems: Iterable[Problem]) -> None:
        """Show problems of the saved lines at their cells; empty lines were not saved and are passed over."""
        saved = [line for line in self.lines if not self.is_empty(line)]
        for problem in problems:
            if problem.line is not None and problem.line < len(saved):
                set_mark(saved[problem.line], problem.field, problem.text())
        self._refresh()

    def faults(self: Any) -> list[tuple[int, str, str]]:
        """(row, field name, text) of every marked cell."""
        return [(row, name, text) for row, line in enumerate(self.lines)
                for name, text in line.get("marks", {}).items()]

    def unread(self: Any) -> list[Problem]:
        """Typed text that could not be read, as problems of the lines that would be saved."""
        saved = [line for line in self.lines if not self.is_empty(line)]
        return [Problem(name, N_("{text}"), row, {"text": line.get("marks", {}).get(name, "")})
                for row, line in enumerate(saved) for name in line.get("wrong", {})]

    def clear_marks(self: Any) -> None:
        """Forget marks that came from saving; those of unreadable text stay."""
        for line in self.lines:
            if "marks" in line:
                line["marks"] = {k: v for k, v in line["marks"].items() if k in line.get("wrong", {})}
        self._refresh()


def set_mark(line: Values, name: str, text: str) -> None:
    """Say what is wrong with a cell."""
    line["marks"] = {**line.get("marks", {}), name: text}


def clear(line: Values, name: str) -> None:
    """The marks of a cell that is typed anew."""
    for kept in ("wrong", "marks"):
        if name in line.get(kept, {}):
            line[kept] = {k: v for k, v in line[kept].items() if k != name}
