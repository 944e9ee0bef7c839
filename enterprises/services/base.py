"""What the writes of the register share: the lock, cleaning, the derived columns, the announcement."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from core import outbox
from core.actor import Actor
from core.codes import check_credit_code
from core.errors import Invalid, Refusal, require
from core.labels import field_label
from core.models import Chain
from core.pinyin import text_pinyin
from core.text import normalise, parse_phone, reason_text, remedy_text, search_tokens
from core.workflow import locked as lock_row
from enterprises.enums import Qualification
from enterprises.models import Enterprise

LINES = frozenset({"main_products", "address", "contact_name", "contact_post"})
PLAIN = frozenset({"town", "park", "industry", "size", "founded_on", "email"})
EDITABLE = LINES | PLAIN | {"name", "credit_code", "chains", "qualifications", "phone", "remarks"}
# Written by the office alone: the firm does not read them either.
OFFICE_FIELDS = frozenset({"remarks"})
# What a verification stands on: when the firm changes it, the office looks again.
VERIFIED_FIELDS = frozenset({"name", "credit_code"})
MIN_NAME = 4


def locked(enterprise_id: int, actor: Actor, check: Callable[[Actor, Enterprise], Refusal | None]) -> Enterprise:
    """The row under lock, once ``check`` allows it. Raises ``Enterprise.DoesNotExist`` outside the actor's scope."""
    enterprise: Enterprise = lock_row(actor.scope(Enterprise.objects), pk=enterprise_id)
    require(check(actor, enterprise))
    return enterprise


def clean_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values a row may take, through the one intake normaliser. Raises ``Invalid`` naming the field."""
    unknown = set(values) - EDITABLE
    if unknown:
        raise Invalid(_("不能修改的字段：{names}").format(names=_("、").join(sorted(unknown))), code="unknown_field")
    cleaned: dict[str, Any] = {}
    for key, value in values.items():
        if key == "name":
            cleaned[key] = normalise(value, "org").value
        elif key in LINES:
            cleaned[key] = normalise(value, "line").value
        elif key == "remarks":
            cleaned[key] = normalise(value, "text").value
        elif key == "credit_code":
            cleaned[key] = _parsed(check_credit_code(value), key)
        elif key == "phone":
            cleaned[key] = _parsed(parse_phone(value), key)
        elif key == "qualifications":
            cleaned[key] = [choice for choice in Qualification.values if choice in set(value or ())]
        else:
            cleaned[key] = value
    if "name" in cleaned and not MIN_NAME <= len(cleaned["name"]) <= 100:
        raise Invalid(_("请填写营业执照上的企业全称，4 至 100 个字。"), code="name_format", field="name")
    if cleaned.get("founded_on") and cleaned["founded_on"] > localdate():
        raise Invalid(_("成立日期不能晚于今天，请核对年份。"), code="date_range", field="founded_on")
    return cleaned


def _parsed(parsed: Any, field: str) -> str:
    if parsed.error:
        raise Invalid(
            _("{reason}。{remedy}。").format(reason=reason_text(parsed.error), remedy=remedy_text(parsed.error)),
            code=parsed.error,
            field=field,
        )
    return parsed.value or ""


def check_places(enterprise: Enterprise, chains: Iterable[Chain] | None) -> None:
    """Town, park and chains are the county's own."""
    if enterprise.town and enterprise.town.parent_id != enterprise.county_id:
        raise Invalid(_("镇街不属于本县，请重新选择。"), code="foreign_town", field="town")
    if enterprise.park and enterprise.park.county_id != enterprise.county_id:
        raise Invalid(_("园区不属于本县，请重新选择。"), code="foreign_park", field="park")
    if any(chain.county_id != enterprise.county_id for chain in chains or ()):
        raise Invalid(_("只能选择本县的产业链。"), code="foreign_chain", field="chains")


def check_fields(enterprise: Enterprise) -> None:
    """The columns' own rules (length, choices), as a refusal that names the field."""
    try:
        enterprise.clean_fields(exclude=["county", "officer", "merged_into", "qualifications"])
    except ValidationError as exc:
        field, messages = next(iter(exc.message_dict.items()))
        label = field_label(Enterprise, field)
        raise Invalid(_("{name}：{text}").format(name=label, text=messages[0]), field=field) from exc


def derive(enterprise: Enterprise) -> None:
    """Sorting and searching: the same on every database. Words in lower case, each after a space."""
    reading = text_pinyin(enterprise.name)
    enterprise.name_pinyin = reading.full[:300]
    tokens = search_tokens(enterprise.name, enterprise.main_products, enterprise.address)
    enterprise.search_text = f" {reading.joined} {reading.initials} {tokens} {enterprise.code.casefold()} "


def officer_of_county(officer_id: int, county_id: int) -> User:
    """The person named, when staff or admin of the county."""
    officer = User.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None or not officer.has_role(Role.STAFF, Role.ADMIN, county_id=county_id):
        raise Invalid(_("帮办专员须是本县在岗的工作人员。"), code="not_staff", field="officer")
    return officer


def announce(enterprise: Enterprise) -> None:
    outbox.emit("enterprise.changed", {"county_id": enterprise.county_id, "enterprise_ids": [enterprise.pk]})
