"""What a county defines itself: its industry chains and parks, and what an abolished division became.

Rows that use a chain or a park live in apps above this one; the models' own relations tell where, without naming them.
"""

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from core import audit, outbox
from core.errors import Invalid, NotPermitted, Refusal, TransitionRefused, require
from core.models import AuditEvent, Chain, Industry, Park, Region
from core.text import clean_line, clean_text
from core.workflow import locked

KEEPERS = ("staff", "admin")
MAX_INDUSTRIES = 200
MAX_STEPS = 5  # a division's successor may have been abolished in its turn


def can_keep(actor, county_id):
    """Chains and parks belong to the staff and admins of their county."""
    if actor.user is not None and actor.user.has_role(*KEEPERS, county_id=county_id):
        return None
    return Refusal(_("产业链和园区由本县人才办维护。"))


def chains_kept_by(user):
    return Chain.objects.filter(county__in=user.county_ids(*KEEPERS))


def parks_kept_by(user):
    return Park.objects.filter(county__in=user.county_ids(*KEEPERS))


# -- use


def usage(obj):
    """[(plural words, number)] of the rows that name ``obj``; empty when it is free to go."""
    found = []
    for relation in obj._meta.related_objects:
        count = relation.related_model._base_manager.filter(**{relation.field.name: obj}).count()
        if count:
            found.append((_use_word(relation.related_model), count))
    return found


def usage_words(found):
    return "、".join(f"{words} {count}" for words, count in found)


def use_counts(rows):
    """{pk: number of rows that name it} of many chains or parks of one model, in one query per kind of user."""
    rows = list(rows)
    counts = dict.fromkeys((row.pk for row in rows), 0)
    for relation in rows[0]._meta.related_objects if rows else ():
        name = relation.field.name
        named = relation.related_model._base_manager.filter(**{f"{name}__in": list(counts)}).order_by()
        for pk, number in named.values_list(name).annotate(number=Count("pk")):
            counts[pk] += number
    return counts


def _use_word(model):
    words = {"need": _("需求"), "expert": _("专家"), "enterprise": _("企业"), "expertgroup": _("专家组")}
    return words.get(model._meta.model_name, _("其他资料"))


def _refuse_used(obj, remedy):
    found = usage(obj)
    if found:
        raise TransitionRefused(
            _("“{name}”还在使用（{uses}），不能删除。{remedy}").format(
                name=obj, uses=usage_words(found), remedy=remedy
            ),
            code="in_use",
        )


# -- chains


@transaction.atomic(durable=True)
def chain_create(*, county_id, name, actor, group="", description="", industries=()):
    require(can_keep(actor, county_id))
    county = locked(Region.objects, pk=county_id)  # one at a time: the order of the list is theirs together
    chain = Chain(county=county, order=_last(Chain, county) + 1, **_chain_texts(name, group, description))
    _save_named(chain, _("本县已有产业链“{name}”。"))
    chain.industries.set(_industries(industries))
    audit.record(chain, "create", actor=actor, data={"name": chain.name})
    return chain


@transaction.atomic(durable=True)
def chain_update(*, chain_id, name, actor, group="", description="", industries=()):
    chain = locked(_of(actor, chains_kept_by), pk=chain_id)
    before = chain.name
    texts = _chain_texts(name, group, description)
    for field, value in texts.items():
        setattr(chain, field, value)
    _save_named(chain, _("本县已有产业链“{name}”。"), fields=list(texts))
    chain.industries.set(_industries(industries))
    audit.record(chain, "update", actor=actor, data={"before": before, "name": chain.name})
    return chain


@transaction.atomic(durable=True)
def chain_move(*, chain_id, is_up, actor):
    """One place up or down in the county's list."""
    return _move(_of(actor, chains_kept_by), chain_id, is_up, actor)


@transaction.atomic(durable=True)
def chain_remove(*, chain_id, actor):
    """Only while nothing names it. The full lock holds off rows that are about to."""
    chain = _of(actor, chains_kept_by).select_for_update(of=("self",)).get(pk=chain_id)
    _refuse_used(chain, _("请先并入另一条产业链。"))
    audit.record(chain, "delete", actor=actor, data={"name": chain.name})
    chain.delete()


