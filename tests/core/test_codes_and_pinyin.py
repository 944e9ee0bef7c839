import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import codes
from core.pinyin import SURNAMES, name_pinyin, split_name


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("单雄信", "shan xiong xin", "sxx"),
        ("仇英", "qiu ying", "qy"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("解晓东", "xie xiao dong", "xxd"),
        ("朴树", "piao shu", "ps"),
        ("查良镛", "zha liang yong", "zly"),
        ("盖叫天", "ge jiao tian", "gjt"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("万俟卨", "mo qi xie", "mqx"),
        ("吕布", "lv bu", "lb"),
        ("曾國藩", "zeng guo fan", "zgf"),
        ("买买提·艾力", "mai mai ti ai li", "mmtal"),
        ("", "", ""),
    ],
)
def test_name_pinyin(name, full, initials):
    assert name_pinyin(name) == (full, initials)


def test_polyphonic_surnames_are_only_surnames():
    assert name_pinyin("王单").full == "wang dan"
    assert len(SURNAMES) >= 60


def test_split_name():
    assert split_name("欧阳修") == ("欧阳", "修")
    assert split_name("欧阳") == ("欧", "阳")
    assert split_name("买买提·艾力") == ("买买提", "艾力")


@given(st.text())
def test_name_pinyin_is_plain_ascii(name):
    full, initials = name_pinyin(name)
    assert full.isascii()
    assert full == full.lower()
    assert len(initials) == len(full.split())


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("91350100M000100Y44", "credit_check"),
        ("9135010OM000100Y43", "credit_chars"),
        (9.135e17, "credit_digits_lost"),
        ("9.135E+17", "credit_digits_lost"),
        ("M000100Y4", "credit_old"),
        ("370828000012345", "credit_old"),
        ("9135", "credit_length"),
    ],
)
def test_check_credit_code_says_what_is_wrong(value, error):
    assert codes.check_credit_code(value).error == error


def test_check_credit_code_accepts_any_spelling():
    assert codes.check_credit_code(" ９１３５０１００-m000100y43 ").value == "91350100M000100Y43"
    assert codes.check_credit_code("").ok


def test_masks_hide_the_middle():
    assert codes.mask_phone("13812345678") == "138****5678"
    assert codes.mask_phone("0537-8721234") == "0537-*****34"
    assert codes.mask_credit_code("91350100M000100Y43") == "9135**********0Y43"
    assert codes.mask_email("zhang@example.com") == "z***@example.com"
    assert codes.mask_name("张三丰") == "张**"
    assert codes.mask_name("欧阳修") == "欧阳*"


@given(st.text(max_size=30))
def test_masks_never_show_the_whole(value):
    for mask in (codes.mask_phone, codes.mask_credit_code):
        assert "*" in mask(value) or len(value) == 0


def test_new_code_is_random_and_tellable():
    made = {codes.new_code("QX") for _ in range(200)}
    assert len(made) == 200
    assert not set("0O1IL") & set("".join(code.removeprefix("QX-") for code in made))
