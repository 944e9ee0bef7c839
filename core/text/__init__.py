"""Text intake: cleaning, reading of typed values, search tokens. Pure functions that never raise."""

from core.text.clean import (
    NAME_DOT,
    NOTES,
    REVIEW_NOTES,
    Cleaned,
    Kind,
    clean_line,
    clean_text,
    normalise,
    plain_string,
    to_simplified,
)
from core.text.dates import excel_date, parse_date, parse_month, parse_year
from core.text.parsed import Parsed, is_blank
from core.text.reasons import REASONS, reason_text, remedy_text
from core.text.search import search_query_tokens, search_tokens
from core.text.values import (
    parse_bool,
    parse_decimal,
    parse_email,
    parse_int,
    parse_money,
    parse_money_range,
    parse_phone,
    parse_phones,
    parse_url,
    split_multi,
    text_of_number,
)

__all__ = [
    "NAME_DOT",
    "NOTES",
    "REASONS",
    "REVIEW_NOTES",
    "Cleaned",
    "Kind",
    "Parsed",
    "clean_line",
    "clean_text",
    "excel_date",
    "is_blank",
    "normalise",
    "parse_bool",
    "parse_date",
    "parse_decimal",
    "parse_email",
    "parse_int",
    "parse_money",
    "parse_money_range",
    "parse_month",
    "parse_phone",
    "parse_phones",
    "parse_url",
    "parse_year",
    "plain_string",
    "reason_text",
    "remedy_text",
    "search_query_tokens",
    "search_tokens",
    "split_multi",
    "text_of_number",
    "to_simplified",
]
