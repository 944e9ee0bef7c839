"""The components of every page (a template builtin: nothing to load). Shown with their states on /styleguide/."""

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from core import wording
from core.templatetags import ui_forms, ui_lists, ui_matching, ui_page, ui_values
from core.templatetags.drawing import asset, draw, icon, trimmed

register = template.Library()
for _module in (ui_forms, ui_lists, ui_matching, ui_page, ui_values):
    register.tags.update(_module.register.tags)
    register.filters.update(_module.register.filters)


register.simple_tag(asset)
register.simple_tag(icon)


# --- buttons and links
def attributes(extra):
    """``hx_post=url`` → ``hx-post="url"``; what is empty or False is left out."""
    values = {name.replace("_", "-"): value for name, value in extra.items() if value not in ("", None, False)}
    return flatatt(values)


BUTTON_CLASSES = {
    "primary": "btn btn-primary",
    "default": "btn btn-default",
    "danger": "btn btn-danger",
    "quiet": "btn btn-quiet",
    "link": "btn btn-link",
}


@register.simple_tag(takes_context=True)
def button(context, label, kind="default", icon="", href="", size="", disabled="", busy=False, **extra):
    """A button, or a link that looks like one. ``disabled`` holds the reason, which is shown and read out."""
    classes = [BUTTON_CLASSES[kind], f"btn-{size}" if size else "", extra.pop("class", "")]
    confirm = extra.pop("confirm", "")
    if confirm:
        extra |= {"data_confirm": confirm, "data_confirm_label": extra.pop("confirm_label", "") or label}
        if kind == "danger":
            extra["data_confirm_tone"] = "danger"
    kind_of_button = extra.pop("type", "submit")
    return draw(
        context,
        "button",
        label=label,
        icon=icon,
        href="" if disabled else href,
        type=kind_of_button,
        classes=" ".join(filter(None, classes)),
        attributes=attributes(extra),
        reason="" if disabled is True else disabled,
        disabled=bool(disabled),
        busy=busy,
    )


@register.simple_tag(takes_context=True)
def post_button(context, label, url, kind="default", icon="", size="", confirm="", disabled="", **hidden):
    """A button with its own form: something changes, so it is a POST. Other keywords become hidden inputs."""
    return draw(
        context, "post_button", label=label, url=url, kind=kind, icon=icon, size=size, confirm=confirm,
        disabled=disabled, hidden=hidden.items(),
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def menu(context, content, label="", icon="three-dots", kind="default", hide_label=False):
    return draw(
        context, "menu", content=content, label=label, icon=icon, classes=BUTTON_CLASSES[kind], hide_label=hide_label
    )


@register.simple_tag(takes_context=True)
def menu_link(context, label, url, icon="", post=False, confirm="", current=False, **hidden):
    return draw(
        context, "menu_link", label=label, url=url, icon=icon, post=post, confirm=confirm, current=current,
        hidden=hidden.items(),
    )  # fmt: skip


# --- badges
@register.simple_tag
def status(subject, kind="", label="", field="status"):
    """``subject``: an object with a status column, or a code with its ``label``."""
    value = getattr(subject, field, subject)
    if not label:
        display = getattr(subject, f"get_{field}_display", None)
        label = display() if display else getattr(value, "label", value)
    tone = wording.tone(getattr(value, "value", value))
    return format_html(
        '<span class="badge-status tone-{}">{}{}</span>', tone, icon(wording.TONE_ICONS[tone], size="small"), label
    )


@register.simple_tag
def band(code):
    """One of the four steps of a match, with its word: never colour alone."""
    code = str(code)
    word = wording.BANDS.get(code)
    if word is None:
        return ""
    steps = wording.BAND_STEPS[code]
    bars = format_html_join(
        "", '<i class="band-bar{}"></i>', ((" is-on" if step <= steps else "",) for step in range(1, 5))
    )
    return format_html(
        '<span class="band band-{}"><span class="band-bars" aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span>{}</span>',
        code, bars, _("匹配程度："), word,
    )  # fmt: skip


@register.simple_tag
def tag(label, tone="", icon_name="", **extra):
    drawing = extra.get("icon") or icon_name
    return format_html(
        '<span class="tag{}">{}{}</span>', f" tone-{tone}" if tone else "", icon(drawing) if drawing else "", label
    )


@register.simple_tag
def kbd(*keys):
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys))


