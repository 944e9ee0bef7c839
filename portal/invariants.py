"""What must hold at every moment, checked by queries over the whole installation.

Each check yields violations; the numbers follow the table in docs/reliability.md. Run by ``check_invariants``, nightly
in production and by the tests before a database is flushed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils.timezone import now

from accounts.models import LinkToken, Notification
from core import audit
from core.enums import BatchStatus, OutboxStatus, RowStatus
from core.models import Attachment, AuditEvent, ImportBatch, ImportRow, OutboxMessage
from core.text import parse_phone
from engagements.enums import OPEN, ORDER_MOVES, TAKEN, OrderStatus
from engagements.models import Order
from enterprises.enums import NEED_MOVES, DisclosureLevel, NeedStatus
from enterprises.models import Disclosure, Enterprise, Membership, Need
from experts.models import ContactOpening, Expert, GroupMembership
from matching.enums import MarkKind
from matching.models import Match, MatchResult, PairMark
from reports.enums import ExportStatus
from reports.models import Export

UNDONE_AFTER = timedelta(minutes=15)
CONFIRMED = (OrderStatus.CONFIRMED, OrderStatus.CONVERTED)


@dataclass(frozen=True)
class Violation:
    invariant: str
    message: str


def seats_and_load():
    """I1: taken orders fit the need's seats and are the expert's load."""
    for need in Need.objects.annotate(taken=Count("orders", Q(orders__status__in=TAKEN))).filter(taken__gt=F("seats")):
        yield f"need {need.code}: {need.taken} taken of {need.seats} seats"
    experts = Expert.objects.annotate(taken=Count("orders", Q(orders__status__in=TAKEN)))
    for expert in experts.exclude(taken=F("load")):
        yield f"expert {expert.code}: load {expert.load}, taken orders {expert.taken}"


def answers_recorded():
    """I2: a taken or ended order says when."""
    for order in Order.objects.filter(status__in=TAKEN, answered_at=None):
        yield f"order {order.code}: taken without a time"
    for order in Order.objects.exclude(status__in=OPEN).filter(ended_at=None):
        yield f"order {order.code}: ended without a time"


def one_seat_one_order():
    """I3: no seat twice, no open pair twice (the constraints hold; this finds a dropped constraint)."""
    for row in Order.objects.filter(status__in=TAKEN).values("need", "seat").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"need #{row['need']}: seat {row['seat']} taken {row['n']} times"
    for row in Order.objects.filter(status__in=OPEN).values("need", "expert").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"need #{row['need']}: {row['n']} open orders to expert #{row['expert']}"


def _status_trails():
    """(object, its recorded moves oldest first) for everything with a state machine."""
    for model, table in ((Need, NEED_MOVES), (Order, ORDER_MOVES)):
        label = model._meta.label_lower
        moves = {}
        events = AuditEvent.objects.filter(object_type=label).exclude(new="").order_by("pk")
        for event in events.values_list("object_id", "old", "new"):
            if event[2] in table:
                moves.setdefault(event[0], []).append(event[1:])
        for obj in model.objects.all():
            yield obj, table, moves.get(obj.pk, [])


def one_record_per_move():
    """I4: the recorded moves lead, without a gap, to the status that stands."""
    for obj, _table, moves in _status_trails():
        reached = ""
        for old, new in moves:
            if old != reached:
                yield f"{obj._meta.model_name} {obj.code}: recorded {old or '∅'}→{new} after {reached or '∅'}"
            reached = new
        if reached != obj.status:
            yield f"{obj._meta.model_name} {obj.code}: status {obj.status}, last record {reached or '∅'}"


def moves_in_the_table():
    """I5: nothing ever moved outside the table."""
    for obj, table, moves in _status_trails():
        for old, new in moves:
            if old and new not in table[old]:
                yield f"{obj._meta.model_name} {obj.code}: {old}→{new} is no allowed move"


def results_current():
    """I6: one current result per need, each expert in it once."""
    current = MatchResult.objects.current()
    for row in current.values("need").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"need #{row['need']}: {row['n']} current results"
    for row in Match.objects.values("result", "expert").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"result #{row['result']}: expert #{row['expert']} {row['n']} times"
    for match in Match.objects.filter(result__in=current).only("score", "parts", "pk").iterator():
        if abs(sum(match.parts.values()) - match.score) > 1e-6:
            yield f"match #{match.pk}: parts add up to {sum(match.parts.values())}, score {match.score}"


def announcements_delivered():
    """I7: no announcement is older than fifteen minutes and undone."""
    late = OutboxMessage.objects.filter(status=OutboxStatus.QUEUED, created_at__lt=now() - UNDONE_AFTER)
    for message in late:
        yield f"outbox #{message.pk} {message.topic}: waiting since {message.created_at:%F %T}"
    for message in OutboxMessage.objects.filter(status=OutboxStatus.PARKED):
        yield f"outbox #{message.pk} {message.topic}: parked after {message.attempts} tries"


def effects_once():
    """I8: an event is one notice per person."""
    for row in Notification.objects.values("user", "key").annotate(n=Count("pk")).filter(n__gt=1):
        yield f"user #{row['user']}: notice {row['key']} {row['n']} times"


def batches_whole():
    """I9: every row of an imported file is accounted for, and what was written is there until it is taken back."""
    written = (RowStatus.CREATED, RowStatus.UPDATED)
    for batch in ImportBatch.objects.filter(status__in=(BatchStatus.DONE, BatchStatus.UNDONE)):
        rows = ImportRow.objects.filter(batch=batch)
        counts = Counter(rows.values_list("status", flat=True))
        told = {status: batch.summary.get(status, 0) for status in RowStatus.values}
        if sum(told.values()) != batch.summary.get("rows", 0):
            yield f"batch {batch.code}: {told} do not add up to {batch.summary.get('rows')} rows"
        if {key: value for key, value in told.items() if value} != dict(counts):
            yield f"batch {batch.code}: summary {told}, rows {dict(counts)}"
        gone = rows.filter(status__in=written, object_id=None).count()
        if gone != (batch.summary.get("undone", 0) if batch.status == BatchStatus.UNDONE else 0):
            yield f"batch {batch.code}: {gone} written rows name no object"
        if rows.exclude(status__in=(*written, RowStatus.UNCHANGED)).exclude(object_id=None).exists():
            yield f"batch {batch.code}: a row that was not written names an object"


def exports_kept():
    """I10: a finished export has its file and its digest."""
    for export in Export.objects.filter(status=ExportStatus.DONE).filter(Q(file="") | Q(sha256="")):
        yield f"export {export.code}: done without file or digest"


def counties_agree():
    """I11: a row stands in its owner's county; only an order, disclosure or group crosses a border."""
    for need in Need.objects.exclude(county=F("enterprise__county")):
        yield f"need {need.code}: another county than its enterprise"
    for need in Need.objects.exclude(chain=None).exclude(chain__county=F("county")):
        yield f"need {need.code}: a chain of another county"
    for enterprise in Enterprise.objects.exclude(park=None).exclude(park__county=F("county")):
        yield f"enterprise {enterprise.code}: a park of another county"
    for expert_code, _chain in Expert.chains.through.objects.exclude(chain__county=F("expert__county")).values_list(
        "expert__code", "chain"
    ):
        yield f"expert {expert_code}: a chain of another county"
    for order in Order.objects.exclude(expert__county=F("need__county")).select_related("need", "expert"):
        grouped = GroupMembership.objects.filter(expert=order.expert, group__county=order.need.county_id)
        if not grouped.exists():
            yield f"order {order.code}: need and expert of different counties without a group"