@transaction.atomic(durable=True)
def chain_merge(*, chain_id, into_id, actor):
    """Everything that names the chain names the other one from now on; the chain goes. Returns the other one."""
    if chain_id == into_id:
        raise Invalid(_("请选择另一条产业链。"), field="into")
    kept = _of(actor, chains_kept_by)
    rows = {
        row.pk: row for row in kept.select_for_update(of=("self",)).order_by("pk").filter(pk__in=(chain_id, into_id))
    }
    chain = rows.get(chain_id)
    if chain is None:
        raise Chain.DoesNotExist
    into = rows.get(into_id)
    if into is None or into.county_id != chain.county_id:
        raise Invalid(_("只能并入本县的另一条产业链。"), field="into")
    uses = usage(chain)
    for relation in Chain._meta.related_objects:
        if relation.many_to_many:
            _hand_over(relation, chain, into)
        else:
            relation.related_model._base_manager.filter(**{relation.field.name: chain}).update(
                **{relation.field.name: into}
            )
    into.industries.add(*chain.industries.all())
    audit.record(into, "merge", actor=actor, data={"from": chain.name, "moved": dict(uses)})
    county_id = chain.county_id
    chain.delete()
    outbox.emit("chain.merged", {"county_id": county_id})
    return into


def _hand_over(relation, chain, into):
    """Rows that name the chain among several: those that name the other one too lose a duplicate."""
    through, field = relation.through._base_manager, relation.field
    source, target = field.m2m_field_name(), field.m2m_reverse_field_name()
    both = through.filter(**{target: into}).values(f"{source}_id")
    through.filter(**{target: chain, f"{source}_id__in": list(both.values_list(f"{source}_id", flat=True))}).delete()
    through.filter(**{target: chain}).update(**{target: into})


def _chain_texts(name, group, description):
    return {
        "name": _name(name, 40),
        "group": clean_line(group)[:40],
        "description": clean_text(description)[:500],
    }


def _industries(codes):
    codes = list(dict.fromkeys(str(code)[:5] for code in codes))
    if len(codes) > MAX_INDUSTRIES:
        raise Invalid(_("一条产业链最多对应 {number} 个行业代码。").format(number=MAX_INDUSTRIES), field="industries")
    found = list(Industry.objects.filter(code__in=codes))
    if len(found) < len(codes):
        raise Invalid(_("有的行业代码不在国民经济行业分类中，请重新查找。"), field="industries")
    return found


def industries_like(text, limit=30):
    """Industries whose code begins with the text or whose name holds it, shortest codes first."""
    text = clean_line(text)[:60]
    if not text:
        return []
    bare = text[1:] if len(text) > 1 and text[0].upper() in "ABCDEFGHIJKLMNOPQRST" and text[1:].isdigit() else text
    rows = Industry.objects.filter(code__startswith=bare) if bare.isascii() and bare.isdigit() else None
    rows = Industry.objects.filter(name__contains=text) if rows is None else rows
    return list(rows.order_by("code")[:limit])


# -- parks


@transaction.atomic(durable=True)
def park_create(*, county_id, name, actor, kind=""):
    require(can_keep(actor, county_id))
    county = locked(Region.objects, pk=county_id)
    park = Park(county=county, name=_name(name, 60), kind=clean_line(kind)[:40], order=_last(Park, county) + 1)
    _save_named(park, _("本县已有园区“{name}”。"))
    audit.record(park, "create", actor=actor, data={"name": park.name})
    return park


@transaction.atomic(durable=True)
def park_update(*, park_id, name, actor, kind=""):
    park = locked(_of(actor, parks_kept_by), pk=park_id)
    before, park.name, park.kind = park.name, _name(name, 60), clean_line(kind)[:40]
    _save_named(park, _("本县已有园区“{name}”。"), fields=["name", "kind"])
    audit.record(park, "update", actor=actor, data={"before": before, "name": park.name})
    return park


@transaction.atomic(durable=True)
def park_move(*, park_id, is_up, actor):
    return _move(_of(actor, parks_kept_by), park_id, is_up, actor)


@transaction.atomic(durable=True)
def park_remove(*, park_id, actor):
    park = _of(actor, parks_kept_by).select_for_update(of=("self",)).get(pk=park_id)
    _refuse_used(park, _("请先在企业资料中改选其他园区。"))
    audit.record(park, "delete", actor=actor, data={"name": park.name})
    park.delete()


# -- what both share


