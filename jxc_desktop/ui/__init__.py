"""The windows: everything the user sees, and nothing that decides business."""

import builtins

import PySide6.QtCore  # noqa: F401  (it brings the import that is undone below)

# PySide puts an import of its own in place of Python's, for `from __feature__ import …`, which nobody uses here. It
# reads the source of every module that is imported and keeps it: a tenth of the start, and 18 MiB.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
