from dataclasses import asdict

from django import forms
from django.utils.translation import gettext_lazy as _

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
