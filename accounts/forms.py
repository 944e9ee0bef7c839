from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from accounts.enums import OFFICE_ROLES, Role, TokenAccess
from accounts.models import User
from core.models import Region

TOKEN_DAYS = ((30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("一年")))


class AcceptForm(forms.Form):
    """A new account from an invitation."""

    name = forms.CharField(label=_("姓名"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    username = forms.CharField(
        label=_("用户名"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        help_text=_("登录时使用，可以用手机号码或姓名拼音。"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=128,
        help_text=_("至少 10 个字符，不能全是数字，不要与姓名相近。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("再输入一次密码"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        data = super().clean()
        if data.get("password") and data.get("password_again") and data["password"] != data["password_again"]:
            self.add_error("password_again", _("两次输入的密码不一致。"))
        return data


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=_("身份"))
    region = forms.ModelChoiceField(Region.objects.none(), label=_("范围"), to_field_name="code", empty_label=None)
    name = forms.CharField(label=_("姓名"), max_length=50)
    subject_code = forms.CharField(
        label=_("企业或专家编号"),
        max_length=20,
        required=False,
        help_text=_("邀请企业成员或专家时填写，如 QY-7K3M9D。"),
    )
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("填写后邀请链接会发到这个邮箱。"))
    phone = forms.CharField(label=_("手机号码"), max_length=20, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        roles = [Role.ENTERPRISE, Role.EXPERT]
        if user.has_role(Role.ADMIN):
            roles = [*OFFICE_ROLES, *roles]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]
        self.fields["region"].queryset = Region.objects.filter(pk__in=user.region_ids(Role.STAFF, Role.ADMIN))

    def clean(self):
        data = super().clean()
        if data.get("role") in (Role.ENTERPRISE, Role.EXPERT) and not data.get("subject_code"):
            self.add_error("subject_code", _("请填写企业或专家的编号，可在其详情页复制。"))
        return data


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "phone", "email", "home_role")
        help_texts = {
            "email": _("通知和找回密码的邮件会发到这里。"),
            "home_role": _("有多种身份时，登录后先看到哪一种。"),
        }

    def __init__(self, *args, roles=(), **kwargs):
        super().__init__(*args, **kwargs)
        if len(roles) < 2:
            del self.fields["home_role"]
        else:
            choices = [("", _("自动")), *((role.value, role.label) for role in roles)]
            self.fields["home_role"].choices = choices


class TokenForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("写明用途，如“台账同步”。"))
    access = forms.ChoiceField(label=_("权限"), choices=TokenAccess, initial=TokenAccess.READ)
    days = forms.TypedChoiceField(label=_("有效期"), choices=TOKEN_DAYS, coerce=int, initial=90)


class ScopeForm(forms.Form):
    """Give an office role to somebody who has an account already."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("人员"), empty_label=None)
    role = forms.ChoiceField(label=_("角色"), choices=[(role.value, role.label) for role in OFFICE_ROLES])
    region = forms.ModelChoiceField(Region.objects.none(), label=_("范围"), to_field_name="code", empty_label=None)

    def __init__(self, *args, people, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people
        self.fields["region"].queryset = Region.objects.filter(pk__in=user.region_ids(Role.ADMIN))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=200)
