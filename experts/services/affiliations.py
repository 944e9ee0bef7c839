"""``accounts`` is told in which counties' markets a person takes part, so that firms' pages need not ask upward."""

from datetime import date, timedelta

from django.utils.timezone import localdate

from accounts.models import Affiliation
from experts.enums import ExpertStatus
from experts.models import Expert, GroupMembership


def affiliations_sync(user_id: int) -> None:
    """Make the person's affiliations say what their rows and groups say now. Ended ones keep their row."""
    rows = list(Expert.objects.filter(user=user_id, status=ExpertStatus.ACTIVE))
    wanted: dict[tuple[int, str], date | None] = {(row.county_id, row.code): None for row in rows}
    memberships = GroupMembership.objects.current().filter(expert__in=rows).select_related("group")
    for membership in memberships:
        key = (membership.group.county_id, membership.group.code)
        known = wanted.get(key, membership.ended_on)
        wanted[key] = None if None in (known, membership.ended_on) else max(known, membership.ended_on)
    yesterday = localdate() - timedelta(days=1)
    for kept in Affiliation.objects.filter(user=user_id):
        key = (kept.region_id, kept.subject_code)
        ended_on = wanted.pop(key) if key in wanted else min(kept.ended_on or yesterday, yesterday)
        if kept.ended_on != ended_on:
            kept.ended_on = ended_on
            kept.save(update_fields=["ended_on"])
    Affiliation.objects.bulk_create(
        Affiliation(user_id=user_id, region_id=region_id, subject_code=code, ended_on=ended_on)
        for (region_id, code), ended_on in wanted.items()
    )
