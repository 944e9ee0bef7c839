"""Parts of the page frame. Registered through ``ui``."""

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html

from core.templatetags.drawing import trimmed

register = template.Library()


@register.simple_tag(takes_context=True)
def same_as(context, name):
    """What the block ``name`` of this page holds: the title serves as heading unless a page says otherwise."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return trimmed(block.nodelist.render(context)) if block else ""


@register.simple_block_tag
def filled(content, element, classes):
    """An element around ``content``, or nothing at all when there is none."""
    content = trimmed(content)
    return format_html('<{0} class="{1}">{2}</{0}>', element, classes, content) if content else ""


@register.simple_tag(takes_context=True)
def with_current(context, items):
    """Navigation entries with the one whose address is the longest beginning of this page's marked ``current``."""
    request = context.get("request")
    path, key = getattr(request, "path", ""), context.get("nav_key")
    items = list(items or ())
    if key:
        best = next((item for item in items if item.get("key") == key), None)
    else:
        fitting = [item for item in items if is_under(path, item["url"].split("?")[0])]
        best = max(fitting, key=lambda item: len(item["url"]), default=None)
    return [{**item, "current": item is best} for item in items]


def is_under(path, url):
    return path == url or (url != "/" and path.startswith(url))


@register.simple_tag
def crumb(label, url=""):
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)
