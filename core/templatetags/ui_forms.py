"""Components of forms. Registered through ``ui``."""

from django import forms, template
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_filters.widgets import BooleanWidget

from core.templatetags.drawing import draw

register = template.Library()
PLAIN = (forms.CheckboxInput, forms.HiddenInput)
ISO_DAY, ISO_MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M"


def prepare(field):
    """Native pickers for dates, which Chinese formats would leave blank; but what a person typed wrongly is shown
    again, and a number input would swallow it."""
    widget = field.field.widget
    if str(widget.attrs.get("placeholder", "")) == str(field.label):
        del widget.attrs["placeholder"]  # the label stands above already
    if isinstance(widget, BooleanWidget | forms.NullBooleanSelect):
        widget.choices = [("", _("全部")), ("true", _("是")), ("false", _("否"))]
    widgets = getattr(widget, "widgets", [widget])
    for part in widgets:
        if isinstance(part, forms.NumberInput):
            part.input_type = "text"
            part.attrs.setdefault("inputmode", "decimal" if isinstance(field.field, forms.DecimalField) else "numeric")
            for needless in ("step", "min", "max"):
                part.attrs.pop(needless, None)
        elif isinstance(part, forms.DateInput) and part.input_type in ("text", "date"):
            part.input_type, part.format = "text" if field.errors else "date", ISO_DAY
        elif isinstance(part, forms.DateTimeInput) and part.input_type in ("text", "datetime-local"):
            part.input_type, part.format = "text" if field.errors else "datetime-local", ISO_MOMENT
        elif isinstance(part, forms.EmailInput | forms.URLInput):
            part.attrs.setdefault("spellcheck", "false")
    return widget


def control_class(widget):
    if isinstance(widget, forms.Select):
        return "form-select"
    if isinstance(widget, forms.ClearableFileInput | forms.FileInput):
        return "form-file"
    return "form-control"


@register.simple_tag
def control(field, small=False):
    """The input itself, dressed by its kind."""
    widget = prepare(field)
    classes = ["form-check-input" if isinstance(widget, forms.CheckboxInput) else control_class(widget)]
    if small:
        classes.append("is-small")
    given = widget.attrs.get("class")
    if given:
        classes.append(given)
    attrs = {"class": " ".join(classes)}
    if field.errors:
        attrs["aria-invalid"] = "true"
    if isinstance(widget, forms.Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows") if str(widget.attrs.get("rows")) != "10" else 4)
    return field.as_widget(attrs=attrs)


@register.filter
def field_kind(field):
    """choices, check, file, hidden, text or area: which row draws the field."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "area" if isinstance(widget, forms.Textarea) else "text"


@register.simple_tag(takes_context=True)
def field(context, field, unit="", example="", chips=False, help="", label="", hide_label=False):
    """One row of a form: label, control, help, errors."""
    return draw(
        context, "field", field=field, unit=unit or field.field.widget.attrs.get("data-unit", ""), example=example,
        chips=chips, help=help, label=label, hide_label=hide_label,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def form_errors(context, *subjects):
    """What has to be mended, with links to the fields. Takes forms and formsets."""
    forms_in = []
    for subject in subjects:
        forms_in += list(subject) if hasattr(subject, "management_form") else [subject]
    rows = [
        (bound.id_for_label or bound.auto_id, label_of(bound), error)
        for form in forms_in
        if form.is_bound
        for bound in form
        for error in bound.errors
    ]
    general = [error for form in forms_in if form.is_bound for error in form.non_field_errors()]
    general += [
        error for subject in subjects if hasattr(subject, "management_form") for error in subject.non_form_errors()
    ]
    return draw(context, "form_errors", rows=rows, general=general) if rows or general else ""


def label_of(bound):
    return bound.label or bound.name


@register.simple_tag(takes_context=True)
def formset(context, formset, add="", title=""):
    """Rows of small forms; a script adds rows, without it the extra ones serve."""
    return draw(context, "formset", formset=formset, add=add, title=title)


@register.simple_block_tag(takes_context=True)
def fieldset(context, content, title, help="", columns=1):
    return draw(context, "fieldset", content=content, title=title, help=help, columns=columns)


@register.simple_tag(takes_context=True)
def completeness(context, percent, missing=(), label=""):
    """How much of a record is filled in, and what is missing; an entry is a word or has ``label`` and ``url``."""
    rows = [entry if isinstance(entry, dict) else {"label": entry} for entry in missing]
    return draw(context, "completeness", percent=int(percent), missing=rows, label=label)


@register.simple_tag
def multiple(field):
    """The options of a choice of several, as ``(value, label, checked)``, and what its closed menu says."""
    value = field.value()
    chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value] if value else [])}
    options = [(code, label, str(code) in chosen) for code, label in field.field.choices if code not in (None, "")]
    names = [str(label) for _code, label, checked in options if checked]
    if not names:
        words = _("不限")
    elif len(names) == 1:
        words = names[0]
    else:
        words = _("{n} 项").format(n=len(names))
    return {"options": options, "words": words}


@register.filter
def is_multiple(field):
    return isinstance(field.field.widget, forms.SelectMultiple | forms.CheckboxSelectMultiple)


@register.filter
def counter_limit(field):
    return field.field.widget.attrs.get("maxlength") or getattr(field.field, "max_length", None) or ""


@register.simple_tag
def current_value(field):
    """How much of a counted text is used already."""
    value = field.value() or ""
    return format_html("{}", len(str(value)))
