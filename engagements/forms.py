from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.enums import DeclineReason, NotSelectedReason


class OfferForm(forms.Form):
    message = forms.CharField(
        label=_("致专家的话"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("随邀请一起发出，请不要写企业名称。"),
    )


class AcceptForm(forms.Form):
    note = forms.CharField(
        label=_("接单说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("可写初步思路、能提供的支持和希望企业准备的资料，可不填。"),
    )


class DeclineForm(forms.Form):
    code = forms.ChoiceField(label=_("婉拒原因"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("补充说明"), required=False, max_length=300)
    colleague = forms.CharField(
        label=_("推荐同事"), required=False, max_length=100, help_text=_("姓名和单位，人才办会另行联系，可不填。")
    )


class RefuseForm(forms.Form):
    code = forms.ChoiceField(
        label=_("未选中原因"), choices=NotSelectedReason.choices[:-1], widget=forms.RadioSelect
    )  # the last one is the clock's
    reason = forms.CharField(label=_("补充说明"), required=False, max_length=300)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=300, help_text=_("对方会看到。"))