def files_and_rows():
    """I12: no row without its file, no stored file without its row."""
    root = Path(settings.MEDIA_ROOT)
    known = set()
    for model, fields in ((Attachment, ("file",)), (ImportBatch, ("file", "error_file")), (Export, ("file",))):
        for field in fields:
            for code, name in model.objects.exclude(**{field: ""}).values_list("code", field):
                known.add(name)
                if not (root / name).exists():
                    yield f"{model._meta.model_name} {code}: file {name} is missing"
    if root.exists():
        for path in root.rglob("*"):
            if path.is_file() and str(path.relative_to(root)) not in known:
                yield f"file {path.relative_to(root)} belongs to no row"


def closed_means_closed():
    """I13: a need that ended has nobody waiting, and an order in work keeps its need in work."""
    waiting = Order.objects.filter(status=OrderStatus.OFFERED).exclude(
        need__status__in=(NeedStatus.PUBLISHED, NeedStatus.UNMET, NeedStatus.IN_PROGRESS)
    )
    for order in waiting:
        yield f"order {order.code}: offered for a need that is {order.need.status}"
    working = (NeedStatus.IN_PROGRESS, NeedStatus.RESOLVED, NeedStatus.CLOSED, NeedStatus.WITHDRAWN)
    for order in Order.objects.filter(status__in=CONFIRMED).exclude(need__status__in=working):
        yield f"order {order.code}: {order.status}, need {order.need.status}"
    for order in Order.objects.filter(status__in=TAKEN, answered_at__gt=F("expires_at")):
        yield f"order {order.code}: accepted after its deadline"


