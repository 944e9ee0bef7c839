"""Topics this app answers to: needs and experts change, so their matches do."""

from core import outbox
from enterprises.models import Need
from matching import services, tasks
from matching.enums import RunTrigger


@outbox.on("need.published")
@outbox.on("need.changed")
def need_scored(payload):
    need = Need.objects.get(pk=payload["id"])
    services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.NEED)


@outbox.on("need.imported")
@outbox.on("expert.changed")
@outbox.on("recusal.changed")
@outbox.on("chain.merged")
def market_scored(payload):
    """One run over the county's open needs, however many rows changed."""
    services.run_request(county_id=payload["county_id"], trigger=RunTrigger.EXPERTS)


@outbox.on("match.requested")
def run_started(payload):
    tasks.run_match.delay(payload["run_id"])
