"""Input of the register's pages. Rules live in the services; forms ask, help and repeat them kindly."""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from core.codes import check_credit_code, mask_email, mask_phone
from core.enums import RegionLevel
from core.models import Chain, Industry, Park, Region
from core.text import clean_line, clean_text, parse_email, parse_phone, reason_text, remedy_text
from enterprises import selectors
from enterprises.enums import Qualification, Size
from enterprises.models import Enterprise
from enterprises.services.moves import MAX_REASON

MAX_WAN = Decimal(100_000_000)


class LineField(forms.CharField):
    """One line of text through the intake normaliser; limits count what will be stored."""

    def to_python(self, value):
        return clean_line(super().to_python(value))


class TextField(forms.CharField):
    """Prose through the intake normaliser. The limit is told to the browser's counter too."""

    def __init__(self, *, rows=4, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value):
        return clean_text(super().to_python(value))


class ReadField(forms.CharField):
    """A value with its own spelling (phone, credit code, e-mail), read by the parser of every door."""

    def __init__(self, *, parser, **kwargs):
        super().__init__(**kwargs)
        self.parser = parser

    def clean(self, value):
        parsed = self.parser(super().clean(value))
        if parsed.error:
            raise forms.ValidationError(
                _("{reason}。{remedy}。").format(reason=reason_text(parsed.error), remedy=remedy_text(parsed.error)),
                code=parsed.error,
            )
        return parsed.value or ""


