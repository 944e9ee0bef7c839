"""Components of register lists: filters, sorting, selection, pages. Registered through ``ui``."""

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.listing import COLUMNS_PARAMETER, query_with
from core.templatetags.drawing import draw

register = template.Library()
ORDERING, PAGE, SEARCH = "ordering", "page", ("search", "q")
RANGE_ENDINGS = ("", "_min", "_max", "_after", "_before")


def params_of(context):
    request = context.get("request")
    return request.GET if request is not None else QueryDict()


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """This page's query with changes: None removes, a list replaces."""
    return query_with(params_of(context), **changes)


# --- filters
@register.simple_tag(takes_context=True)
def filter_bar(context, filterset, primary="", target="results", action="", placeholder=""):
    """A FilterSet as one row, the rest behind 更多, and the active ones as chips that go away by a click."""
    form = filterset.form
    names = [name for name in form.fields if name != ORDERING]
    first = [name for name in primary.split(",") if name in names] or names[:4]
    rest = [name for name in names if name not in first]
    params = params_of(context)
    chips = active_filters(filterset, params)
    shown = {chip["name"] for chip in chips}
    kept = [
        (name, value) for name in (ORDERING, COLUMNS_PARAMETER, "view") for value in params.getlist(name)
    ]  # what the bar must not lose
    return draw(
        context, "filter_bar", form=form, target=target, action=action, chips=chips, kept=kept,
        search=next((form[name] for name in first if name in SEARCH), None), placeholder=placeholder,
        first=[form[name] for name in first if name not in SEARCH], rest=[form[name] for name in rest],
        rest_open=any(name in shown for name in rest), rest_count=sum(name in shown for name in rest),
        clear=query_with(params, **dict.fromkeys([*keys_of(names, params), PAGE])),
    )  # fmt: skip


def keys_of(names, params):
    return [key for key in params if any(key == name + ending for name in names for ending in RANGE_ENDINGS)]


def active_filters(filterset, params):
    """One chip per value in force: ``{name, label, value, url}``."""
    form = filterset.form
    if not filterset.is_bound or not form.is_valid():
        return []
    chips = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name == ORDERING or value in (None, "", [], ()) or (hasattr(value, "exists") and not value):
            continue
        label = field.label or name
        chosen = params.getlist(name)
        if len(chosen) > 1:
            for one in chosen:
                others = [other for other in chosen if other != one]
                url = query_with(params, **{name: others, PAGE: None})
                chips.append({"name": name, "label": label, "value": choice_word(field, one), "url": url})
            continue
        gone = dict.fromkeys([*keys_of([name], params), PAGE])
        words = value_words(field, value)
        chips.append({"name": name, "label": label, "value": words, "url": query_with(params, **gone)})
    return chips


def choice_word(field, value):
    for code, word in getattr(field, "choices", ()):
        if str(code) == str(value):
            return word
    return value


def value_words(field, value):
    if isinstance(value, slice):
        start, stop = (day_word(part) for part in (value.start, value.stop))
        return f"{start or '…'} – {stop or '…'}"
    if value in (True, False):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple) or hasattr(value, "exists"):
        return _("、").join(str(choice_word(field, one)) for one in value)
    return choice_word(field, value)


def day_word(value):
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else value


@register.simple_tag(takes_context=True)
def view_tabs(context, items, save_url="", page=""):
    return draw(context, "view_tabs", items=items, save_url=save_url, page=page, query=params_of(context).urlencode())


@register.simple_tag(takes_context=True)
def tabs(context, items, label=""):
    return draw(context, "tabs", items=items, label=label)


@register.simple_tag(takes_context=True)
def column_chooser(context, columns):
    params = params_of(context)
    kept = [(name, value) for name in params if name not in (COLUMNS_PARAMETER, PAGE) for value in params.getlist(name)]
    return draw(context, "column_chooser", columns=list(columns), kept=kept)


# --- tables
@register.simple_block_tag(takes_context=True)
def table(context, content, caption="", keys=False, ledger=False, stack=True, sticky=True, id=""):
    return draw(
        context, "table", content=content, caption=caption, keys=keys, ledger=ledger, stack=stack, sticky=sticky, id=id
    )


@register.simple_tag(takes_context=True)
def sort_th(context, name, label, num=False, descending=False):
    """A header that sorts; ``descending`` for columns whose first use is largest first."""
    params = params_of(context)
    now = params.get(ORDERING, "")
    up, down = name, f"-{name}"
    state = "ascending" if now == up else "descending" if now == down else "none"
    following = (down if now == up else up) if not descending else (up if now == down else down)
    return draw(
        context, "sort_th", label=label, num=num, state=state, url=query_with(params, ordering=following, page=None)
    )


@register.simple_tag
def select_all(label=""):
    return format_html(
        '<th scope="col" class="check-cell"><input type="checkbox" class="form-check-input" data-select-all '
        'aria-label="{}"></th>',
        label or _("选择本页全部"),
    )


@register.simple_tag
def select_row(value, label, name="codes", checked=False):
    return format_html(
        '<td class="check-cell"><input type="checkbox" class="form-check-input" data-select-row name="{}" value="{}" '
        'aria-label="{}"{}></td>',
        name, value, _("选择 {label}").format(label=label), format_html(" checked") if checked else "",
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def bulk_bar(context, content, unit="", text=""):
    """Appears when rows are selected; says how many, and on hover or focus of a button what it will do to them."""
    return draw(context, "bulk_bar", content=content, unit=unit or _("项"), text=text)


@register.simple_tag(takes_context=True)
def result_count(context, total, unit="", text=""):
    return draw(context, "result_count", total=total, unit=unit or _("条"), text=text)


@register.simple_tag(takes_context=True)
def pager(context, page_obj, target="results", label=""):
    params = params_of(context)
    numbers = [
        {"number": number, "url": query_with(params, page=number) if isinstance(number, int) else ""}
        for number in page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    ]
    previous, following = page_obj.has_previous(), page_obj.has_next()
    return draw(
        context, "pager", page_obj=page_obj, numbers=numbers, target=target, label=label,
        previous=query_with(params, page=page_obj.number - 1) if previous else "",
        following=query_with(params, page=page_obj.number + 1) if following else "",
    )  # fmt: skip
