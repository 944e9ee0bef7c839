from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Every form is drawn by our own row component."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
