from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import text
from core.text import normalise
from core.text.clean import _converters

KINDS = ("line", "text", "person", "org", "code")
ANY_TEXT = st.text(st.characters(codec=None)) | st.text(
    st.sampled_from(
        "&amp;ltgt#39<br>/b!（）()áòlǜ時代資訊乾著後里锟斤拷\ufffdÖÐ¹ú\ud800\udc00\u200b\u202e\x00\t\n Ａ１·."
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("raw", "kind", "expected", "notes"),
    [
        ("時(shí)代的(de)資訊軟體", "text", "时代的信息软件", {"pinyin", "traditional"}),
        ("重慶(chóng qìng)市", "line", "重庆市", {"pinyin", "traditional"}),
        ("转化率(lǜ)", "line", "转化率", {"pinyin"}),
        ("单晶硅(si)与锂(li)", "line", "单晶硅(si)与锂(li)", set()),
        ("&amp;lt;b&amp;gt;粗&amp;lt;/b&amp;gt;", "line", "粗", {"entities", "tags"}),
        ("R&D 与 AT&T?a=1&para=2", "line", "R&D 与 AT&T?a=1&para=2", set()),
        ("第一段<br/>第二段<p>第三段</p>", "text", "第一段\n第二段第三段", {"tags"}),
        ("<script>alert(1)</script>焊接", "line", "焊接", {"tags"}),
        ("当a<b且c>d时", "line", "当a<b且c>d时", set()),
        ("ＡＢＣ１２３，全角（测试）；", "line", "ABC123，全角（测试）；", {"width"}),
        ("10² Pa，CO₂，25℃，①", "line", "10² Pa，CO₂，25℃，①", set()),
        ("⼯厂 50㎡", "line", "工厂 50m²", {"width"}),
        ("甲\u200b乙\u202e丙\x00丁\ufeff", "line", "甲乙丙丁", {"invisible"}),
        ("x\ud83d\ude00y\ud800", "line", "x😀y", {"surrogate"}),
        ("乾隆皇后", "line", "乾隆皇后", set()),
        ("皇后在後方", "line", "皇后在后方", {"traditional"}),
        ("åŒ—äº¬å¤§å\xad¦", "line", "北京大学", {"repaired"}),
        ("ÖÐ¹ú¿ÆÑ§Ôº", "line", "中国科学院", {"repaired"}),
        ("Résumé café", "line", "Résumé café", set()),
        ("锟斤拷锟斤拷", "line", "锟斤拷锟斤拷", {"mojibake"}),
        ("%?!痹诮张e行的", "line", "%?!痹诮张e行的", {"mojibake"}),
        ("铟镓锌氧化物靶材", "line", "铟镓锌氧化物靶材", set()),
        ("  多  个\u3000空格\r\n换行 ", "line", "多 个 空格 换行", {"width"}),
        ("买买提 • 艾力", "person", "买买提·艾力", set()),
        ("张　三", "person", "张三", {"width"}),
        ("陳昇", "person", "陈昇", {"traditional"}),
        ("金乡(上海) 科技 有限公司", "org", "金乡（上海）科技有限公司", set()),
        ("ＱＸ－７Ｋ３　Ｍ", "code", "QX-7K3M", {"width"}),
    ],
)
def test_normalise_cleans_and_says_what_it_did(raw, kind, expected, notes):
    cleaned = normalise(raw, kind)
    assert cleaned.value == expected
    assert set(cleaned.notes) - {"invisible"} == notes - {"invisible"}


def test_normalise_repairs_utf8_read_as_gbk():
    broken = "高分子材料研究所".encode().decode("gb18030")
    assert normalise(broken).value == "高分子材料研究所"
    assert normalise(broken).notes == ("repaired",)


def test_normalise_sets_spam_lines_aside_and_loses_nothing():
    cleaned = normalise("研究焊接。\n博彩 彩票平台 www.x.com\n棋牌用纸的印刷工艺", "text")
    assert cleaned.value == "研究焊接。\n棋牌用纸的印刷工艺"
    assert cleaned.quarantined == ("博彩 彩票平台 www.x.com",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (3.0, "3"),
        (0.1, "0.1"),
        (True, "是"),
        (float("nan"), ""),
        (float("inf"), ""),
        (10**400, str(10**400)),
    ],
)
def test_normalise_reads_any_cell(value, expected):
    assert normalise(value).value == expected


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(raw=ANY_TEXT)
def test_normalise_is_idempotent_and_storable(kind, raw):
    once = normalise(raw, kind).value
    assert normalise(once, kind).value == once
    once.encode("utf-8")
    assert "\x00" not in once
    if kind != "text":
        assert "\n" not in once


@settings(deadline=None, max_examples=200)
@given(value=ANY_TEXT | st.floats() | st.integers() | st.booleans() | st.dates() | st.none())
def test_readers_never_raise(value):
    for reader in (
        text.parse_phone, text.parse_email, text.parse_url, text.parse_date, text.parse_month, text.parse_year,
        text.parse_int, text.parse_decimal, text.parse_money, text.parse_money_range, text.parse_bool,
    ):  # fmt: skip
        parsed = reader(value)
        assert parsed.value is None or not parsed.error
        assert not parsed.error or parsed.error in text.REASONS
    text.split_multi(value)
    text.search_query_tokens(value)
    assert text.search_tokens(value) == " ".join(text.search_tokens(value).split())


