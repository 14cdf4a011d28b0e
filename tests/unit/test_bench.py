"""The benchmarks' machinery: what a figure is, how it is kept, and that the README shows what was kept."""

from __future__ import annotations

import cProfile
import hashlib
import json
from pathlib import Path
from typing import Any

import gguf
import pytest

from bench import late_turn, profile, readme, results, synthetic
from bench.__main__ import BENCHMARKS, ONLY_BY_NAME, WITHOUT_A_BROWSER
from bench.conditions import Conditions
from bench.figure import Figure, Spread, alone, paired
from bench.late_turn import Turn
from bench.pages import session
from bench.results import Result

CONDITIONS = Conditions(
    date="2026-01-31",
    browser="150.0",
    adapter=None,
    cores=2,
    memory_gib=24.0,
    machine="Linux x86_64",
    load=0.5,
    versions={"pyodide": "1"},
)


def figures() -> list[Figure]:
    return [
        paired("speed", "tokens/s", "higher", [(10.0, 20.0), (30.0, 30.0), (8.0, 4.0)], beside="another"),
        alone("size", "MB", "lower", [3.0], goal="at most 4"),
    ]


def test_a_ratio_is_taken_pair_by_pair_and_not_of_the_medians() -> None:
    # The machine grew slower after the second pair: the medians alone would say 0.5.
    figure = paired("speed", "tokens/s", "higher", [(10.0, 20.0), (30.0, 30.0), (8.0, 4.0)], beside="another")
    assert figure.ratio == Spread(1.0, 0.5, 2.0)
    assert (figure.ours.median, figure.theirs and figure.theirs.median, figure.n) == (10.0, 20.0, 3)


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="Nothing was measured"):
        paired("speed", "tokens/s", "higher", [], beside="another")


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = Result("example", figures(), CONDITIONS)
    assert results.read(results.write(result, tmp_path)) == result
    assert results.read_all(tmp_path) == [result]


def test_a_result_keeps_no_more_digits_than_a_measurement_has(tmp_path: Path) -> None:
    result = Result("example", [alone("size", "MB", "lower", [1234.5678])], CONDITIONS)
    assert results.read(results.write(result, tmp_path)).figures[0].ours.median == 1235


def test_the_table_names_both_sides_and_the_spread_of_their_ratio() -> None:
    first, second = readme.table([Result("example", figures(), CONDITIONS)]).splitlines()[2:]
    assert first == "| speed | 10 tokens/s | 20 tokens/s: another | **1.00** (0.50 to 2.00, 3 pairs) |"
    assert second == "| size | 3 MB (3 to 3) | goal: at most 4 | |"


def test_a_readme_without_a_place_for_the_figures_is_said_to_have_none() -> None:
    with pytest.raises(readme.NoPlace, match="needs the lines"):
        readme.placed("# Title\n", "a table")


def test_what_stands_around_the_figures_stays_as_it_is() -> None:
    text = f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n"
    assert readme.placed(text, "new") == f"before\n{readme.BEGIN}\nnew\n{readme.END}\nafter\n"


def test_every_benchmark_has_a_kept_result() -> None:
    kept = {result.benchmark for result in results.read_all()}
    assert kept - set(ONLY_BY_NAME) == {*BENCHMARKS, *WITHOUT_A_BROWSER}


def test_the_readme_shows_the_kept_results() -> None:
    text = readme.README.read_text(encoding="utf-8")
    shown = readme.placed(text, readme.section(results.read_all()))
    assert text == shown, "Run `python -m bench readme`."


def test_a_profile_names_the_pages_own_tasks_by_the_processors_time() -> None:
    task = {"name": "RunTask", "pid": 7, "tid": 1}
    events: list[dict[str, Any]] = [
        {"name": "thread_name", "pid": 7, "tid": 1, "args": {"name": "CrRendererMain"}},
        {"name": "thread_name", "pid": 8, "tid": 1, "args": {"name": "CrRendererMain"}},
        {"name": profile.MARK, "pid": 7, "tid": 2},
        {**task, "ts": 1_000, "dur": 9_000, "tdur": 2_000},
        {**task, "ts": 5_000, "dur": 8_000, "tdur": 7_000},
        {**task, "tid": 2, "ts": 0, "dur": 90_000},
        {**task, "pid": 8, "ts": 0, "dur": 90_000},
    ]
    assert profile.longest_tasks(events, profile.page_process(events)) == [(4.0, 7.0), (0.0, 2.0)]


