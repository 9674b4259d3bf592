"""Which fields somebody sees: none of a feature that the company does not use, none without the right to it.

Screens, lists, paper, exports and import templates all ask here; the services take such fields all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from jxc_desktop.document_types.records import COMPANY
from jxc_desktop.document_types.schema import Field


class Declared(Protocol):
    """A field, or a column of a list made from one."""

    @property
    def permission(self) -> str | None: ...

    @property
    def feature(self) -> str | None: ...


Seen = TypeVar("Seen", bound=Declared)
_PREFIX = "use_"
EVERY = frozenset(f.name for f in COMPANY.fields if f.name.startswith(_PREFIX))
_CHOICES = {("tracking", "lot"): "use_lots", ("tracking", "serial"): "use_serials"}


def in_use(company: Mapping[str, Any]) -> frozenset[str]:
    """The features that a company has switched on, by the names of its flags."""
    return frozenset(name for name in EVERY if company.get(name))


def is_on(feature: str | None, features: frozenset[str]) -> bool:
    """Whether a feature is in use; of several names, any of them."""
    return not feature or any(name in features for name in feature.split())


def shown(declared: Iterable[Seen], features: frozenset[str], may: Callable[[str], bool]) -> tuple[Seen, ...]:
    """Those that somebody with these rights sees in a company that uses these features."""
    return tuple(_offered(d, features) for d in declared
                 if is_on(d.feature, features) and (not d.permission or may(d.permission)))


def _offered(declared: Seen, features: frozenset[str]) -> Seen:
    """A choice offers nothing that belongs to a feature out of use."""
    if isinstance(declared, Field) and any(name == declared.name for name, _ in _CHOICES):
        return replace(declared, choices=tuple((value, title) for value, title in declared.choices if is_on(
            _CHOICES.get((declared.name, value)), features)))
    return declared
