"""Watches what the program logs, so that no warning goes by unnoticed in a test."""

import logging
import re
from collections.abc import Sequence


class LogWatch(logging.Handler):
    """Keeps what is logged at WARNING or above, from whichever thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def faults(self, expected: Sequence[str]) -> list[str]:
        """What was logged without matching any expected pattern, and the patterns that nothing matched."""
        unexpected = [text for text in self.seen if not any(re.search(pattern, text) for pattern in expected)]
        absent = [pattern for pattern in expected if not any(re.search(pattern, text) for text in self.seen)]
        return [f"unexpected: {text}" for text in unexpected] + [f"never logged: {text}" for text in absent]
