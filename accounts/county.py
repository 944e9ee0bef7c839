"""The county a person of the office is working in: chosen in the bar, kept in the session, always in scope."""

from django.db.models import Exists, OuterRef

from accounts.models import Scope
from core.models import Region

COUNTY_KEY = "county"


def counties_of(request):
    """The counties of the user's office scopes, by code; read once per request. Of a city's counties those that have an
    office of their own here, as long as there are any."""
    if not hasattr(request, "_counties"):
        ids = request.user.county_ids() if request.user.is_authenticated else ()
        office = Scope.objects.filter(region=OuterRef("pk"), is_active=True)
        found = list(Region.objects.filter(pk__in=ids).annotate(has_office=Exists(office))) if ids else []
        request._counties = [county for county in found if county.has_office] or found
    return request._counties


def current_county(request):
    """The chosen county, else the first; None for people without an office role."""
    counties = counties_of(request)
    chosen = request.session.get(COUNTY_KEY)
    return next((county for county in counties if county.code == chosen), counties[0] if counties else None)