def _of(actor, kept_by):
    if actor.user is None:
        raise NotPermitted
    return kept_by(actor.user)


def _name(text, longest):
    name = clean_line(text)
    if not name:
        raise Invalid(_("请填写名称。"), field="name", code="name_required")
    if len(name) > longest:
        raise Invalid(_("名称不超过 {number} 个字。").format(number=longest), field="name")
    return name


def _last(model, county):
    return model.objects.filter(county=county).order_by("-order").values_list("order", flat=True).first() or 0


def _save_named(row, taken, fields=None):
    try:
        with transaction.atomic():  # savepoint: the constraint decides between two of one name
            row.save(update_fields=fields)
    except IntegrityError as exc:
        raise Invalid(taken.format(name=row.name), field="name", code="name_taken") from exc


def _move(kept, pk, is_up, actor):
    row = kept.get(pk=pk)
    locked(Region.objects, pk=row.county_id)
    rows = list(type(row).objects.select_for_update(no_key=True, of=("self",)).filter(county=row.county_id))
    here = next(number for number, other in enumerate(rows) if other.pk == pk)
    there = here - 1 if is_up else here + 1
    if not 0 <= there < len(rows):
        return row
    rows[here], rows[there] = rows[there], rows[here]
    for number, other in enumerate(rows, start=1):
        if other.order != number:
            other.order = number
            other.save(update_fields=["order"])
    audit.record(row, "reorder", actor=actor)
    return row


# -- divisions


def in_force(region):
    """The division itself while it is in force, else what the office said it became; None when nobody has said."""
    for _step in range(MAX_STEPS):
        if region is None or region.is_current:
            return region
        region = region.successor
    return None


def successor_candidates(region, limit=8):
    """Divisions in force of the same name under the same city (else the same province): shown, never applied."""
    stem = region.name.rstrip("县市区旗") or region.name
    levels = ("town",) if region.level == "town" else ("county", "prefecture")
    same = Region.objects.filter(is_current=True, level__in=levels, name__startswith=stem)
    for prefix in (region.code[:4], region.code[:2]):
        rows = [row for row in same.filter(code__startswith=prefix) if row.name.rstrip("县市区旗") == stem]
        if rows:
            return rows[:limit]
    return []


def successor_named_in(region):
    """The region under which the successor was put on record, or None."""
    event = (
        AuditEvent.objects.filter(object_type="core.region", object_id=region.pk, verb="succeed").order_by("pk").last()
    )
    return event.county_id if event else None


def can_succeed(actor, region):
    """Said once by an administrator; put right by the administrators of the same office."""
    if actor.user is None or not actor.user.has_role("admin"):
        return Refusal(_("撤销区划的现行归属由管理员指定。"))
    if region.is_current:
        return Refusal(_("{name}是现行区划，不需要指定。").format(name=region), error=TransitionRefused)
    if region.successor_id and successor_named_in(region) not in actor.user.region_ids("admin"):
        return Refusal(
            _("{name}的现行归属已由其他县指定，请联系系统管理员。").format(name=region), code="named_elsewhere"
        )
    return None


@transaction.atomic(durable=True)
def region_succeed(*, region_id, successor_code, county_id, actor):
    """Put on record which division in force an abolished one became. Imports and pages read through it at once."""
    region = locked(Region.objects, pk=region_id)
    require(can_succeed(actor, region))
    if not actor.user.has_role("admin", county_id=county_id):
        raise Region.DoesNotExist
    successor = Region.objects.filter(code=clean_line(successor_code)[:9]).first()
    if successor is None:
        raise Invalid(_("没有这个区划代码，请填写 6 位或 9 位现行代码。"), field="successor")
    if not successor.is_current:
        raise Invalid(_("{name}也已撤销，请填写现行区划的代码。").format(name=successor), field="successor")
    # A prefecture may have become a county and the other way round; a town becomes a town.
    if "province" in (successor.level, region.level) or (successor.level == "town") != (region.level == "town"):
        raise Invalid(_("{name}与原区划级别不同。").format(name=successor), field="successor")
    before = region.successor.code if region.successor_id else ""
    region.successor = successor
    region.save(update_fields=["successor"])
    audit.record(
        region, "succeed", actor=actor, old=before, new=successor.code, county=Region.objects.get(pk=county_id)
    )
    return region
