"""What every reader of a typed value returns."""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from core.text.clean import normalise

T = TypeVar("T")

Precision = Literal["day", "month", "year", ""]


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """A value or an error code, plus notes that do not stop the value from being used."""

    value: T | None = None
    error: str = ""
    notes: tuple[str, ...] = ()
    precision: Precision = ""

    @property
    def ok(self) -> bool:
        return not self.error


EMPTY = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "空", "n/a", "na", "none", "null", "不详", "未知", "."}


def is_blank(value: Any) -> bool:
    """Whether a cell says nothing: empty, or one of the marks offices put for nothing."""
    return value is None or normalise(value, "code").value.casefold() in EMPTY
