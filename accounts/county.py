"""The county a person of the office is working in: chosen in the bar, kept in the session, always in scope."""

from core.enums import RegionLevel
from core.models import Region

COUNTY_KEY = "county"


def counties_of(request):
    """The counties of the user's office scopes, by code; read once per request."""
    if not hasattr(request, "_counties"):
        ids = request.user.county_ids() if request.user.is_authenticated else ()
        request._counties = list(Region.objects.filter(pk__in=ids, level=RegionLevel.COUNTY)) if ids else []
    return request._counties


def current_county(request):
    """The chosen county, else the first; None for people without an office role."""
    counties = counties_of(request)
    chosen = request.session.get(COUNTY_KEY)
    return next((county for county in counties if county.code == chosen), counties[0] if counties else None)
