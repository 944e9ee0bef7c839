from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Chain


class ChainForm(forms.Form):
    name = forms.CharField(label=_("产业链"), max_length=40)
    group = forms.CharField(
        label=_("分组"),
        max_length=40,
        required=False,
        help_text=_("如：主导产业、特色产业"),
    )
    description = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, groups=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.groups = groups
        if groups:
            self.fields["group"].widget.attrs["list"] = "chain-groups"


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(Chain.objects.none(), label=_("并入"), to_field_name="code", empty_label=_("请选择"))

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = others


class ParkForm(forms.Form):
    name = forms.CharField(label=_("园区"), max_length=60)
    kind = forms.CharField(
        label=_("类别"), max_length=40, required=False, help_text=_("如：省级开发区、化工园区、特色园区")
    )


class SuccessorForm(forms.Form):
    successor = forms.CharField(
        label=_("现行区划代码"),
        max_length=9,
        help_text=_("县区 6 位，镇街 9 位。以民政部门公布的代码为准"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
