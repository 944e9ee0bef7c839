"""What a register expects of a file: its columns, their synonyms and kinds. Apps declare them in ``importers.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from core.text import Parsed

Text = str | Promise

CellKind = Literal[
    "line",  # one line of text
    "text",  # prose with line breaks
    "person",  # a person's name
    "org",  # a firm's or institution's name
    "code",  # our own or another code: full half-width, no spaces
    "credit",  # unified social credit code
    "phone",
    "email",
    "url",
    "date",  # a day; a month or year is kept as its first day, with a warning
    "month",
    "year",
    "int",
    "decimal",
    "money",  # one amount; stored in yuan, a bare number counts in the header's unit or ``unit``
    "money_range",  # (low, high) in yuan
    "bool",
    "choice",  # one of ``choices``
    "multi_choice",  # several of ``choices``
    "multi",  # a list of free items
    "ignore",  # recognised and left alone, e.g. 序号
]


@dataclass(frozen=True, slots=True)
class Choice:
    """A stored value, the label of the office, and other spellings met in the field."""

    value: str
    label: Text
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``check`` may refine a cleaned value: it gets the value and returns ``Parsed``."""

    key: str
    label: Text
    synonyms: tuple[str, ...] = ()
    kind: CellKind = "line"
    required: bool = False
    help: Text = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    max_length: int = 0  # what the database column holds: longer text is cut with a warning, the original kept
    advised_length: int = 0  # what the form asks for: longer text is kept with a warning
    unit: str = "元"
    width: int = 0  # of the template's column, in characters
    check: Callable[[Any], Parsed[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """A register that can be imported: ``kind`` names it in URLs and commands."""

    kind: str
    title: Text
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    @property
    def required_keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns if column.required)


def choices_of(enumeration: Any, **synonyms: tuple[str, ...]) -> tuple[Choice, ...]:
    """``Choice`` rows of a ``TextChoices``; keyword arguments add spellings to single values."""
    return tuple(Choice(value, label, synonyms.get(value, ())) for value, label in enumeration.choices)
