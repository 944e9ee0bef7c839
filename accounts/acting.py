"""代办: staff act for a firm or an expert, visibly and on record.

The apps that own firms and experts register in their ``handlers.py`` how one is found::

    @acting.target("enterprise")
    def firm_target(*, code, user):
        \"\"\"Target(name, county_id, user_ids) of a firm in the user's sight, or None.\"\"\"
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.timezone import now

from accounts.enums import Role
from core.actor import ACTING_KEY

_targets: dict[str, Callable] = {}


@dataclass(frozen=True)
class Target:
    name: str
    county_id: int
    user_ids: tuple[int, ...] = ()  # who is told that staff act for them


def target(kind: str) -> Callable[[Callable], Callable]:
    def register(helper: Callable) -> Callable:
        _targets[kind] = helper
        return helper

    return register


def find(*, kind, code, user) -> Target | None:
    """The firm or expert, when it exists in a county in which ``user`` is staff."""
    helper = _targets.get(kind)
    found = helper(code=code, user=user) if helper else None
    return found if found and found.county_id in user.county_ids(Role.STAFF) else None


def begin(request, *, kind, code, target):
    request.session[ACTING_KEY] = {
        "kind": kind,
        "code": code,
        "name": target.name,
        "county_id": target.county_id,
        "since": now().isoformat(),
    }


def current(request):
    return request.session.get(ACTING_KEY) if hasattr(request, "session") else None


def end(request):
    return request.session.pop(ACTING_KEY, None)
