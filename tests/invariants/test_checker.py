"""B26: the checker of the running installation finds each of sixteen seeded breaks, and nothing in a healthy county."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import F
from django.utils.timezone import now
from model_bakery import baker

from accounts.models import Notification
from core import audit
from core.actor import Actor
from core.models import Attachment, AuditEvent, ImportBatch, OutboxMessage
from engagements.models import Order
from engagements.services import order_accept, order_confirm, order_decline, order_offer
from enterprises.models import Enterprise, Need
from enterprises.services import need_create, need_publish, need_submit
from experts.models import ContactOpening, Expert
from experts.services import expert_create
from matching.models import Match
from portal.invariants import CHECKS, violations
from reports.models import Export

pytestmark = pytest.mark.django_db


@pytest.fixture
def healthy(county, staff, other_county, settings, tmp_path):
    """A small county that came about through the services: needs in three states, orders in three, files, a run."""
    settings.MEDIA_ROOT = tmp_path / "files"
    actor = Actor(user=staff)
    firm = baker.make_recipe("tests.enterprise", county=county, phone="13800138000")
    people = [
        expert_create(county_id=county.pk, values={"name": name, "phone": f"1380013800{index}"}, actor=actor)
        for index, name in enumerate(("陆青禾", "方见微", "尉迟明远"))
    ]
    needs = []
    for title in ("大蒜切片烘干能耗过高", "冷库漏热", "废水回用"):
        values = {"title": title, "blind_title": "节能改造", "summary": "降低单位能耗", "situation": "每吨耗电偏高。"}
        needs.append(need_create(enterprise_id=firm.pk, values=values, source="staff", actor=actor))
    for need in needs[:2]:
        need_submit(need_id=need.pk, actor=actor)
        need_publish(need_id=need.pk, actor=actor)
    orders = [order_offer(need_id=needs[0].pk, expert_id=expert.pk, actor=actor) for expert in people[:2]]
    order_decline(order_id=orders[1].pk, code="no_time", actor=actor)
    order_accept(order_id=orders[0].pk, actor=actor)
    order_confirm(order_id=orders[0].pk, actor=actor)
    order_offer(need_id=needs[1].pk, expert_id=people[1].pk, actor=actor)
    run = baker.make("matching.MatchRun", county=county, need=needs[1], status="complete", trigger="need")
    result = baker.make("matching.MatchResult", run=run, need=needs[1], status="published", need_version=1)
    for rank, expert in enumerate(people, 1):
        baker.make(
            Match, result=result, expert=expert, rank=rank, score=0.5, similarity=0.5, band="fair",
            parts={"text": 0.3, "chain": 0.2},
        )  # fmt: skip
    baker.make(Notification, user=staff, key="k1")
    attachment = baker.make(Attachment, county=county, name="说明.txt", size=2, sha256="0" * 64)
    attachment.file.save("a.txt", ContentFile("说明".encode()))
    batch = baker.make(
        ImportBatch, county=county, kind="experts", status="done", summary={"rows": 2, "created": 1, "rejected": 1}
    )
    for number, status in enumerate(("created", "rejected"), 2):
        baker.make(
            "core.ImportRow", batch=batch, number=number, status=status, object_id=1 if status == "created" else None
        )
    export = baker.make(Export, county=county, requested_by=staff, status="done", sha256="0" * 64, ledger="needs")
    export.file.save("e.xlsx", ContentFile(b"PK"))
    OutboxMessage.objects.update(status="done")
    audit.seal_pending()
    return other_county


def test_a_healthy_county_has_no_violation(healthy):
    assert violations() == []


def shadow(model):
    """The model's table without any constraint, in this connection's temporary schema: what a dropped constraint
    lets in."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{table}_copy" AS SELECT * FROM "{table}"')  # noqa: S608
        cursor.execute(f'ALTER TABLE "{table}_copy" RENAME TO "{table}"')


def again(row, **changes):
    """The same row once more under another number."""
    fresh = row.__class__.objects.get(pk=row.pk)
    fresh.pk = row.__class__.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.__class__.objects.bulk_create([fresh])


