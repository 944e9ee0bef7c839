"""People, what they may see, and how they are reached."""

from functools import cached_property, partial

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from accounts.enums import OFFICE_ROLES, ConsentKind, InvitationStatus, Role, TokenAccess
from core.codes import new_code
from core.enums import RegionLevel
from core.models import Region


class User(AbstractUser):
    """A person who signs in. Office roles are rows of ``Scope``; membership of a firm and an expert's own register row
    live with the firm and the expert."""

    first_name = last_name = None
    name = models.CharField(_("姓名"), max_length=50)
    phone = models.CharField(_("手机号码"), max_length=20, blank=True)
    is_large_type = models.BooleanField(_("大字版"), default=False)
    is_high_contrast = models.BooleanField(_("高对比度"), default=False)
    home_role = models.CharField(_("默认身份"), max_length=10, choices=Role, blank=True)
    is_password_temporary = models.BooleanField(_("须修改初始密码"), default=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # part of every session's fingerprint

    REQUIRED_FIELDS = ("email", "name")

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return str(self)

    get_short_name = get_full_name

    def get_session_auth_hash(self):
        """A new password or a new epoch ends every session of the person at its next request."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self):
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret):
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def _scopes(self):
        return list(self.scopes.filter(is_active=True).select_related("region")) if self.is_active else []

    @cached_property
    def _county_ids(self):
        return {}

    def county_ids(self, *roles: str) -> frozenset[int]:
        """Ids of the counties in which the user holds one of ``roles`` (any office role when none is named). A city's
        scope covers its counties. Read once per request: a change of scope acts on the next one."""
        roles = roles or OFFICE_ROLES
        key = tuple(sorted(roles))
        if key not in self._county_ids:
            regions = [scope.region for scope in self._scopes if scope.role in roles]
            found = {region.pk for region in regions if region.level == RegionLevel.COUNTY}
            above = [region.pk for region in regions if region.level != RegionLevel.COUNTY]
            if above:
                found.update(
                    Region.objects.filter(
                        Q(parent__in=above) | Q(parent__parent__in=above), level=RegionLevel.COUNTY
                    ).values_list("pk", flat=True)
                )
            self._county_ids[key] = frozenset(found)
        return self._county_ids[key]

    def region_ids(self, *roles: str) -> frozenset[int]:
        """``county_ids`` and the ids of the regions the scopes name themselves: where a role may be given."""
        roles = roles or OFFICE_ROLES
        return self.county_ids(*roles) | {scope.region_id for scope in self._scopes if scope.role in roles}

    def has_role(self, *roles: str, county_id: int | None = None) -> bool:
        """Whether the user holds one of the office ``roles``, in ``county_id`` when given."""
        if county_id is None:
            return any(scope.role in roles for scope in self._scopes)
        return county_id in self.county_ids(*roles)

    @cached_property
    def market_county_ids(self) -> frozenset[int]:
        """Ids of the counties in whose market the user takes part as an expert, directly or through a group."""
        if not self.is_active:
            return frozenset()
        current = self.affiliations.filter(Q(ended_on=None) | Q(ended_on__gte=localdate()))
        return frozenset(current.values_list("region_id", flat=True))

    @property
    def is_office(self):
        return bool(self._scopes)


class Scope(models.Model):
    """One office role of one person in one county or over the counties of a city."""

    user = models.ForeignKey(User, models.CASCADE, related_name="scopes")
    role = models.CharField(_("角色"), max_length=10, choices=[(r.value, r.label) for r in OFFICE_ROLES])
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("范围"))
    is_active = models.BooleanField(_("有效"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "region"], name="scope_once"),
            models.CheckConstraint(condition=Q(role__in=[r.value for r in OFFICE_ROLES]), name="scope_role_known"),
        ]

    def __str__(self):
        return f"{self.user} {self.get_role_display()} {self.region}"


class Affiliation(models.Model):
    """A fact told from above: this person takes part in a county's market as an expert, by an own register row or by
    an expert group that reaches across counties. ``subject_code`` is the row or group that says so."""

    user = models.ForeignKey(User, models.CASCADE, related_name="affiliations")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    subject_code = models.CharField(max_length=20)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["user", "region", "subject_code"], name="affiliation_once"),
        ]

    def __str__(self):
        return f"{self.user} {self.region}"


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff and admins see the invitations of their regions; invitations to office roles are the admins' alone."""
        if not user.is_authenticated:
            return self.none()
        market = Q(role__in=(Role.ENTERPRISE, Role.EXPERT), region__in=user.region_ids(Role.STAFF, Role.ADMIN))
        return self.filter(market | Q(region__in=user.region_ids(Role.ADMIN)))


class Invitation(models.Model):
    """A one-time link that gives one role. Bound to its county; only the token's hash is kept."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "YQ"), editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(_("角色"), max_length=10, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    subject_code = models.CharField(_("企业或专家编号"), max_length=20, blank=True)
    name = models.CharField(_("姓名"), max_length=50)
    email = models.EmailField(_("邮箱"), blank=True)
    phone = models.CharField(_("手机号码"), max_length=20, blank=True)
    status = models.CharField(_("状态"), max_length=10, choices=InvitationStatus, default=InvitationStatus.OPEN)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("有效期至"))
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=InvitationStatus.values), name="invitation_status_known")
        ]

    def __str__(self):
        return f"{self.name} {self.get_role_display()}"

    @property
    def is_open(self):
        return self.status == InvitationStatus.OPEN and self.expires_at > now()


class LinkToken(models.Model):
    """A signed single-use link to one object, for a person who does not sign in. Only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    subject_code = models.CharField(max_length=20)  # whom it was sent to: an expert's code
    object_code = models.CharField(max_length=20)  # what it opens: an order's code
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["purpose", "object_code"], name="link_object")]  # revoking on a state change

    def __str__(self):
        return f"{self.purpose} {self.object_code}"

    @property
    def is_open(self):
        return self.used_at is None and self.revoked_at is None and self.expires_at > now()


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class ApiToken(models.Model):
    """A personal token for the API: hashed, expiring, read-only unless it says otherwise."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "TK"), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("名称"), max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    access = models.CharField(_("权限"), max_length=10, choices=TokenAccess, default=TokenAccess.READ)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("有效期至"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self):
        return self.name


class IdempotencyKey(models.Model):
    """The answer to one write, kept for a day, so that a repeated request repeats the answer and not the effect."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]

    def __str__(self):
        return self.key


class Notification(models.Model):
    """The in-site inbox: the truth about what a person was told. Mail and other channels follow from it."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "TZ"), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    event = models.CharField(max_length=40)
    title = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("内容"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120)  # makes a redelivered event one notice
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_inbox"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),  # the badge
        ]

    def __str__(self):
        return self.title


class MailDelivery(models.Model):
    """One e-mail and what became of it. ``key`` makes a redelivered event one mail."""

    key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    recipient = models.CharField(max_length=254)
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name_plural = "mail deliveries"

    def __str__(self):
        return self.subject


class Consent(models.Model):
    """What a signed-in person agreed to, in which version of the text, and until when."""

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    kind = models.CharField(_("事项"), max_length=10, choices=ConsentKind)
    version = models.CharField(_("版本"), max_length=20)
    given_at = models.DateTimeField(_("同意时间"), default=now)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    objects = OwnQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self):
        return f"{self.get_kind_display()} {self.version}"
