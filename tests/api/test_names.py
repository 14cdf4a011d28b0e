"""Names that people carry over mean the same to the API as to the catalogue in the browser."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.conftest import ROOT, scripted
from tests.api.test_webllm_api import record
from webllm_provider.api.engines import SingleEngine, resolved
from webllm_provider.api.names import OPTIONAL, PACKAGING, QUANTIZATION, SHORT_NAMES, meant
from webllm_provider.api.problems import Problem

MODELS = ROOT / "web" / "src" / "models"
RULES = (MODELS / "aliases.ts").read_text(encoding="utf-8")
CASES = re.findall(r'^ {4}\["(\S+)", "(\S+)"\],$', (MODELS / "aliases.test.ts").read_text("utf-8"), re.M)
IDS = [
    *dict.fromkeys(id for _, id in CASES),
    "Llama-3.1-8B-Instruct-q4f32_1-MLC",
    "Llama-3.2-3B-Instruct-q4f16_1-MLC",
    "Llama-3.2-1B-Instruct-Q4_K_M-GGUF",
    "webllm-demo-1-q0f32",
]


def test_the_tables_are_those_of_the_catalogue() -> None:
    written = re.search(r"SHORT_NAMES.*?= \{\n(.*?)\n\};", RULES, re.S)
    assert written is not None
    short = json.loads(
        "{" + re.sub(r"^ {2}(\w+):", r'  "\1":', written.group(1), flags=re.M).rstrip(",") + "}"
    )
    assert short == SHORT_NAMES
    for name, words in (("PACKAGING", PACKAGING), ("OPTIONAL", OPTIONAL)):
        found = re.search(rf"const {name} = /\^\((.*?)\)\$/;", RULES)
        assert found is not None
        assert set(found.group(1).split("|")) == words
    assert f"/{QUANTIZATION.pattern}/gi" in RULES


@pytest.mark.parametrize(("name", "id"), CASES)
def test_a_name_means_a_build_of_the_same_model(name: str, id: str) -> None:
    builds = meant(name, IDS)
    assert id in builds, builds
    assert {QUANTIZATION.sub("", one).removesuffix("-MLC").removesuffix("-GGUF") for one in builds} == {
        QUANTIZATION.sub("", id).removesuffix("-MLC")
    }


def test_a_name_with_a_quantisation_means_that_build() -> None:
    assert meant("mlc-ai/Llama-3.1-8B-Instruct-q4f32_1-MLC", IDS) == ["Llama-3.1-8B-Instruct-q4f32_1-MLC"]
    assert meant("llama3.2:1b-q4_k_m", IDS) == ["Llama-3.2-1B-Instruct-Q4_K_M-GGUF"]


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(["llama", "3.2", "1b", "/", "-", ":", "q4f16_1", ""])).map("".join),
    )
)
def test_any_text_means_known_ids_or_none(name: str) -> None:
    assert set(meant(name, IDS)) <= set(IDS)


async def test_of_several_builds_the_one_that_is_loaded_answers() -> None:
    loaded = "Llama-3.1-8B-Instruct-q4f32_1-MLC"
    engines = SingleEngine(scripted(model=loaded, records=[record(id) for id in IDS]))
    assert await resolved(engines, "llama3.1", None) == loaded
    assert await resolved(engines, "meta-llama/Meta-Llama-3.1-8B-Instruct", None) == loaded
    # Another build that was asked for by its name is another model.
    with pytest.raises(Problem) as other:
        await resolved(engines, "Llama-3.1-8B-Instruct-q4f16_1-MLC", None)
    assert (other.value.status, other.value.code) == (503, "NO_ENGINE")
    with pytest.raises(Problem) as unknown:
        await resolved(engines, "gpt-4o", None)
    assert (unknown.value.status, unknown.value.code) == (404, "NOT_FOUND")
