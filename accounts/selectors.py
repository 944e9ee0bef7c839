"""Reads of accounts for pages and checks."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Role
from accounts.models import Affiliation, Invitation, Notification, Scope, User
from core.models import AuditEvent


def people_visible_to(user: User | None) -> QuerySet[User]:
    """Accounts an admin or a member of staff may know: those with an office role, a place in the market or an
    accepted invitation in the viewer's regions. Everybody else knows only the own account."""
    if user is None or not user.is_authenticated:
        return User.objects.none()
    regions = user.region_ids(Role.STAFF, Role.ADMIN)
    return User.objects.filter(
        Q(pk=user.pk)
        | Exists(Scope.objects.filter(user=OuterRef("pk"), region__in=regions))
        | Exists(Affiliation.objects.filter(user=OuterRef("pk"), region__in=regions))
        | Exists(Invitation.objects.filter(accepted_by=OuterRef("pk"), region__in=regions))
    )


def office_of(user: User) -> QuerySet[Scope]:
    """Office roles in the viewer's regions, for the page of people."""
    return (
        Scope.objects.filter(region__in=user.region_ids(Role.STAFF, Role.ADMIN))
        .select_related("user", "region")
        .order_by("-is_active", "region__code", "role", "user__name", "pk")
    )


def unread_count(user: User) -> int:
    """The badge; one query on a partial index."""
    return Notification.objects.visible_to(user).filter(read_at=None).count()


def audit_events(user: User) -> QuerySet[AuditEvent]:
    """The audit list of an admin, newest first."""
    return AuditEvent.objects.visible_to(user).select_related("user", "county").order_by("-at", "-pk")
