"""The one search box: people, firms, needs and pages, each in the viewer's scope.

A need is found only by words its reader may see, so that nothing can be guessed from what a search returns."""

from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch
from django.utils.translation import pgettext

from enterprises.models import Enterprise, Membership, Need
from enterprises.selectors import need_levels
from experts.models import Expert
from portal.context import address as page_of
from portal.context import navigation

LIMIT = 8
MAX_QUERY = 100


def search(user, query, *, role, roles):
    """Groups of at most ``LIMIT`` rows: [{"label", "icon", "rows": [{title, meta, url}]}]."""
    query = " ".join(query.replace("\x00", " ").split())[:MAX_QUERY]
    if not query:
        return query, []
    groups = [
        group(pgettext("many", "专家"), "people", people(user, query), "experts:expert-list", query),
        group(pgettext("many", "企业"), "building", firms(user, query), "enterprises:enterprise-list", query),
        group(pgettext("many", "需求"), "lightbulb", needs(user, query), "enterprises:need-list", query),
        group(pgettext("many", "页面"), "window", pages(query, role, roles), "", query),
    ]
    return query, [found for found in groups if found["rows"]]


def group(label, icon, rows, list_name, query):
    """One more row than is shown tells that the list has more."""
    page = page_of(list_name) if list_name and len(rows) > LIMIT else ""
    href = f"{page}?{urlencode({'q': query})}" if page else ""
    return {"label": label, "icon": icon, "rows": rows[:LIMIT], "href": href}


def address(row):
    try:
        return row.get_absolute_url()
    except NoReverseMatch:
        return ""


def people(user, query):
    named = (
        Q(name__icontains=query)
        | Q(name_initials__istartswith=query)
        | Q(name_pinyin__icontains=query)
        | Q(code__iexact=query)
        | Q(institution__name__icontains=query)
    )
    rows = Expert.objects.visible_to(user).active().filter(named).select_related("institution")[: LIMIT + 1]
    return [
        {
            "title": row.name,
            "meta": " · ".join(filter(None, (row.title, str(row.institution or "")))),
            "url": address(row),
        }
        for row in rows
    ]


def firms(user, query):
    named = Q(name__icontains=query) | Q(name_pinyin__icontains=query) | Q(code__iexact=query)
    rows = Enterprise.objects.visible_to(user).filter(named).select_related("park")[: LIMIT + 1]
    return [{"title": row.name, "meta": str(row.park or ""), "url": address(row)} for row in rows]


def needs(user, query):
    blind = Q(blind_title__icontains=query) | Q(summary__icontains=query)
    blind |= Q(blind_title="", rewrite_title__icontains=query)  # stands in for a missing blind title
    own = Exists(Membership.objects.filter(enterprise=OuterRef("enterprise"), user=user.pk, is_active=True))
    reader = Q(county__in=user.county_ids()) | own
    found = (
        Q(code__iexact=query) | blind | (reader & (Q(title__icontains=query) | Q(enterprise__name__icontains=query)))
    )
    rows = list(Need.objects.visible_to(user).filter(found).select_related("chain", "enterprise")[: LIMIT + 1])
    levels = need_levels(rows, user)
    return [
        {
            "title": row.title if levels[row.pk] == "full" else row.public_title,
            "meta": f"{row.code} · {row.get_status_display()}",
            "url": address(row),
        }
        for row in rows
    ]


def pages(query, role, roles):
    return [
        {"title": entry["label"], "meta": "", "url": entry["url"]}
        for entry in navigation(role, roles)
        if query.casefold() in str(entry["label"]).casefold()
    ]
