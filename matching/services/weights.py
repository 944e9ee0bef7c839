"""A county's own weights of the structured part."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Invalid, require
from core.models import Region
from matching import permissions
from matching.engine.config import StructureWeights
from matching.engine.errors import ConfigError
from matching.enums import RunTrigger
from matching.models import MatchWeights
from matching.services.runs import run_request


@transaction.atomic(durable=True)
def weights_set(*, county_id, weights, actor):
    """Store and score again. Raises ``Invalid`` outside the engine's bounds."""
    require(permissions.can_weigh(actor, county_id))
    try:
        StructureWeights(**weights)
    except (ConfigError, TypeError) as exc:
        raise Invalid(_("权重超出允许的范围。"), code="weights") from exc
    county = Region.objects.get(pk=county_id)
    row, _is_new = MatchWeights.objects.update_or_create(
        county=county, defaults={"weights": weights, "updated_by_id": actor.user_id}
    )
    audit.record(row, "weights", actor=actor, data=weights, county=county)
    run_request(county_id=county_id, trigger=RunTrigger.STAFF, requested_by_id=actor.user_id)
    return row
