"""Who acts, for whom and by which door."""

from dataclasses import dataclass, field
from typing import Any

from core.enums import Channel

ACTING_KEY = "acting_for"  # in the session: {kind, code, name, county_id, since}


@dataclass(frozen=True)
class Actor:
    """``user`` is None for the system and for signed links. ``on_behalf_of`` is the code of the firm or expert that
    staff act for (代办). ``grant`` is the code of the one object that a signed link opens."""

    user: Any = None  # accounts.User; core may not name it
    on_behalf_of: str = ""
    channel: str = Channel.PAGE
    grant: str = ""
    label: str = field(default="", compare=False)
    token: str = field(default="", compare=False, repr=False)

    @classmethod
    def of(cls, request, *, on_behalf_of=""):
        """Who asks. While staff act for somebody (代办, kept in the session) everything they do carries that code."""
        channel = Channel.API if getattr(request, "auth", None) or request.path.startswith("/api/") else Channel.PAGE
        if not on_behalf_of and hasattr(request, "session"):
            on_behalf_of = request.session.get(ACTING_KEY, {}).get("code", "")
        return cls(user=request.user, on_behalf_of=on_behalf_of, channel=channel)

    @classmethod
    def system(cls, label=""):
        return cls(channel=Channel.SYSTEM, label=label)

    @classmethod
    def link(cls, *, grant, token, label=""):
        """Whoever holds the raw ``token`` of a link to the object whose code is ``grant``."""
        return cls(channel=Channel.LINK, grant=grant, label=label, token=token)

    def scope(self, queryset):
        """``queryset`` cut to what this actor may touch: the one object of a link, all for the system."""
        if self.grant:
            return queryset.filter(code=self.grant)
        if self.is_system:
            return queryset
        return queryset.visible_to(self.user) if self.user is not None else queryset.none()

    @property
    def user_id(self):
        return getattr(self.user, "pk", None)

    @property
    def is_system(self):
        return self.user is None and self.channel in (Channel.SYSTEM, Channel.IMPORT)

    def __str__(self):
        return self.label or str(self.user or Channel(self.channel).label)