def test_a_trace_without_a_task_is_said_to_hold_none(tmp_path: Path) -> None:
    task = {"name": "RunTask", "pid": 7, "tid": 1, "ts": 0, "dur": 1}
    written = tmp_path / "start.trace.json"
    written.write_text(json.dumps({"traceEvents": [task]}))
    assert profile.read_trace(written) == [task]
    written.write_text(json.dumps({"traceEvents": []}))
    with pytest.raises(profile.NothingToSee, match=r"start\.trace\.json holds no task"):
        profile.read_trace(written)


def test_a_profile_has_a_table_by_own_time_and_one_with_what_is_called() -> None:
    measured = cProfile.Profile()
    measured.runcall(json.dumps, {"a": [1]})
    text = session.table(measured)
    assert "Ordered by: internal time" in text
    assert "Ordered by: cumulative time" in text
    assert profile.holding(text, "dumps", "The profile") == text
    with pytest.raises(profile.NothingToSee, match="says nothing of webllm_provider"):
        profile.holding(text, "webllm_provider", "The profile")


def test_the_slowest_imports_stand_first() -> None:
    told = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       376 |        376 |   _io\n"
        "import time:     15844 |    5045928 |               amplifier_core\n"
        "something else that was printed\n"
    )
    assert profile.slowest_imports(told) == [("amplifier_core", 15.844), ("_io", 0.376)]


def test_a_model_is_made_as_large_as_wanted_out_of_the_demos_own_layers(tmp_path: Path) -> None:
    path = tmp_path / "made.gguf"
    synthetic.write_gguf(path, size=20_000_000)
    demo, made = gguf.GGUFReader(synthetic.DEMO / "demo.gguf"), gguf.GGUFReader(path)
    layers = made.get_field(synthetic.LAYERS)
    assert layers is not None
    assert layers.contents() == 7
    assert 18_000_000 < path.stat().st_size <= 21_000_000
    tensors = {tensor.name: tensor.data.tobytes() for tensor in made.tensors}
    for tensor in demo.tensors:
        assert tensors[tensor.name] == tensor.data.tobytes()
    assert tensors["blk.5.attn_q.weight"] == tensors["blk.2.attn_q.weight"]
    known = {name for name in demo.fields if not name.startswith("GGUF.")}
    assert known <= set(made.fields)


def test_the_shards_behind_the_demos_hold_what_their_list_says(tmp_path: Path) -> None:
    synthetic.write_shards(tmp_path, size=40_000_002)
    index = json.loads((tmp_path / "tensor-cache.json").read_text())
    own = json.loads((synthetic.DEMO / "webllm" / "tensor-cache.json").read_text())["records"]
    assert index["records"][: len(own)] == own
    assert sum(shard["nbytes"] for shard in index["records"]) == 40_000_000
    for shard in index["records"][len(own) :]:
        content = (tmp_path / shard["dataPath"]).read_bytes()
        assert (len(content), hashlib.md5(content).hexdigest()) == (shard["nbytes"], shard["md5sum"])
        ends = [record["byteOffset"] + record["nbytes"] for record in shard["records"]]
        assert [0, *ends[:-1]] == [record["byteOffset"] for record in shard["records"]]
        assert ends[-1] == shard["nbytes"]
        assert all(record["shape"] == [record["nbytes"] // 4] for record in shard["records"])


def test_what_is_new_in_a_turn_is_what_the_conversation_did_not_have_before() -> None:
    turns = [Turn(100, 10, 100, "stop"), Turn(130, 12, 21, "stop"), Turn(150, 9, 8, "stop")]
    assert late_turn.late_pairs(turns) == [(21.0, 20.0), (8.0, 8.0)]
    assert len(late_turn.late_pairs(turns * 10)) == late_turn.TURNS
