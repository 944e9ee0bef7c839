from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Region
from reports.enums import Ledger


class ExportForm(forms.Form):
    ledger = forms.ChoiceField(label=_("台账"), choices=Ledger.choices)
    county = forms.ModelChoiceField(label=_("统计范围"), queryset=Region.objects.none(), to_field_name="code")
    unit = forms.CharField(label=_("填报单位"), required=False, max_length=80)
    period = forms.CharField(
        label=_("统计周期"), required=False, max_length=80, help_text=_("如：2026年1月至11月；不填则留空")
    )
    prepared_by = forms.CharField(label=_("制表人"), required=False, max_length=80)
    reviewed_by = forms.CharField(label=_("审核人"), required=False, max_length=80)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        counties = Region.objects.filter(pk__in=user.county_ids()).order_by("code")
        self.fields["county"].queryset = counties
        self.fields["county"].initial = counties.first().code if counties else None
        self.fields["prepared_by"].initial = str(user)
