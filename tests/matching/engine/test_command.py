import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def test_evaluate_matching_prints_one_json_object_last(tmp_path):
    needs, candidates, qrels = tmp_path / "n.jsonl", tmp_path / "c.jsonl", tmp_path / "q.tsv"
    needs.write_text('{"id": "a", "title": "蒜米护色保鲜"}\n', "utf-8")
    fields = ["蒜米护色", "液压密封", "硅碳负极", "局部放电", "地方志"]
    candidates.write_text("\n".join(json.dumps({"id": f"c{i}", "bio": text}) for i, text in enumerate(fields)), "utf-8")
    qrels.write_text("".join(f"a\tc{i}\t{3 if i == 0 else 0}\n" for i in range(5)), "utf-8")
    out = StringIO()
    call_command(
        "evaluate_matching",
        needs=needs,
        candidates=candidates,
        qrels=qrels,
        json=True,
        stdout=out,
        stderr=StringIO(),
    )
    found = json.loads(out.getvalue().splitlines()[-1])
    assert found["ndcg@10"] == found["auc"] == 1.0
    assert found["measures"]["ndcg@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "needs": 1}
    assert (found["needs"], found["candidates"]) == (1, 5)


def test_a_broken_file_is_named_not_raised(tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text("no json", "utf-8")
    with pytest.raises(CommandError):
        call_command("evaluate_matching", needs=broken, candidates=broken, stderr=StringIO())
