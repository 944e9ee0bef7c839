import json
import math

import numpy as np
import pytest

from matching.engine import evaluation as ev


def grades(*values):
    return np.array(values, dtype=np.int64)


def test_ndcg_by_hand():
    # gains 7, 0, 3 in places 1, 2, 3; ideal 7, 3, 0
    expected = (7 + 3 / math.log2(4)) / (7 + 3 / math.log2(3))
    assert ev.ndcg(grades(3, 0, 2)) == pytest.approx(expected)
    assert ev.ndcg(grades(3, 2, 0)) == pytest.approx(1.0)
    assert ev.ndcg(grades(0, 0)) == 0.0


def test_ndcg_cuts_at_ten():
    assert ev.ndcg(grades(*[0] * 10, 3)) == 0.0


def test_average_precision_and_precision_by_hand():
    assert ev.average_precision(grades(2, 1, 3, 0)) == pytest.approx((1 + 2 / 3) / 2)
    assert ev.precision_at(grades(2, 1, 3, 0)) == pytest.approx(2 / 5)


def test_auc_counts_ties_against_the_system():
    assert ev.auc(np.array([1.0, 1.0, 0.0]), grades(2, 0, 1)) == pytest.approx(0.5)
    assert math.isnan(ev.auc(np.array([1.0, 0.0]), grades(0, 1)))


def test_equal_scores_rank_the_lower_grade_first():
    order = ev.worst_case_order(np.array([1.0, 1.0, 2.0]), grades(3, 0, 1))
    assert order.tolist() == [2, 1, 0]


def test_needs_with_few_judged_or_nothing_relevant_are_left_out():
    few = ev.measure_need(np.arange(4.0), grades(3, 2, 1, 0))
    assert all(math.isnan(value) for value in few.values())
    nothing = ev.measure_need(np.arange(5.0), grades(0, 0, 0, 0, 0))
    assert all(math.isnan(value) for value in nothing.values())
    weak = ev.measure_need(np.arange(5.0), grades(1, 0, 0, 0, 0))
    assert weak["ndcg@10"] > 0
    assert math.isnan(weak["map"])


def test_bootstrap_is_seeded_and_surrounds_the_mean():
    interval = ev.bootstrap([0.0, 1.0, float("nan"), 1.0, 0.0])
    assert interval == ev.bootstrap([0.0, 1.0, float("nan"), 1.0, 0.0])
    assert interval.needs == 4
    assert interval.low <= interval.mean == 0.5 <= interval.high


def test_evaluate_reads_files_writes_every_pair_and_finds_the_expert(tmp_path):
    needs, candidates, run = tmp_path / "n.jsonl", tmp_path / "c.jsonl", tmp_path / "run.tsv"
    needs.write_text(
        json.dumps({"id": "a", "title": "硫化烟气治理", "description": "除臭"}, ensure_ascii=False) + "\n\n", "utf-8"
    )
    fields = ["硫化烟气催化氧化", "蒜米保鲜", "液压缸密封", "硅碳负极", "变压器局部放电"]
    rows = [
        {"id": f"x{i}", "research_fields": [field], "bio": None, "achievements": []} for i, field in enumerate(fields)
    ]
    candidates.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    qrels = {"a": {"x0": 3, "x1": 0, "x2": 0, "x3": 0, "x4": 0, "elsewhere": 3}}
    report = ev.evaluate(ev.read_collection(needs, candidates), qrels, run=run)
    assert report.measures["ndcg@10"].mean == 1.0
    assert report.measures["auc"].mean == 1.0
    written = [line.split("\t") for line in run.read_text("utf-8").splitlines()]
    assert [(need, candidate) for need, candidate, _ in written] == [("a", f"x{i}") for i in range(5)]
    assert max(written, key=lambda row: float(row[2]))[1] == "x0"
