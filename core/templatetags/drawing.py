"""What tags are drawn with: a component's template, a file's address, an icon."""

from functools import lru_cache

from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


def trimmed(content):
    """Rendered ``content`` of a block tag without the space around it; ``strip`` alone would lose that it is safe."""
    return SafeString(content.strip())


def draw(context, name, /, **values):
    """``components/<name>.html`` with ``values`` alone, plus what forms and links need."""
    inner = context.new(values)
    for carried in ("csrf_token", "request"):
        if carried in context:
            inner[carried] = context[carried]
    return context.template.engine.get_template(f"components/{name}.html").render(inner)


@lru_cache(maxsize=64)
def asset(path):
    """The address of a static file; of one that was not fetched too, so that the page still stands as plain HTML."""
    try:
        return static(path)
    except ValueError:  # not in the manifest
        return staticfiles_storage.base_url + path


def icon(name, label="", size=""):
    """A drawing beside a word; ``label`` when it stands alone."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        spoken,
        asset("vendor/icons.svg"),
        name,
    )
