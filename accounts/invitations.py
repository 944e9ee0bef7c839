"""What the apps above teach invitations: how a role is attached to a person. Registered in their ``handlers.py``.

A role of the market hangs on an object that accounts does not know (a firm, an expert's row). The app that owns the
object registers two plain helpers, both called inside the transaction of the invitation::

    @invitations.subject(Role.ENTERPRISE)
    def firm_subject(*, subject_code, county_id):
        \"\"\"The name to show for the code, or None when the county has no such firm.\"\"\"

    @invitations.attach(Role.ENTERPRISE)
    def firm_attach(*, subject_code, county_id, user, actor):
        \"\"\"Make ``user`` a member; refuse with a DomainError.\"\"\"
"""

from collections.abc import Callable

from accounts.enums import Role

_subjects: dict[str, Callable] = {}
_attachers: dict[str, Callable] = {}


def subject(role: Role) -> Callable[[Callable], Callable]:
    """Register ``f(*, subject_code, county_id) -> str | None`` for ``role``."""

    def register(helper: Callable) -> Callable:
        _subjects[role] = helper
        return helper

    return register


def attach(role: Role) -> Callable[[Callable], Callable]:
    """Register ``f(*, subject_code, county_id, user, actor)`` for ``role``."""

    def register(helper: Callable) -> Callable:
        _attachers[role] = helper
        return helper

    return register


def subject_name(*, role: str, subject_code: str, county_id: int) -> str | None:
    helper = _subjects.get(role)
    return helper(subject_code=subject_code, county_id=county_id) if helper else None


def attach_role(*, role: str, subject_code: str, county_id: int, user: object, actor: object) -> None:
    _attachers[role](subject_code=subject_code, county_id=county_id, user=user, actor=actor)