def test_converters_are_loaded_once():
    text.to_simplified("資訊")
    assert _converters() is _converters()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (13812345678.0, "13812345678"),
        ("1.3812345678E+10", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("'１３８１２３４５６７８", "13812345678"),
        ("手机：13812345678", "13812345678"),
        ("（0537）8721234转801", "0537-8721234-801"),
        ("010 6278 1234", "010-62781234"),
        ("400-800-1234", "400-800-1234"),
        ("+852 1234 5678", "+85212345678"),
        (5378721234.0, "0537-8721234"),
        ("", None),
        ("无", None),
    ],
)
def test_parse_phone_reads(value, expected):
    assert text.parse_phone(value).value == expected
    assert text.parse_phone(value).ok


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("1.38E+10", "phone_digits_lost"),
        ("8721234", "phone_area_code"),
        ("138", "phone_format"),
        ("12812345678", "phone_format"),
        ("张三", "phone_format"),
        (True, "phone_format"),
    ],
)
def test_parse_phone_refuses(value, error):
    assert text.parse_phone(value).error == error


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("13812345678/0537-8721234", ["13812345678", "0537-8721234"]),
        ("138 1234 5678、13912345678", ["13812345678", "13912345678"]),
        ("13812345678 13912345678", ["13812345678", "13912345678"]),
        ("13812345678、转张三", []),
        ("", []),
    ],
)
def test_parse_phones_reads_a_list(value, expected):
    assert text.parse_phones(value) == expected


@pytest.mark.parametrize(
    ("value", "expected", "precision"),
    [
        (45047, date(2023, 5, 1), "day"),
        (45047.75, date(2023, 5, 1), "day"),
        ("45047", date(2023, 5, 1), "day"),
        (1.0, date(1900, 1, 1), "day"),
        (59, date(1900, 2, 28), "day"),
        (61, date(1900, 3, 1), "day"),
        (2023.5, date(2023, 5, 1), "month"),
        (202305, date(2023, 5, 1), "month"),
        (20230501, date(2023, 5, 1), "day"),
        (2023, date(2023, 1, 1), "year"),
        ("2023.5", date(2023, 5, 1), "month"),
        ("2023年5月", date(2023, 5, 1), "month"),
        ("2023/5/1", date(2023, 5, 1), "day"),
        ("２０２３－５－１", date(2023, 5, 1), "day"),
        ("2023-05-01 10:00:00", date(2023, 5, 1), "day"),
        ("二〇二三年十二月", date(2023, 12, 1), "month"),
        ("二〇二三年十月二十一日", date(2023, 10, 21), "day"),
        ("至今", None, ""),
    ],
)
def test_parse_date_reads(value, expected, precision):
    parsed = text.parse_date(value)
    assert (parsed.value, parsed.error, parsed.precision) == (expected, "", precision)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (60, "date_format"),
        ("5/1/2023", "date_ambiguous"),
        ("23年5月", "date_ambiguous"),
        ("2023-02-30", "date_format"),
        ("9999-12-31", "date_range"),
        ("0000-01-01", "date_format"),
        (date(9999, 12, 31), "date_range"),
        ("上个月", "date_format"),
    ],
)
def test_parse_date_refuses(value, error):
    assert text.parse_date(value).error == error


def test_parse_date_reads_the_1904_epoch():
    assert text.parse_date(43585, date1904=True).value == date(2023, 5, 1)


def test_parse_date_says_when_a_float_hides_october():
    assert text.parse_date(2023.1).notes == ("month_ambiguous",)
    assert text.parse_date("2023.1").notes == ()


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (50, 500_000, 500_000),
        ("50", 500_000, 500_000),
        ("50-100万", 500_000, 1_000_000),
        ("1.2亿元", 120_000_000, 120_000_000),
        ("３００万元", 3_000_000, 3_000_000),
        ("5000元～1万元", 5_000, 10_000),
        ("1,200.5", 12_005_000, 12_005_000),
        ("约50万左右", 500_000, 500_000),
        (0.1 + 0.2, 3_000, 3_000),
    ],
)
def test_parse_money_range_reads_yuan(value, low, high):
    assert text.parse_money_range(value, unit="万元").value == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("value", "error"), [("很多", "money_format"), ("-5", "money_negative"), ("9" * 30, "number_range")]
)
def test_parse_money_range_refuses(value, error):
    assert text.parse_money_range(value, unit="万元").error == error


def test_open_amounts_are_no_error():
    assert text.parse_money_range("面议").notes == ("open",)
    assert text.parse_money_range("面议").ok


def test_parse_int_and_decimal():
    assert text.parse_int("约1,200人").value == 1200
    assert text.parse_int(2.5).error == "number_whole"
    assert text.parse_decimal("3.14159", places=2).value == Decimal("3.14")
    assert text.parse_decimal("1e400").error == "number_format"


@pytest.mark.parametrize(("value", "expected"), [("√", True), ("是", True), ("Ｎ", False), (0.0, False), ("", None)])
def test_parse_bool(value, expected):
    assert text.parse_bool(value).value is expected


def test_split_multi_keeps_brackets_and_chemical_names_whole():
    assert text.split_multi("1.磁浮、焊接（激光，电弧）；1,2-二氯乙烷\nC/C++，张三/李四、磁浮") == [
        "磁浮", "焊接（激光，电弧）", "1,2-二氯乙烷", "C/C++", "张三", "李四",
    ]  # fmt: skip


def test_search_phrases_are_substrings_of_the_tokens():
    tokens = text.search_tokens("PVC管材的磁浮焊接", "買買提·艾力")
    assert tokens == "pvc 管材 材的 的磁 磁浮 浮焊 焊接 买买 买提 提艾 艾力"
    for query in ("磁浮焊", "pvc", "ＰＶＣ管材", "買買提", "管"):
        assert all(phrase in tokens for phrase in text.search_query_tokens(query))
    assert text.search_query_tokens("磁浮 不存在") == ["磁浮", "不存 存在"]
    assert text.search_query_tokens(" 　") == []


def test_every_reason_has_a_remedy():
    assert all(text.reason_text(code) and text.remedy_text(code) for code in text.REASONS)
