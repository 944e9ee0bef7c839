"""Components of people, needs, firms and their matching. They read attributes only, so they know no app's models.
Registered through ``ui``."""

import re

from django import template
from django.utils.html import format_html, format_html_join

from core.templatetags.drawing import draw, trimmed

register = template.Library()


# --- cards
def person_values(expert, href, options):
    return {
        "expert": expert,
        "href": href,
        "name": options.pop("name", "") or expert.name,
        "institution": options.pop("institution", None) or getattr(expert, "institution", ""),
        "klass": options.pop("class", ""),
        **options,
    }


@register.simple_tag(takes_context=True)
def person(context, expert, href="", **options):
    return draw(context, "person", **person_values(expert, href, options))


@register.simple_block_tag(takes_context=True)
def person_card(context, content, expert, href="", **options):
    return draw(context, "person", content=trimmed(content), **person_values(expert, href, options))


@register.simple_tag(takes_context=True)
def need_card(context, need, href="", **options):
    return draw(context, "need", need=need, href=href, klass=options.pop("class", ""), **options)


@register.simple_block_tag(takes_context=True)
def need_box(context, content, need, href="", **options):
    return draw(
        context, "need", content=trimmed(content), need=need, href=href, klass=options.pop("class", ""), **options
    )


@register.simple_tag(takes_context=True)
def firm(context, enterprise, href=""):
    return draw(context, "firm", enterprise=enterprise, href=href)


# --- terms that matched
@register.simple_tag
def mark(text, terms):
    """``text`` with every occurrence of ``terms`` marked, the longest first. A term is a word, or has ``term`` and
    ``n``: equal numbers in two texts light up together."""
    pairs = [(entry["term"], entry.get("n", "")) if isinstance(entry, dict) else (entry, "") for entry in terms or ()]
    numbers = {term.casefold(): number for term, number in pairs if term}
    if not numbers or not text:
        return format_html("{}", text or "")
    pattern = "|".join(re.escape(term) for term in sorted(numbers, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return format_html_join("", "{}", ((marked(piece, numbers, index),) for index, piece in enumerate(pieces)))


def marked(piece, numbers, index):
    return mark_tag(piece, numbers.get(piece.casefold(), "")) if index % 2 else piece


def mark_tag(text, number):
    if number == "":
        return format_html("<mark>{}</mark>", text)
    return format_html('<mark data-link="{}">{}</mark>', number, text)


@register.simple_tag
def mark_spans(text, spans):
    """``text`` with the given ``(start, end, n)`` marked; an overlapping later span is cut to what is left."""
    pieces, at = [], 0
    for start, end, number in sorted(spans or ()):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        pieces += [text[at:start], mark_tag(text[start:end], number)]
        at = end
    return format_html_join("", "{}", ((piece,) for piece in (*pieces, text[at:])))


# --- the parts of a score
BAR_WIDTH, PART_COLOURS = 400, 5


@register.simple_tag(takes_context=True)
def score_bar(context, parts, total=None, compact=False, label=""):
    """One bar whose parts add up: what counts for, then what counts against, and the sum beneath."""
    rows = [{"label": part["label"], "value": float(part["value"]), "help": part.get("help", "")} for part in parts]
    whole = sum(abs(row["value"]) for row in rows) or 1
    at, colour = 0.0, 0
    for row in sorted(rows, key=lambda row: row["value"] < 0):
        row["x"], row["width"] = round(at, 2), round(abs(row["value"]) / whole * BAR_WIDTH, 2)
        at += row["width"]
        if row["value"] < 0:
            row["part"] = "minus"
        else:
            colour = colour % PART_COLOURS + 1
            row["part"] = str(colour)
    return draw(
        context, "score_bar", parts=rows, total=sum(row["value"] for row in rows) if total is None else total,
        compact=compact, width=BAR_WIDTH, label=label,
    )  # fmt: skip