@register.simple_tag
def copy(text, label=""):
    """A code to read out or paste, with a button that copies it."""
    return format_html(
        '<span class="copy"><span class="mono">{}</span><button type="button" class="copy-button" data-copy="{}" '
        'aria-label="{}">{}</button></span>',
        text, text, label or _("复制 {text}").format(text=text), icon("copy"),
    )  # fmt: skip


# --- boxes
@register.simple_block_tag(takes_context=True)
def card(context, content, title="", icon="", count=None, tone="", href="", link="", id="", flush=False, heading=2,
         klass="", **extra):  # fmt: skip
    return draw(
        context, "card", content=content, title=title, icon=icon, count=count, tone=tone, href=href,
        link=link or _("查看全部"), id=id, flush=flush, heading=heading, klass=extra.get("class", klass),
    )  # fmt: skip


NOTICE_ICONS = {"info": "info-circle-fill"}


@register.simple_block_tag(takes_context=True)
def notice(context, content, tone="info", title="", role=""):
    return draw(
        context,
        "notice",
        content=content,
        tone=tone,
        title=title,
        role=role,
        icon=NOTICE_ICONS.get(tone) or wording.TONE_ICONS[tone],
    )


@register.simple_block_tag
def facts(content, columns=2):
    return format_html('<dl class="facts facts-{}">{}</dl>', columns, content)


@register.simple_block_tag
def fact(content, label, wide=False, help=""):
    return format_html(
        '<div class="fact{}"><dt>{}</dt><dd>{}{}</dd></div>',
        " fact-wide" if wide else "",
        label,
        trimmed(content) or "—",
        format_html('<span class="fact-help">{}</span>', help) if help else "",
    )


@register.simple_block_tag(takes_context=True)
def empty(context, content, title="", text="", icon="inbox", small=False, heading=0):
    return draw(
        context, "empty", content=trimmed(content), title=title, text=text, icon=icon, small=small, heading=heading
    )


@register.simple_block_tag(takes_context=True)
def more(context, content, label, open=False):
    return draw(context, "more", content=content, label=label, open=open)


# --- what happened and what is due
@register.simple_tag(takes_context=True)
def timeline(context, events, title="", limit=0):
    rows = [
        {
            "event": event,
            "verb": wording.verb_word(event.object_type, event.verb),
            "old": wording.status_word(event.object_type, event.old),
            "new": wording.status_word(event.object_type, event.new),
            "tone": wording.tone(event.new) if event.new else "neutral",
        }
        for event in (events[:limit] if limit else events)
    ]
    return draw(context, "timeline", rows=rows, title=title)


@register.simple_tag(takes_context=True)
def due_list(context, items, empty=""):
    return draw(context, "due_list", items=items, empty=empty or _("今天没有要办的事。"))


@register.simple_tag(takes_context=True)
def stat(context, label, value, unit="", href="", trend=None, trend_text="", series=(), tone=""):
    """A number that opens its rows; ``series`` is a small line of what led to it."""
    return draw(
        context, "stat", label=label, value=value, unit=unit, href=href, trend=trend, trend_text=trend_text,
        points=spark_points(series), tone=tone,
        direction="" if trend is None else "up" if trend > 0 else "down" if trend < 0 else "flat",
        trend_size=abs(trend) if trend is not None else None,
    )  # fmt: skip


def spark_points(series, width=72, height=20):
    values = [float(value) for value in series]
    if len(values) < 2:
        return ""
    low, spread = min(values), (max(values) - min(values)) or 1
    step = width / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{height - 1 - (value - low) / spread * (height - 2):.1f}"
        for index, value in enumerate(values)
    )


@register.simple_tag(takes_context=True)
def progress(context, job, url="", done_url="", then="", title=""):
    """Long work: asks ``url`` every two seconds until it is finished. Any object with ``status`` and counts."""
    finished = str(job.status) in {"done", "complete", "failed", "error", "cancelled", "undone"}
    total = getattr(job, "total_count", 0) or 0
    return draw(
        context, "progress", job=job, url=url, done_url=done_url, then=then, finished=finished,
        failed=str(job.status) in {"failed", "error"}, total=total, done=getattr(job, "done_count", 0) or 0,
        percent=getattr(job, "percent", 0), title=title or getattr(job, "title", ""),
        message=getattr(job, "message", ""), error=getattr(job, "error", ""),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def steps(context, items, current=1):
    return draw(context, "steps", items=items, current=current)


@register.simple_tag(takes_context=True)
def masked(context, value, url="", label="", revealed=False):
    return draw(context, "masked", value=value, url=url, label=label, revealed=revealed)
