"""The registers that can be imported. Each app adds its importer in ``handlers.py``; nothing here names an app."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.actor import Actor
from core.intake.columns import Register
from core.intake.outcomes import RowOutcome
from core.intake.rows import RowResult


class Importer(Protocol):
    """See ``core.intake.outcomes``. ``changed``: ids that ``finish`` announces."""

    kind: str
    register: Register
    changed: set[int]

    def prepare(self, county: Any, options: Mapping[str, Any] | None = None, *, actor: Actor) -> None: ...
    def apply(self, rows: Sequence[RowResult]) -> list[RowOutcome]: ...
    def preview(self, rows: Sequence[RowResult]) -> list[RowOutcome]: ...
    def finish(self) -> None: ...
    def undo(self, rows: Sequence[Any]) -> list[RowOutcome]: ...


_importers: dict[str, type[Importer]] = {}


def add(importer: type[Importer]) -> None:
    _importers[importer.kind] = importer


def kinds() -> list[str]:
    return sorted(_importers)


def importer_of(kind: str) -> Importer:
    return _importers[kind]()


def register_of(kind: str) -> Register:
    return importer_of(kind).register


def titles() -> dict[str, Any]:
    """Kind → the register's name, in the order they were added: firms before needs."""
    return {kind: register_of(kind).title for kind in _importers}
