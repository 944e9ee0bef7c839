"""Input of the register's pages. Rules live in the services; forms ask, help and repeat them kindly."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import Cooperation
from core.codes import mask_email, mask_phone
from core.models import Chain, Discipline, Region
from core.text import parse_email, parse_phone, reason_text, remedy_text, split_multi
from experts import selectors, texts
from experts.enums import AchievementKind, ConsentState, Gender, Identity, Maturity, TieKind
from experts.models import ExpertGroup
from experts.services import base
from experts.services.terms import CAPACITY_MAX


class WordsField(forms.CharField):
    """Several items in one line, parted by 、 or commas."""

    def prepare_value(self, value):
        return _("、").join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value):
        return split_multi(super().to_python(value))


class DisciplinesField(WordsField):
    """Disciplines by their name or code."""

    def clean(self, value):
        words = super().clean(value)
        found = {}
        for row in Discipline.objects.filter(name__in=words).order_by("-level") if words else ():
            found[row.name] = row
        for row in Discipline.objects.filter(code__in=words) if words else ():
            found[row.code] = row
        unknown = [word for word in words if word not in found]
        if unknown:
            raise forms.ValidationError(
                _("国家标准中没有学科“%(names)s”，请填写 GB/T 13745 的学科名称或代码。"),
                code="unknown",
                params={"names": _("、").join(unknown)},
            )
        return list({found[word].pk: found[word] for word in words}.values())


def area(rows=4, maxlength=None):
    return forms.Textarea(attrs={"rows": rows, **({"maxlength": maxlength} if maxlength else {})})


class OwnForm(forms.Form):
    """What people may change in their own row."""

    institution = forms.CharField(label=_("现工作单位"), max_length=80, required=False, help_text=_("规范全称"))
    department = forms.CharField(label=_("院系或部门"), max_length=80, required=False)
    position = forms.CharField(label=_("职务"), max_length=60, required=False)
    title = forms.CharField(label=_("职称"), max_length=40, required=False)
    degree = forms.CharField(label=_("学历学位"), max_length=40, required=False)
    city = forms.CharField(label=_("常驻城市"), max_length=40, required=False)
    research_fields = WordsField(
        label=_("专业领域"), max_length=2000, required=False, help_text=_("用顿号分隔，匹配和搜索都看这些词"),
        widget=area(2),
    )  # fmt: skip
    disciplines = DisciplinesField(
        label=_("学科"), max_length=500, required=False, help_text=_("国家标准学科名称或代码，用顿号分隔")
    )
    honours = WordsField(label=_("人才称号"), max_length=1000, required=False, help_text=_("用顿号分隔"))
    profile = forms.CharField(
        label=_("个人简介"), max_length=20000, required=False, widget=area(7),
        help_text=_("写明做过什么、解决过哪些难题、能为企业做什么，匹配时以此为据"),
    )  # fmt: skip
    cooperation = forms.MultipleChoiceField(
        label=_("可服务方式"), choices=Cooperation.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    availability = forms.CharField(
        label=_("可服务时间"), max_length=100, required=False, help_text=_("如：每月第二周，或寒暑假")
    )
    phone = forms.CharField(label=_("联系电话"), max_length=30, required=False, help_text=_("确认对接后才会提供给企业"))
    email = forms.CharField(label=_("邮箱"), max_length=254, required=False, widget=forms.EmailInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, expert=None, **kwargs):
        self.expert = expert
        if expert is not None:
            kwargs["initial"] = self.stored(expert) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def stored(self, expert):
        values = {name: getattr(expert, name) for name in self.base_fields if hasattr(expert, name)}
        return values | {
            "institution": expert.institution.name if expert.institution else "",
            "disciplines": [row.name for row in expert.disciplines.all()],
        }

    def clean_phone(self):
        return self._read(parse_phone(self.cleaned_data["phone"]))

    def clean_email(self):
        return self._read(parse_email(self.cleaned_data["email"]))

    def clean_research_fields(self):
        return self._items("research_fields")

    def clean_honours(self):
        return self._items("honours")

    def _items(self, name):
        items = self.cleaned_data[name]
        if any(len(item) > base.MAX_ITEM for item in items):
            raise forms.ValidationError(_("每项不超过 %(limit)s 个字，请用顿号分开。"), params={"limit": base.MAX_ITEM})
        if len(items) > base.LISTS[name]:
            raise forms.ValidationError(_("最多填写 %(limit)s 项。"), params={"limit": base.LISTS[name]})
        return items

    def _read(self, parsed):
        if parsed.error:
            raise forms.ValidationError(
                _("{reason}。{remedy}。").format(reason=reason_text(parsed.error), remedy=remedy_text(parsed.error)),
                code=parsed.error,
            )
        return parsed.value or ""

    def values(self):
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name in base.EDITABLE}


class ExpertForm(OwnForm):
    """A row of the register, for its office."""

    name = forms.CharField(label=_("姓名"), max_length=50)
    gender = forms.ChoiceField(label=_("性别"), choices=[("", _("未填")), *Gender.choices], required=False)
    born_on = forms.RegexField(
        r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", label=_("出生年月"), required=False,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "1975-03"}),
    )  # fmt: skip
    identity = forms.MultipleChoiceField(
        label=_("身份"), choices=Identity.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("一人可有多种身份"),
    )  # fmt: skip
    chains = forms.ModelMultipleChoiceField(
        label=_("产业链"), queryset=Chain.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
    )  # fmt: skip
    referrer = forms.CharField(label=_("推荐人"), max_length=50, required=False)
    last_contacted_on = forms.DateField(label=_("最近联系"), required=False)
    remarks = forms.CharField(
        label=_("备注"),
        max_length=5000,
        required=False,
        widget=area(2),
        help_text=_("只有本县工作人员能看到"),
    )

    def __init__(self, *args, county, **kwargs):
        super().__init__(*args, **kwargs)
        self.county = county
        self.fields["chains"].queryset = Chain.objects.filter(county=county)

    def stored(self, expert):
        """A contact stands masked in the form: the office reveals it by a request of its own, on record."""
        return super().stored(expert) | {
            "phone": mask_phone(expert.phone),
            "email": mask_email(expert.email),
            "identity": [identity.value for identity in expert.identities],
            "chains": [chain.code for chain in expert.chains.all()],
        }

    def clean_phone(self):
        return self._kept("phone", mask_phone) or super().clean_phone()

    def clean_email(self):
        return self._kept("email", mask_email) or super().clean_email()

    def _kept(self, name, mask):
        """The stored contact, when its mask came back untouched."""
        stored = getattr(self.expert, name, "")
        return stored if stored and self.cleaned_data[name].strip() == mask(stored) else ""

    def values(self):
        chosen = self.cleaned_data["identity"]
        return super().values() | {f"is_{identity}": identity in chosen for identity in Identity.values}


class NewExpertForm(ExpertForm):
    """The same, with the tie to the county and the answer to the duplicate warning."""

    tie_kind = forms.ChoiceField(label=_("与本地关系"), choices=[("", _("无或未知")), *TieKind.choices], required=False)
    tie_place = forms.CharField(
        label=_("籍贯或地点"), max_length=100, required=False, help_text=_("写到镇村更好，如：胡集镇张楼村")
    )
    is_other_person = forms.BooleanField(label=_("已核对，不是同一人，仍然新增"), required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("tie_place") and not cleaned.get("tie_kind"):
            cleaned["tie_kind"] = TieKind.ANCESTRAL
        return cleaned

    def ties(self):
        kind, place = self.cleaned_data["tie_kind"], self.cleaned_data["tie_place"]
        if not kind:
            return []
        region = texts.Places.of(self.county).read(place) if place else self.county
        return [{"kind": kind, "region": region, "place": place}]

    def duplicates(self):
        """Rows that may be the same person, unless the office has looked already."""
        if self.cleaned_data["is_other_person"]:
            return []
        return list(
            selectors.duplicates(
                self.county.pk,
                name=self.cleaned_data["name"],
                institution=self.cleaned_data["institution"],
                phone=self.cleaned_data["phone"],
                born_on=self.cleaned_data["born_on"],
            )[:5]
        )


class AchievementForm(forms.Form):
    kind = forms.ChoiceField(label=_("类型"), choices=AchievementKind.choices)
    title = forms.CharField(label=_("成果名称"), max_length=200)
    summary = forms.CharField(
        label=_("简介"), max_length=5000, required=False, widget=area(5),
        help_text=_("用了什么办法、达到什么指标、在哪里用过"),
    )  # fmt: skip
    maturity = forms.ChoiceField(label=_("成熟度"), choices=[("", _("未填")), *Maturity.choices], required=False)
    year = forms.IntegerField(label=_("年份"), min_value=1950, max_value=2100, required=False)
    ip_owner = forms.CharField(label=_("权属"), max_length=80, required=False, help_text=_("权利人，如所在单位"))
    is_featured = forms.BooleanField(label=_("列为代表成果（最多 5 项）"), required=False)


class PauseForm(forms.Form):
    start = forms.DateField(label=_("自"), required=False, help_text=_("不填为今天"))
    end = forms.DateField(label=_("至"), required=False, help_text=_("不填为另行通知"))


class CapacityForm(forms.Form):
    capacity = forms.IntegerField(
        label=_("同时在办的订单数上限"), min_value=0, max_value=CAPACITY_MAX,
        widget=forms.NumberInput(attrs={"data-unit": _("单"), "inputmode": "numeric"}),
    )  # fmt: skip


class ConsentForm(forms.Form):
    consent = forms.ChoiceField(label=_("授权情况"), choices=ConsentState.choices)
    reason = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("如：书面授权、电话答复"))


class ContactedForm(forms.Form):
    on = forms.DateField(label=_("联系日期"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class TieForm(forms.Form):
    kind = forms.ChoiceField(label=_("关系"), choices=TieKind.choices)
    region = forms.ModelChoiceField(
        label=_("地点"), queryset=Region.objects.none(), required=False, to_field_name="code", empty_label=_("其他地点")
    )
    place = forms.CharField(label=_("地点原文"), max_length=100, required=False, help_text=_("不在列表中，或要写到村"))
    note = forms.CharField(label=_("说明"), max_length=100, required=False)

    def __init__(self, *args, county, **kwargs):
        super().__init__(*args, **kwargs)
        self.county = county
        towns = Region.objects.filter(parent=county, is_current=True)
        self.fields["region"].queryset = (Region.objects.filter(pk=county.pk) | towns).order_by("code")
        self.fields["region"].label_from_instance = lambda region: region.name

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("region") and cleaned.get("place"):
            cleaned["region"] = texts.Places.of(self.county).read(cleaned["place"])
        return cleaned


class PostingForm(forms.Form):
    team_name = forms.CharField(label=_("批次"), max_length=40, required=False, help_text=_("如：第六批"))
    sending_unit = forms.CharField(label=_("派出单位"), max_length=80, required=False)
    post = forms.CharField(label=_("挂职职务"), max_length=60, required=False)
    started_on = forms.DateField(label=_("任期开始"), required=False)
    ended_on = forms.DateField(label=_("任期结束"), required=False)


class AppointmentForm(forms.Form):
    title = forms.CharField(label=_("聘任名称"), max_length=60)
    number = forms.CharField(label=_("聘书编号"), max_length=40, required=False)
    started_on = forms.DateField(label=_("聘期开始"), required=False)
    ended_on = forms.DateField(label=_("聘期结束"), required=False)


class JoinForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("专家组"), queryset=ExpertGroup.objects.none(), to_field_name="code", empty_label=_("请选择")
    )
    started_on = forms.DateField(label=_("加入日期"), required=False, help_text=_("不填为今天"))
    is_leader = forms.BooleanField(label=_("任组长"), required=False)

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups


class GroupForm(forms.Form):
    name = forms.CharField(label=_("专家组名称"), min_length=2, max_length=60)
    chains = forms.ModelMultipleChoiceField(
        label=_("产业链"), queryset=Chain.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
    )  # fmt: skip

    def __init__(self, *args, county, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chains"].queryset = Chain.objects.filter(county=county)


class BulkForm(forms.Form):
    """One change to the rows chosen in the list; the page names them before it is done."""

    start = forms.DateField(label=_("自"), required=False, help_text=_("不填为今天"))
    end = forms.DateField(label=_("至"), required=False, help_text=_("不填为另行通知"))
    reason = forms.CharField(label=_("原因"), max_length=200)
    chain = forms.ModelChoiceField(
        label=_("产业链"), queryset=Chain.objects.none(), to_field_name="code", empty_label=_("请选择")
    )
    FIELDS = {"pause": ("start", "end"), "archive": ("reason",), "chain": ("chain",)}

    def __init__(self, *args, do, chains, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in self.FIELDS[do]}
        if "chain" in self.fields:
            self.fields["chain"].queryset = chains
