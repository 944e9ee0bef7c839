"""The need form contract: what reviewers and the engine both need, asked in the words of a workshop."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Cooperation, Source
from core.models import Chain
from enterprises.enums import Confidentiality, NeedType, Urgency
from enterprises.forms import LineField, TextField, WanField, firms_to_post
from enterprises.models import Enterprise, Need
from enterprises.services.needs import CONSTRAINT_KEYS, LIMITS, MAX_CONSTRAINT, MAX_TARGETS, TARGET_KEYS

LATEST = date(2099, 12, 31)
STORED = (
    "title", "types", "chain", "sub_field", "situation", "tried", "is_onsite_possible", "budget_min", "budget_max",
    "bounty", "cooperation", "seats", "deadline", "urgency", "ip_expectation", "decision_maker", "confidentiality",
    "blind_title", "summary",
)  # fmt: skip


class NewNeedForm(forms.Form):
    """The first step asks one thing: what is the trouble. Everything else is asked on a draft that saves itself."""

    enterprise = forms.ModelChoiceField(
        Enterprise.objects.none(), label=_("企业"), to_field_name="code", empty_label=_("请选择企业")
    )
    title = LineField(label=_("要解决什么问题"), max_length=40, help_text=_("一句话说清对象和目标，40 字以内"))
    source = forms.ChoiceField(
        label=_("来源"), required=False, widget=forms.RadioSelect,
        choices=[(value, Source(value).label) for value in (Source.STAFF, Source.VISIT, Source.CONFERENCE)],
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = firms_to_post(user)
        if not user.is_office:
            del self.fields["source"]
            if len(firms := list(self.fields["enterprise"].queryset[:2])) == 1:
                self.fields["enterprise"].initial = firms[0].code
                self.fields["enterprise"].widget = forms.HiddenInput()
        elif not self.is_bound:
            self.fields["source"].initial = Source.STAFF


class NeedForm(forms.Form):
    title = LineField(label=_("需求名称"), max_length=40, help_text=_("说清对象和目标，40 字以内"))
    types = forms.MultipleChoiceField(
        label=_("需求类型"), choices=NeedType.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("可多选"),
    )  # fmt: skip
    chain = forms.ModelChoiceField(Chain.objects.none(), label=_("产业链"), required=False, empty_label=_("未选择"))
    sub_field = LineField(label=_("细分领域"), max_length=60, required=False, help_text=_("如：废气治理、模具、烘干"))
    situation = TextField(
        label=_("现状与问题"), max_length=LIMITS["situation"], required=False, rows=8,
        help_text=_("用什么设备和工艺、出了什么毛病、有多严重、影响什么。写清数字，专家最看重这一栏"),
    )  # fmt: skip
    tried = TextField(
        label=_("已尝试的办法"), max_length=LIMITS["tried"], required=False, rows=3,
        help_text=_("试过什么、效果如何、为什么没用，免得专家走弯路"),
    )  # fmt: skip
    equipment = TextField(label=_("设备"), max_length=MAX_CONSTRAINT, required=False, rows=2)
    cost = TextField(label=_("成本"), max_length=MAX_CONSTRAINT, required=False, rows=2)
    environment = TextField(label=_("环保与安全"), max_length=MAX_CONSTRAINT, required=False, rows=2)
    period = TextField(label=_("周期"), max_length=MAX_CONSTRAINT, required=False, rows=2)
    is_onsite_possible = forms.BooleanField(label=_("欢迎专家到现场"), required=False)
    budget_min = WanField(label=_("拟投入，最少"))
    budget_max = WanField(label=_("拟投入，最多"), help_text=_("大致范围即可，不作为承诺"))
    bounty = WanField(label=_("悬赏"), help_text=_("解决后另付的奖励，没有可不填"))
    cooperation = forms.MultipleChoiceField(
        label=_("合作方式"), choices=Cooperation.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("可多选，拿不准可不选"),
    )  # fmt: skip
    seats = forms.IntegerField(
        label=_("需要几位专家"), min_value=1, max_value=20, required=False,
        widget=forms.NumberInput(attrs={"data-unit": _("位"), "inputmode": "numeric"}),
    )  # fmt: skip
    deadline = forms.DateField(label=_("期望完成时间"), required=False, widget=forms.DateInput)
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices, required=False, widget=forms.RadioSelect)
    ip_expectation = LineField(
        label=_("知识产权期望"), max_length=200, required=False, help_text=_("成果归谁、能否发表论文")
    )
    decision_maker = LineField(label=_("决策人"), max_length=50, required=False, help_text=_("谁拍板，如：总经理 王明"))
    confidentiality = forms.ChoiceField(
        label=_("谁能看到"), required=False, widget=forms.RadioSelect,
        choices=[
            (Confidentiality.OPEN, _("公开：专家能看到问题全文，看不到企业是谁")),
            (Confidentiality.SUMMARY, _("摘要公开：专家只看到对外名称和摘要，确认对接后才看到全文")),
            (Confidentiality.DIRECTED, _("定向：只有被推送的专家能看到摘要，其他专家不知道有这项需求")),
        ],
    )  # fmt: skip
    blind_title = LineField(
        label=_("对外名称"), max_length=40, required=False,
        help_text=_("专家先看到的名称，不要出现企业名、商标和人名"),
    )  # fmt: skip
    summary = TextField(
        label=_("公开摘要"), max_length=300, required=False, rows=4,
        help_text=_("两三句话说明要解决什么，不透露企业是谁；“摘要公开”和“定向”发布前必填"),
    )  # fmt: skip

    def __init__(self, *args, need, **kwargs):
        self.need = need
        kwargs["initial"] = self.stored(need) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["chain"].queryset = Chain.objects.filter(county=need.county_id)
        for name in ("situation", "tried"):  # an imported text may be longer: it is shown whole, shortened on change
            if len(getattr(need, name)) > LIMITS[name]:
                self.fields[name].widget.attrs.pop("maxlength", None)
                self.fields[name].validators = [
                    check for check in self.fields[name].validators if getattr(check, "code", "") != "max_length"
                ]

    @staticmethod
    def stored(need):
        return {name: getattr(need, name) for name in STORED} | {
            key: need.constraints.get(key, "") for key in CONSTRAINT_KEYS
        }

    def clean_situation(self):
        return self._short_enough("situation")

    def clean_tried(self):
        return self._short_enough("tried")

    def _short_enough(self, name):
        text = self.cleaned_data[name]
        if len(text) > LIMITS[name] and text != getattr(self.need, name):
            raise ValidationError(
                _("最多 %(limit)s 个字，现在有 %(count)s 个字。细节可作为附件上传。"),
                code="max_length",
                params={"limit": LIMITS[name], "count": len(text)},
            )
        return text

    def clean_seats(self):
        return self.cleaned_data["seats"] or 1

    def clean_urgency(self):
        return self.cleaned_data["urgency"] or Urgency.NORMAL

    def clean_confidentiality(self):
        return self.cleaned_data["confidentiality"] or Confidentiality.SUMMARY

    def clean_deadline(self):
        day = self.cleaned_data["deadline"]
        if day and day != self.need.deadline and not localdate() <= day <= LATEST:
            raise ValidationError(_("期望完成时间应在今天之后，请核对年份。"), code="date_range")
        return day

    def clean(self):
        data = super().clean()
        low, high = data.get("budget_min"), data.get("budget_max")
        if low is not None and high is not None and low > high:
            self.add_error("budget_max", _("最多的金额不能小于最少的金额。"))
        return data

    def values(self):
        """What is valid, as the service takes it: a draft keeps every field that can be kept."""
        data = self.cleaned_data
        values = {name: data[name] for name in STORED if name in data}
        if "budget_max" in self.errors:
            values.pop("budget_min", None)
        if all(key in data for key in CONSTRAINT_KEYS):
            values["constraints"] = {key: data[key] for key in CONSTRAINT_KEYS}
        return values

    def draft(self):
        """An unsaved copy of the need as the form stands, for the completeness meter."""
        self.is_valid()
        values = {name: value for name, value in self.values().items() if value not in (None, "")}
        return Need(county_id=self.need.county_id, **{"title": "", **values})


class TargetForm(forms.Form):
    """One row of 指标·现值·目标值·单位."""

    name = LineField(label=_("指标"), max_length=60, required=False)
    current = LineField(label=_("现值"), max_length=60, required=False)
    target = LineField(label=_("目标值"), max_length=60, required=False)
    unit = LineField(label=pgettext_lazy("measure", "单位"), max_length=20, required=False)

    def clean(self):
        data = super().clean()
        if any(data.get(key) for key in TARGET_KEYS[1:]) and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("请写明指标名称，如“厂界臭气浓度”。"))
        return data


class BaseTargets(forms.BaseFormSet):
    def rows(self):
        """The rows that say something, without the deleted and the faulty ones."""
        kept = []
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if form.is_valid() and not data.get("DELETE") and data.get("name"):
                kept.append({key: data.get(key, "") for key in TARGET_KEYS})
        return kept


TargetFormSet = forms.formset_factory(
    TargetForm, formset=BaseTargets, extra=1, can_delete=True, max_num=MAX_TARGETS, validate_max=True
)


def targets_of(need, data=None):
    """The rows of a need, or those a browser sent. Sent rows are never compared with stored ones: a row that an
    autosave has stored already is no untouched blank."""
    if data is not None:
        return TargetFormSet(data, prefix="targets")
    rows = [{key: getattr(row, key) for key in TARGET_KEYS} for row in need.targets.all()]
    formset = TargetFormSet(prefix="targets", initial=rows)
    formset.extra = 1 if rows else 2
    return formset


class RewriteForm(forms.Form):
    """技术翻译 beside the original."""

    rewrite_title = LineField(
        label=_("技术名称"), max_length=40, required=False, help_text=_("专业说法，不出现企业名称")
    )
    rewrite_text = TextField(
        label=_("技术表述"), max_length=LIMITS["rewrite_text"], required=False, rows=10,
        help_text=_("把企业的话改写成专家的语言：对象、机理、工况、指标、限制。匹配时优先采用"),
    )  # fmt: skip
