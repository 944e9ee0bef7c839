"""Dates, amounts and lists in words. Registered through ``ui``."""

from datetime import UTC, datetime, time
from decimal import Decimal

from django import template
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import calendar
from core.templatetags.drawing import icon

register = template.Library()


def local_day(value):
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


@register.filter
def day(value):
    """2026年11月22日, 22 Nov 2026: the one form of a date on screen, from the catalogue."""
    value = local_day(value)
    return formats.date_format(value, _("Y年n月j日")) if value else "—"


@register.simple_tag
def today():
    """Today with its weekday."""
    return formats.date_format(timezone.localdate(), _("Y年n月j日 l"))


@register.filter
def short_day(value):
    """11-22, with its year when it is another one"""
    value = local_day(value)
    if not value:
        return "—"
    return value.strftime("%m-%d" if value.year == timezone.localdate().year else "%Y-%m-%d")


@register.filter
def moment(value):
    """2026年11月22日 09:05"""
    if not value:
        return "—"
    value = timezone.localtime(value)
    return f"{day(value)} {value:%H:%M}"


@register.filter
def ago(value):
    """How far from now, in one unit."""
    if not value:
        return ""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min, tzinfo=timezone.get_current_timezone())
    seconds = (timezone.now() - value).total_seconds()
    size = abs(seconds)
    if size < 60:
        return _("刚刚")
    if size < 3600:
        words = ngettext("{n} 分钟", "{n} 分钟", int(size // 60)).format(n=int(size // 60))
    elif size < 86400:
        words = ngettext("{n} 小时", "{n} 小时", int(size // 3600)).format(n=int(size // 3600))
    elif size < 86400 * 60:
        words = ngettext("{n} 天", "{n} 天", int(size // 86400)).format(n=int(size // 86400))
    else:
        words = ngettext("{n} 个月", "{n} 个月", int(size // 2629800)).format(n=int(size // 2629800))
    return (_("{words}前") if seconds > 0 else _("{words}后")).format(words=words)


def iso(value):
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


@register.simple_tag
def when(value, brief=False):
    """An absolute time, with the relative one beside it."""
    if not value:
        return "—"
    if isinstance(value, datetime):
        text = f"{short_day(value)} {timezone.localtime(value):%H:%M}" if brief else moment(value)
    else:
        text = short_day(value) if brief else day(value)
    return format_html(
        '<time datetime="{}">{}</time> <span class="soft nowrap">{}</span>', iso(value), text, ago(value)
    )


def late(count):
    return ngettext("已超 {n} 个工作日", "已超 {n} 个工作日", count).format(n=count)


@register.simple_tag
def due(value, brief=False):
    """A deadline with the working days that are left, toned by how near it is."""
    if not value:
        return "—"
    if isinstance(value, datetime):
        passed = value < timezone.now()
        value_day = local_day(value)
    else:
        passed, value_day = value < timezone.localdate(), value
    count = int(calendar.working_days_between(timezone.localdate(), value_day).value)
    if passed:
        tone, words = "danger", late(-count) if count < 0 else _("已到期")
    elif value_day == timezone.localdate():
        tone, words = "warning", _("今天到期")
    else:
        tone = "warning" if count <= 1 else "plain"
        words = ngettext("剩 {n} 个工作日", "剩 {n} 个工作日", count).format(n=count)
    text = short_day(value) if brief else day(value)
    mark = {"danger": "exclamation-circle-fill", "warning": "clock-fill", "plain": "clock"}[tone]
    return format_html(
        '<span class="due due-{}">{}<time datetime="{}">{}</time><span class="due-left">{}</span></span>',
        tone, icon(mark, size="small"), iso(value), text, words,
    )  # fmt: skip


@register.filter
def wan(value):
    """Yuan as 万元 with two decimals."""
    if value in (None, ""):
        return "—"
    amount = (Decimal(value) / 10000).quantize(Decimal("0.01"))
    return _("{amount} 万元").format(amount=f"{amount:,}", yuan=f"{Decimal(value):,.0f}")  # English counts in yuan


@register.filter
def thousands(value):
    return "—" if value in (None, "") else f"{value:,}"


@register.filter
def dash(value):
    return "—" if value in (None, "", [], ()) else value


@register.filter
def joined(values, separator=""):
    """A list in one line, in the manner of the language."""
    parts = [conditional_escape(value) for value in values or ()]
    return SafeString((separator or _("、")).join(parts)) if parts else "—"


@register.filter
def field_label(obj, name):
    return obj._meta.get_field(name).verbose_name


@register.filter
def item(mapping, key):
    """``mapping[key]`` for a key that is only known while drawing."""
    return (mapping or {}).get(key, "")
