"""Which of the five roles a person holds; read once per request, together with the unread notices."""

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import cached_property

from accounts.enums import Role
from accounts.models import User
from accounts.views.acting import ROLE_KEY
from enterprises.models import Membership
from experts.models import Expert

ORDER = (Role.STAFF, Role.ADMIN, Role.LEADER, Role.ENTERPRISE, Role.EXPERT)


class Standing:
    """A person's roles, the one the home page follows, and the number of unread notices."""

    def __init__(self, request):
        self.request, self.user = request, request.user

    @cached_property
    def facts(self):
        firm = Membership.objects.filter(user=OuterRef("pk"), is_active=True)
        expert = Expert.objects.filter(user=OuterRef("pk"), status="active")
        return (
            User.objects.filter(pk=self.user.pk)
            .annotate(
                is_firm=Exists(firm),
                is_expert=Exists(expert),
                unread=Count("notifications", filter=Q(notifications__read_at=None)),
            )
            .values("is_firm", "is_expert", "unread")
            .get()
        )

    @cached_property
    def roles(self):
        held = {role for role in (Role.STAFF, Role.ADMIN, Role.LEADER) if self.user.has_role(role)}
        held |= {role for role, key in ((Role.ENTERPRISE, "is_firm"), (Role.EXPERT, "is_expert")) if self.facts[key]}
        return [role for role in ORDER if role in held]

    @cached_property
    def role(self):
        """The role chosen in the session, else the preferred one, else the first; None for a person without any."""
        for wanted in (self.request.session.get(ROLE_KEY), self.user.home_role):
            if wanted in self.roles:
                return Role(wanted)
        return self.roles[0] if self.roles else None

    @property
    def unread(self):
        return self.facts["unread"]


def standing(request):
    if not hasattr(request, "_standing"):
        request._standing = Standing(request)
    return request._standing
