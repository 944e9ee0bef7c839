from dataclasses import asdict

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise, Need
from experts.models import Expert
from matching.engine.config import STRUCTURE_BOUND, StructureWeights
from matching.enums import BlockReason


class BlockForm(forms.Form):
    reason_code = forms.ChoiceField(label=_("屏蔽的理由"), choices=BlockReason.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("补充说明"), required=False, max_length=200)


class WeightsForm(forms.Form):
    """The county's weights of the structured part; together at most the engine's bound."""

    LABELS = {
        "chain": _("同产业链"),
        "tie": _("籍贯与乡情"),
        "load": _("在办负荷（减分）"),
        "freshness": _("资料陈旧（减分）"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, value in asdict(StructureWeights()).items():
            self.fields[name] = forms.FloatField(
                label=self.LABELS[name],
                min_value=0,
                max_value=STRUCTURE_BOUND,
                initial=value,
                widget=forms.NumberInput(attrs={"step": "0.01"}),
            )

    def clean(self):
        data = super().clean()
        if len(data) == len(self.fields) and sum(data.values()) > STRUCTURE_BOUND + 1e-9:
            raise forms.ValidationError(
                _("四项权重之和不能超过 {bound}，现在是 {total}。").format(
                    bound=STRUCTURE_BOUND, total=round(sum(data.values()), 3)
                )
            )
        return data


class PreviewForm(forms.Form):
    """The need whose first ten are shown under the entered weights."""

    need = forms.ModelChoiceField(
        Need.objects.none(), label=_("预览哪项需求"), to_field_name="code", empty_label=_("请选择"), required=False
    )

    def __init__(self, *args, needs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = needs
        self.fields["need"].label_from_instance = lambda need: f"{need.title} · {need.enterprise.name}"


def suggesting(name):
    """A line whose suggestions come while one types; without scripts it is a plain line."""
    return forms.TextInput(
        attrs={
            "autocomplete": "off",
            "list": f"{name}-names",
            "hx-get": reverse_lazy("matching:recusal-names"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": f"#{name}-names",
        }
    )


class RecusalForm(forms.Form):
    """Both are named by name or by code; a name that several bear is told apart by the code."""

    enterprise = forms.CharField(
        label=_("企业"), max_length=100, help_text=_("填写企业名称或编号"), widget=suggesting("enterprise")
    )
    expert = forms.CharField(
        label=_("专家"), max_length=100, help_text=_("填写专家姓名或编号"), widget=suggesting("expert")
    )
    reason = forms.CharField(label=_("回避的关系"), max_length=200, help_text=_("如：同一单位、亲属、持股、竞争关系"))

    def __init__(self, *args, user, county_ids, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.county_ids = user, county_ids

    def clean_enterprise(self):
        found = Enterprise.objects.visible_to(self.user).active().filter(county__in=self.county_ids)
        return self._one(found, self.cleaned_data["enterprise"], _("本县没有在册企业“{text}”。"))

    def clean_expert(self):
        found = Expert.objects.visible_to(self.user).active().filter(county__in=self.county_ids)
        return self._one(found, self.cleaned_data["expert"], _("本县没有在库专家“{text}”。"))

    def clean(self):
        data = super().clean()
        firm, expert = data.get("enterprise"), data.get("expert")
        if firm and expert and firm.county_id != expert.county_id:
            raise forms.ValidationError(_("企业和专家须登记在同一个县。"))
        return data

    @staticmethod
    def _one(rows, text, missing):
        found = list(rows.filter(code=text)[:1]) or list(rows.filter(name=text).order_by("pk")[:6])
        if not found:
            raise forms.ValidationError(str(missing).format(text=text[:40]))
        if len(found) > 1:
            codes = "、".join(row.code for row in found)
            raise forms.ValidationError(
                _("有 {number} 条同名，请改填编号：{codes}").format(number=len(found), codes=codes)
            )
        return found[0]
