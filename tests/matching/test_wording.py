"""Reasons in words: what a firm that does not know the expert yet may read."""

import pytest

from experts.enums import TieKind
from matching.wording import reason_rows


@pytest.mark.parametrize("tie", TieKind.values)
def test_the_kind_of_tie_is_said_to_the_office_and_not_to_a_firm(tie):
    reason = {"kind": "tie", "params": {"tie": tie}, "weight": 0.1}
    (open_row,), (blind_row,) = reason_rows([reason]), reason_rows([reason], blind=True)
    assert blind_row["text"] == "与本县有渊源"
    assert open_row["text"] != blind_row["text"]
    assert "本县" in open_row["text"]