class WanField(forms.DecimalField):
    """An amount typed in 万元, kept in yuan."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "decimal", "data-unit": _("万元")})
        super().__init__(
            min_value=0, max_value=MAX_WAN, max_digits=14, decimal_places=4, required=False, widget=widget, **kwargs
        )
        self.error_messages["invalid"] = _("请只填数字，如 50 或 12.5，单位是万元。")

    def prepare_value(self, value):
        """Stored yuan as 万元; what a person typed as they typed it."""
        if isinstance(value, Decimal):
            return f"{(value / 10_000).normalize():f}"
        return value

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip().removesuffix("万元").removesuffix("万").replace(",", "").replace("，", "").strip()
        return super().to_python(value)

    def clean(self, value):
        amount = super().clean(value)
        return None if amount is None else (amount * 10_000).quantize(Decimal("0.01"))


class EnterpriseForm(forms.Form):
    """企业资料. The office sees ``remarks`` as well."""

    name = LineField(label=_("企业名称"), min_length=4, max_length=100, help_text=_("营业执照上的全称"))
    credit_code = ReadField(
        label=_("统一社会信用代码"), parser=check_credit_code, max_length=40, required=False,
        help_text=_("18 位，录入时核对校验位"),
    )  # fmt: skip
    town = forms.ModelChoiceField(Region.objects.none(), label=_("镇街"), required=False, empty_label=_("未选择"))
    park = forms.ModelChoiceField(Park.objects.none(), label=_("园区"), required=False, empty_label=_("未选择"))
    chains = forms.ModelMultipleChoiceField(
        Chain.objects.none(), label=_("产业链"), required=False, widget=forms.CheckboxSelectMultiple
    )
    industry = LineField(
        label=_("国民经济行业"), max_length=60, required=False, help_text=_("GB/T 4754 的代码或名称，如 2913")
    )
    size = forms.ChoiceField(
        label=_("规模"), choices=[("", _("未填")), *Size.choices], required=False, widget=forms.RadioSelect
    )
    qualifications = forms.MultipleChoiceField(
        label=_("资质"), choices=Qualification.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    main_products = LineField(
        label=_("主营产品"), max_length=300, required=False, help_text=_("写出产品名称，匹配专家时会用到")
    )
    founded_on = forms.DateField(label=_("成立日期"), required=False, widget=forms.DateInput)
    address = LineField(label=_("地址"), max_length=200, required=False)
    contact_name = LineField(label=_("联系人"), max_length=50, required=False)
    contact_post = LineField(label=_("职务"), max_length=50, required=False)
    phone = ReadField(
        label=_("联系电话"), parser=parse_phone, max_length=40, required=False,
        help_text=_("确认对接后才会提供给专家"),
    )  # fmt: skip
    email = ReadField(label=_("邮箱"), parser=parse_email, max_length=254, required=False)
    remarks = TextField(label=_("备注"), max_length=5000, required=False, rows=3, help_text=_("仅工作人员可见"))

    def __init__(self, *args, county, enterprise=None, is_office=True, **kwargs):
        if enterprise is not None:
            kwargs["initial"] = self.stored(enterprise) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.county, self.enterprise = county, enterprise
        self.fields["town"].queryset = Region.objects.filter(
            parent=county, level=RegionLevel.TOWN, is_current=True
        ).order_by("code")
        self.fields["town"].label_from_instance = lambda town: town.name
        self.fields["park"].queryset = Park.objects.filter(county=county)
        self.fields["chains"].queryset = Chain.objects.filter(county=county)
        if not is_office:
            del self.fields["remarks"]
        elif enterprise is not None:
            for name, mask in (("phone", mask_phone), ("email", mask_email)):
                self._show_masked(name, getattr(enterprise, name), mask)

    def _show_masked(self, name, stored, mask):
        """The office reveals a contact by a request of its own, on record; a mask that comes back keeps what it hid."""
        field, masked = self.fields[name], mask(stored)
        self.initial[name], parse = masked, field.parser
        field.parser = lambda text: parse(stored if stored and text == masked else text)

    @staticmethod
    def stored(enterprise):
        names = [name for name in EnterpriseForm.base_fields if name not in ("chains", "industry")]
        return {name: getattr(enterprise, name) for name in names} | {
            "chains": [chain.pk for chain in enterprise.chains.all()],
            "industry": enterprise.industry.code if enterprise.industry else "",
        }

    def clean_industry(self):
        text = self.cleaned_data["industry"]
        if not text:
            return None
        code = text.lstrip("ABCDEFGHIJKLMNOPQRST") if text[0].isascii() else ""
        found = (
            Industry.objects.filter(code=code).first() or Industry.objects.filter(name=text).order_by("-code").first()
        )
        if found is None:
            raise forms.ValidationError(_("没有这个行业代码或名称，请按 GB/T 4754 填写，如 2913。"), code="unknown")
        return found

    def clean_founded_on(self):
        day = self.cleaned_data["founded_on"]
        if day and day.year < 1900:
            raise forms.ValidationError(_("请核对年份。"), code="date_range")
        if day and day > localdate():
            raise forms.ValidationError(_("成立日期不能晚于今天，请核对年份。"), code="date_range")
        return day

    def duplicates(self):
        """Firms of the county that may be the same one, unless the person has said that they are not."""
        if self.enterprise is not None or self.data.get("not_duplicate") == "1":
            return []
        data = self.cleaned_data
        return list(
            selectors.duplicates(
                self.county.pk, name=data["name"], credit_code=data["credit_code"], phone=data["phone"]
            )[:5]
        )


class ReasonForm(forms.Form):
    reason = LineField(label=_("理由"), max_length=MAX_REASON)


class OptionalReasonForm(forms.Form):
    reason = LineField(label=_("理由"), max_length=MAX_REASON, required=False)


class OfficerForm(forms.Form):
    """Who is 帮办专员: people of the county's office."""

    officer = forms.ModelChoiceField(User.objects.none(), label=_("帮办专员"), empty_label=_("请选择"))

    def __init__(self, *args, county_ids, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = selectors.officers_of(county_ids)


class MergeForm(forms.Form):
    """Which row stays, and why they are one firm."""

    keep = forms.ChoiceField(label=_("保留哪一条"), widget=forms.RadioSelect)
    reason = LineField(label=_("合并依据"), max_length=MAX_REASON, help_text=_("如：同一信用代码重复录入，已电话核实"))

    def __init__(self, *args, first, second, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [(row.code, f"{row.name} · {row.code}") for row in (first, second)]
        self.fields["keep"].initial = first.code


class FindForm(forms.Form):
    q = LineField(label=_("企业名称或编号"), max_length=100, required=False)


class FileForm(forms.Form):
    file = forms.FileField(label=_("添加附件"), help_text=_("文档、表格、图片、图纸或压缩包，单个不超过 10 MB"))


class BulkForm(forms.Form):
    """What a bulk action on needs still asks: whom, or why."""

    def __init__(self, *args, do, county_ids, **kwargs):
        super().__init__(*args, **kwargs)
        if do == "assign":
            self.fields["officer"] = OfficerForm(county_ids=county_ids).fields["officer"]
        if do == "withdraw":
            self.fields["reason"] = LineField(
                label=_("撤回理由"), max_length=MAX_REASON, help_text=_("企业和专家会看到")
            )

    def arguments(self):
        """As the service takes them."""
        values = dict(self.cleaned_data)
        return {"officer_id": values["officer"].pk} if "officer" in values else values


def firms_to_post(user):
    """Firms for which the user may post a need: a leader reads them and posts nothing."""
    own = user.memberships.filter(is_active=True).values("enterprise")
    mine = Q(county__in=user.county_ids(Role.STAFF, Role.ADMIN)) | Q(pk__in=own)
    firms = Enterprise.objects.visible_to(user).filter(mine).active()
    return firms.exclude(verification="refused").order_by("name_pinyin", "pk")