def audit_chain_whole():
    """I14: the seals follow from the events."""
    for event_id in audit.broken_seals():
        yield f"audit event #{event_id}: the seal does not match"
    for event_id in audit.unsealed_behind():
        yield f"audit event #{event_id}: not sealed, though later ones are"


def grants_follow_orders():
    """I15: contacts and texts are open exactly while an order says so."""
    open_contacts = set(ContactOpening.objects.filter(closed_at=None).values_list("order_code", flat=True))
    confirmed = set(Order.objects.filter(status__in=CONFIRMED).values_list("code", flat=True))
    for code in sorted(open_contacts ^ confirmed):
        yield f"order {code}: contact {'open without' if code in open_contacts else 'closed in spite of'} confirmation"
    told = Disclosure.objects.filter(closed_at=None)
    full = set(told.filter(level=DisclosureLevel.FULL).values_list("order_code", flat=True))
    for code in sorted(full ^ confirmed):
        yield f"order {code}: full text {'open without' if code in full else 'closed in spite of'} confirmation"
    opened = set(told.values_list("order_code", flat=True))
    standing = set(Order.objects.filter(status__in=OPEN).values_list("code", flat=True))
    for code in sorted(opened - standing):
        yield f"order {code}: disclosed, but no open order"
    marks = set(PairMark.objects.filter(kind=MarkKind.OFFERED).values_list("need_id", "expert_id"))
    pairs = set(Order.objects.filter(status__in=OPEN).values_list("need_id", "expert_id"))
    for need_id, expert_id in sorted(marks ^ pairs):
        yield f"pair need #{need_id} × expert #{expert_id}: offered mark and open order disagree"
    links = LinkToken.objects.filter(purpose="order", used_at=None, revoked_at=None, expires_at__gt=now())
    offered = set(Order.objects.filter(status=OrderStatus.OFFERED).values_list("code", flat=True))
    for code in sorted(set(links.values_list("object_code", flat=True)) - offered):
        yield f"order {code}: a link still answers it"
    for membership in Membership.objects.filter(is_active=True, user__is_active=False):
        yield f"membership #{membership.pk}: of a deactivated user"


def text_storable():
    """I16: stored text is valid and phones are normalised."""
    for model in (Expert, Enterprise, Need):
        columns = [f.name for f in model._meta.fields if f.get_internal_type() in ("CharField", "TextField")]
        for row in model.objects.values("code", *columns).iterator():
            if any("\x00" in value for value in row.values() if isinstance(value, str)):
                yield f"{model._meta.model_name} {row['code']}: NUL in a text"
    for model in (Expert, Enterprise):
        for code, phone in model.objects.exclude(phone="").values_list("code", "phone"):
            if parse_phone(phone).value != phone:
                yield f"{model._meta.model_name} {code}: phone is not normalised"


CHECKS = {
    "I1": seats_and_load,
    "I2": answers_recorded,
    "I3": one_seat_one_order,
    "I4": one_record_per_move,
    "I5": moves_in_the_table,
    "I6": results_current,
    "I7": announcements_delivered,
    "I8": effects_once,
    "I9": batches_whole,
    "I10": exports_kept,
    "I11": counties_agree,
    "I12": files_and_rows,
    "I13": closed_means_closed,
    "I14": audit_chain_whole,
    "I15": grants_follow_orders,
    "I16": text_storable,
}


def violations(only=None):
    """Every violation found, in the order of the table; ``only``: codes to run."""
    return [
        Violation(code, message)
        for code, check in CHECKS.items()
        if only is None or code in only
        for message in check()
    ]
