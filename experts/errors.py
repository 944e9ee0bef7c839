"""Refusals of this app that a caller may want to tell apart."""

from core.errors import DomainError


class NoCapacity(DomainError):
    """The expert has as many orders in hand as agreed."""

    code = "expert_full"


class Unavailable(DomainError):
    """The expert takes no orders now: paused, archived, or refused."""

    code = "expert_unavailable"


class EditConflict(DomainError):
    """Somebody else saved the row after the form was opened."""

    code = "edit_conflict"
    status = 412
