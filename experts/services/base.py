"""What every write of this app shares: the lock, cleaning, the derived columns, the announcement."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.choices import Cooperation
from core.errors import Invalid, Refusal, require
from core.labels import field_label
from core.models import University
from core.pinyin import name_pinyin
from core.text import Parsed, normalise, parse_email, parse_phone, reason_text, remedy_text, search_tokens
from experts.models import Expert, Institution

LINES = frozenset({
    "department", "position", "title", "degree", "availability", "city", "referrer",
})  # fmt: skip
TEXTS = frozenset({"profile", "remarks"})
LISTS = {"honours": 20, "research_fields": 40}
PLAIN = frozenset({
    "gender", "born_on", "is_hometown", "is_deputy", "is_advisor", "phone", "email", "source", "last_contacted_on",
})  # fmt: skip
RELATED = frozenset({"chains", "disciplines"})
EDITABLE = LINES | TEXTS | PLAIN | RELATED | frozenset(LISTS) | {"name", "institution", "cooperation"}
# Changes that the engine reads; a new phone number re-scores nobody.
MATCHING_FIELDS = EDITABLE - {
    "gender", "born_on", "phone", "email", "referrer", "remarks", "source", "last_contacted_on", "availability",
}  # fmt: skip
MAX_ITEM = 60
READERS: dict[str, Callable[[Any], Parsed[str]]] = {"phone": parse_phone, "email": parse_email}


def in_scope(actor: Actor) -> QuerySet[Expert]:
    return actor.scope(Expert.objects.all())


def locked(expert_id: int, actor: Actor, check: Callable[[Actor, Expert], Refusal | None]) -> Expert:
    """The row under lock, once ``check`` allows it. Raises ``Expert.DoesNotExist`` outside the actor's scope."""
    expert = in_scope(actor).select_for_update(no_key=True, of=("self",)).get(pk=expert_id)
    require(check(actor, expert))
    return expert


def clean_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values a row may take, through the one intake normaliser. Raises ``Invalid`` naming the field."""
    unknown = set(values) - EDITABLE
    if unknown:
        raise Invalid(_("不能修改的字段：{names}").format(names=_("、").join(sorted(unknown))), code="unknown_field")
    cleaned: dict[str, Any] = {}
    for key, value in values.items():
        if key == "name":
            cleaned[key] = normalise(value, "person").value
        elif key in LINES:
            cleaned[key] = normalise(value, "line").value
        elif key in TEXTS:
            cleaned[key] = normalise(value, "text").value
        elif key in LISTS:
            cleaned[key] = clean_list(key, value)
        elif key in READERS:
            parsed = READERS[key](value)
            if parsed.error:
                raise Invalid(
                    _("{reason}。{remedy}。").format(
                        reason=reason_text(parsed.error), remedy=remedy_text(parsed.error)
                    ),
                    code=parsed.error,
                    field=key,
                )
            cleaned[key] = parsed.value or ""
        elif key == "cooperation":
            cleaned[key] = [choice for choice in Cooperation.values if choice in set(value or ())]
        else:
            cleaned[key] = value
    if "name" in cleaned and not 1 < len(cleaned["name"]) <= 50:
        raise Invalid(_("姓名应为 2 至 50 个字，不含称谓和电话。"), code="name_format", field="name")
    return cleaned


def clean_list(key: str, value: Iterable[Any] | None) -> list[str]:
    items = (normalise(item, "line").value for item in value or ())
    kept = list(dict.fromkeys(item for item in items if item))
    for item in kept:
        if len(item) > MAX_ITEM:
            raise Invalid(
                _("“{item}…”超过 {limit} 个字，请拆分或精简。").format(item=item[:12], limit=MAX_ITEM), field=key
            )
    if len(kept) > LISTS[key]:
        raise Invalid(_("最多填写 {limit} 项。").format(limit=LISTS[key]), field=key)
    return kept


def institution_named(name: object) -> Institution | None:
    """The institution of that name, made when new; universities of the national list are recognised."""
    cleaned = normalise(name, "org").value
    if not cleaned:
        return None
    if len(cleaned) > 80:
        raise Invalid(_("单位名称超过 80 个字，请填写规范全称。"), field="institution")
    found = Institution.objects.filter(name=cleaned).first()
    if found:
        return found
    university = University.objects.filter(name=cleaned).first()
    return Institution.objects.get_or_create(
        name=cleaned, defaults={"university": university, "city": university.city if university else ""}
    )[0]


def check_fields(expert: Expert) -> None:
    """The columns' own rules (length, choices), as a refusal that names the field."""
    try:
        expert.clean_fields(exclude=["county", "user", "institution", "merged_into", "cooperation"])
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        raise Invalid(
            _("{name}：{text}").format(name=field_label(Expert, field), text=messages[0]), field=field
        ) from exc


def derive_name(expert: Expert) -> None:
    reading = name_pinyin(expert.name)
    expert.name_pinyin, expert.name_initials = reading.full[:100], reading.initials[:20]


def derive_search(expert: Expert, *, disciplines: Iterable[str] = (), achievements: Iterable[str] = ()) -> None:
    """One column of tokens in lower case, each after a space, so that both databases search alike."""
    reading = name_pinyin(expert.name)
    tokens = search_tokens(
        expert.name,
        expert.institution.name if expert.institution else "",
        expert.department,
        expert.title,
        expert.position,
        *expert.research_fields,
        *expert.honours,
        *disciplines,
        *achievements,
        expert.city,
    )
    expert.search_text = f" {reading.joined} {reading.initials} {tokens} {expert.code.casefold()} "


def refresh_search(expert: Expert) -> None:
    """Recompute ``search_text`` after a relation changed; the caller saves."""
    derive_search(
        expert,
        disciplines=expert.disciplines.values_list("name", flat=True),
        achievements=expert.achievements.values_list("title", flat=True),
    )


def announce(expert: Expert) -> None:
    outbox.emit("expert.changed", {"county_id": expert.county_id, "expert_ids": [expert.pk]})


def profile_touched(expert: Expert, verb: str, *, actor: Actor, data: dict[str, Any] | None = None) -> None:
    """A relation of the row changed: new version, fresh profile, audit, announcement."""
    refresh_search(expert)
    expert.version += 1
    expert.profile_updated_at = now()
    expert.save(update_fields=["search_text", "version", "profile_updated_at", "updated_at"])
    audit.record(expert, verb, actor=actor, data=data)
    announce(expert)