def confirmed():
    return Order.objects.get(status="confirmed")


def break_i1(_other):
    Expert.objects.filter(pk=confirmed().expert_id).update(load=0)


def break_i2(_other):
    Order.objects.filter(pk=confirmed().pk).update(answered_at=None)


def break_i3(_other):
    shadow(Order)
    again(confirmed(), code="DD-AGAIN")


def break_i4(_other):
    Need.objects.filter(status="draft").update(status="submitted")


def break_i5(_other):
    need = Need.objects.get(status="draft")
    audit.record(need, "resolved", actor=Actor.system(), old="draft", new="resolved")
    Need.objects.filter(pk=need.pk).update(status="resolved")


def break_i6(_other):
    match = Match.objects.first()
    Match.objects.filter(pk=match.pk).update(score=F("score") + 1)


def break_i7(_other):
    message = OutboxMessage.objects.create(topic="need.published", payload={"id": 1}, available_at=now())
    OutboxMessage.objects.filter(pk=message.pk).update(created_at=now() - timedelta(hours=1))


def break_i8(_other):
    shadow(Notification)
    again(Notification.objects.get(key="k1"), code="TZ-AGAIN")


def break_i9(_other):
    ImportBatch.objects.update(summary={"rows": 3, "created": 1, "rejected": 1})


def break_i10(_other):
    Export.objects.update(sha256="")


def break_i11(other):
    Need.objects.filter(status="draft").update(county=other)


def break_i12(_other):
    row = Attachment.objects.get()
    row.file.storage.delete(row.file.name)


def break_i13(_other):
    need = Need.objects.get(orders__status="offered")
    Need.objects.filter(pk=need.pk).update(status="closed")


def break_i14(_other):
    AuditEvent.objects.filter(verb="published").update(reason="另一个理由")


def break_i15(_other):
    ContactOpening.objects.update(closed_at=now())


def break_i16(_other):
    Enterprise.objects.update(phone="138-0013-8000")


BREAKS = {name.removeprefix("break_").upper(): value for name, value in globals().items() if name.startswith("break_")}


def test_every_invariant_has_its_break():
    assert set(BREAKS) == set(CHECKS)
    assert len(CHECKS) == 16


@pytest.mark.parametrize("code", BREAKS)
def test_a_seeded_break_is_found(healthy, code):
    BREAKS[code](healthy)
    found = violations()
    assert code in {violation.invariant for violation in found}
    assert all(violation.message for violation in found)
    assert {violation.invariant for violation in violations([code])} == {code}


def test_the_command_says_so_too(healthy, capsys):
    import json  # noqa: PLC0415

    from django.core.management import call_command  # noqa: PLC0415

    call_command("check_invariants", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["violations"] == 0
    break_i10(healthy)
    with pytest.raises(SystemExit):
        call_command("check_invariants", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["violations"] == 1


def test_more_breaks_of_the_same_kinds(healthy, staff):
    """Variants that a lazy check would miss."""
    order = confirmed()
    slipped = AuditEvent.objects.order_by("pk").first()
    AuditEvent.objects.filter(pk=slipped.pk).update(seal="")
    assert "not sealed" in violations(["I14"])[-1].message
    AuditEvent.objects.filter(pk=slipped.pk).update(seal=slipped.seal)
    other = baker.make(Need, enterprise=order.need.enterprise, county=order.need.county, status="draft")
    assert {violation.invariant for violation in violations()} == {"I4"}  # put there without its record
    other.delete()
    link = baker.make("accounts.LinkToken", purpose="order", object_code=order.code, expires_at=now() + timedelta(1))
    assert "a link still answers it" in violations(["I15"])[0].message
    link.delete()
    staff.__class__.objects.filter(pk=staff.pk).update(is_active=False)
    baker.make_recipe("tests.membership", enterprise=order.need.enterprise, user=staff)
    assert "deactivated" in violations(["I15"])[0].message
