"""What the frame of every page shows: navigation by role, county, search, inbox, themes, for whom staff act."""

from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import acting
from accounts.county import counties_of, current_county
from accounts.enums import Role
from portal.roles import standing

gettext_noop("牵线")  # the name as shipped has an English form; an own SITE_NAME stays as it is
S, L, A, E, X = Role.STAFF, Role.LEADER, Role.ADMIN, Role.ENTERPRISE, Role.EXPERT
# (key, URL name, icon, label, roles); an entry whose page is not built is left out.
NAVIGATION = (
    ("home", "home", "house", _("今日待办"), (S, L, A, E, X)),
    ("needs", "enterprises:need-list", "lightbulb", pgettext_lazy("many", "需求"), (S, L, A, E, X)),
    ("experts", "experts:expert-list", "people", pgettext_lazy("many", "专家"), (S, L, A)),
    ("enterprises", "enterprises:enterprise-list", "building", pgettext_lazy("many", "企业"), (S, L, A)),
    ("matching", "matching:match-list", "diagram-3", _("匹配"), (S, L, A)),
    ("orders", "engagements:order-list", "send", _("订单"), (S, L, A, E, X)),
    ("profile", "experts:own", "person-badge", _("我的资料"), (X,)),
    ("firm", "enterprises:own", "building", _("本企业"), (E,)),
    ("imports", "imports:batch-list", "upload", _("导入"), (S, A)),
    ("reports", "reports:export-list", "table", pgettext_lazy("many", "台账"), (S, L, A)),
    ("people", "accounts:people", "person-gear", _("人员"), (S, A)),
    ("county", "county:chain-list", "geo-alt", _("产业链与园区"), (S, A)),
    ("audit", "accounts:audit-list", "journal-text", _("操作记录"), (A,)),
    ("settings", "accounts:profile", "gear", _("设置"), (S, L, A, E, X)),
)
PHONE_TABS = {
    S: ("home", "needs", "orders", "experts"),
    A: ("home", "needs", "people", "audit"),
    L: ("home", "needs", "orders", "reports"),
    E: ("home", "needs", "orders", "firm"),
    X: ("home", "orders", "needs", "profile"),
}


@lru_cache(maxsize=64)
def address(name, *args):
    """The address of a page, or nothing while it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def navigation(role, roles):
    """The entries of the chosen role; a person with several sees the union, the chosen role's order first."""
    return [
        {"key": key, "url": address(name), "icon": icon, "label": label}
        for key, name, icon, label, holders in NAVIGATION
        if address(name) and (role in holders or set(roles) & set(holders) or key in ("home", "settings"))
    ]


def person_links(person):
    links = [{"label": _("我的账号"), "url": address("accounts:profile"), "icon": "person"}]
    links += [
        {
            "label": role.label,
            "url": address("accounts:role-switch"),
            "icon": "check" if role == person.role else "arrow-left-right",
            "post": True,
            "role": role.value,
        }
        for role in (person.roles if len(person.roles) > 1 else ())
    ]
    return links


def build(request):
    user = getattr(request, "user", None)
    session = getattr(request, "session", {})
    display = address("accounts:display")
    if user is None or not user.is_authenticated:
        return {
            "theme_url": display,
            "large": session.get("large", False),
            "contrast": session.get("contrast", False),
        }
    person, county = standing(request), current_county(request)
    nav = navigation(person.role, person.roles)
    by_key = {entry["key"]: entry for entry in nav}
    acting_for = acting.current(request)
    return {
        "nav": nav,
        "tabs": [by_key[key] for key in PHONE_TABS.get(person.role, ("home", "settings")) if key in by_key],
        "county": county.name if county else "",
        "counties": [
            {
                "label": other.full_name or other.name,
                "url": address("accounts:county-switch"),
                "code": other.code,
                "active": other == county,
            }
            for other in counties_of(request)
        ],
        "search_url": address("search"),
        "inbox_url": address("accounts:inbox"),
        "inbox_count": person.unread,
        "help_url": address("help"),
        "person_links": person_links(person),
        "acting_for": acting_for and {"label": acting_for["name"], "url": address("accounts:act-end")},
        "large": user.is_large_type,
        "contrast": user.is_high_contrast,
        "theme_url": display,
    }


def frame(request):
    """Lazy, so that a fragment without a frame costs no query."""
    return {
        "site_name": gettext(settings.SITE_NAME),
        "is_embedded": settings.EMBEDDED,
        "frame": SimpleLazyObject(lambda: build(request)),
    }
