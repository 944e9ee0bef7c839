"""Refusals. A view, the API and a command show ``message``; ``code`` is stable and tested."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request the rules refuse. ``message`` is worded for the person who asked; ``field`` names a form field."""

    code = "refused"
    status = 409

    def __init__(self, message="", *, code="", field=""):
        self.message = message or _("当前不能执行此操作。")
        self.code = code or self.code
        self.field = field
        super().__init__(str(self.message))


class TransitionRefused(DomainError):
    """The state does not allow the move."""

    code = "transition_refused"


class NotPermitted(DomainError):
    """The person's role does not allow it, although the object is in sight."""

    code = "not_permitted"
    status = 403


class Invalid(DomainError):
    """A value that a service cannot accept."""

    code = "invalid"
    status = 422


@dataclass(frozen=True)
class Refusal:
    """Why something is not allowed now, in words a page can show beside a disabled button."""

    message: str | Promise
    code: str = "not_permitted"
    error: type[DomainError] = NotPermitted

    def raise_(self):
        raise self.error(self.message, code=self.code)


def require(refusal: Refusal | None) -> None:
    """Raise what a permission function returned; ``None`` means allowed."""
    if refusal is not None:
        refusal.raise_()


def done_before(refusal: Refusal | None, is_done: bool) -> bool:
    """Raise what a permission function returned. True when the work is done already: a double click is no error, and
    no pass for those who may not either."""
    if is_done and (refusal is None or not issubclass(refusal.error, NotPermitted)):
        return True
    require(refusal)
    return False
