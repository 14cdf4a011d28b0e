"""Names that people carry over from other hubs and tools, to ids of models (pure).

The same rules as the catalogue's own in the browser (`web/src/models/aliases.ts`; a test holds the two
together), but for one: here nothing is loaded, so that of several builds whichever is loaded will do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Names that stand for a model without naming its size or version, as tools of the field use them.
SHORT_NAMES: dict[str, str] = {
    "demo": "webllm-demo-1",
    "deepseek-r1": "DeepSeek-R1-Distill-Qwen-7B",
    "deepseek-r1:7b": "DeepSeek-R1-Distill-Qwen-7B",
    "deepseek-r1:8b": "DeepSeek-R1-Distill-Llama-8B",
    "gemma": "gemma-2b-it",
    "gemma2": "gemma-2-9b-it",
    "gemma3": "gemma3-1b-it",
    "hermes3": "Hermes-3-Llama-3.1-8B",
    "hermes3:8b": "Hermes-3-Llama-3.1-8B",
    "hermes3:3b": "Hermes-3-Llama-3.2-3B",
    "llama2": "Llama-2-7b-chat-hf",
    "llama3": "Llama-3-8B-Instruct",
    "llama3.1": "Llama-3.1-8B-Instruct",
    "llama3.2": "Llama-3.2-3B-Instruct",
    "mistral": "Mistral-7B-Instruct-v0.3",
    "mistral:7b": "Mistral-7B-Instruct-v0.3",
    "mistral-7b": "Mistral-7B-Instruct-v0.3",
    "mistral-7b-instruct": "Mistral-7B-Instruct-v0.3",
    "phi": "phi-2",
    "phi3": "Phi-3-mini-4k-instruct",
    "phi3:mini": "Phi-3-mini-4k-instruct",
    "phi3.5": "Phi-3.5-mini-instruct",
    "phi4-mini": "Phi-4-mini-instruct",
    "qwen2": "Qwen2-7B-Instruct",
    "qwen2.5": "Qwen2.5-7B-Instruct",
    "qwen2.5-coder": "Qwen2.5-Coder-7B-Instruct",
    "qwen3": "Qwen3-8B",
    "smollm2": "SmolLM2-1.7B-Instruct",
    "snowflake-arctic-embed": "snowflake-arctic-embed-m",
    "snowflake-arctic-embed-m": "snowflake-arctic-embed-m",
    "snowflake-arctic-embed-s": "snowflake-arctic-embed-s",
    "tinyllama": "TinyLlama-1.1B-Chat-v1.0",
}

PACKAGING = frozenset({"mlc", "gguf", "awq", "gptq", "1k", "b4", "b32"})
"""What a name says beside the model itself: the format of its files, how much context its build has."""
OPTIONAL = frozenset({"meta", "instruct", "it", "chat", "hf"})
"""Words that one hub's name has and another's leaves out."""
QUANTIZATION = re.compile(
    r"[-_:](q\d+b?f(?:16|32)(?:_\d+)?|i?q\d_\w+|fp?(?:16|32)|bf16)(?=$|[-_:.])", re.IGNORECASE | re.ASCII
)


def meant(name: str, ids: Sequence[str]) -> list[str]:
    """The ids that a name may mean, best first: one, or the builds of one model; none where it is unknown.

    An id means itself, in any case of letters; so does the beginning of a single id.
    """
    if name in ids:
        return [name]
    wanted = _without_owner(name)
    if same := [one for one in ids if one.lower() == wanted]:
        return same[:1]
    longer = [one for one in ids if one.lower().startswith(f"{wanted}-")]
    if len(longer) == 1:
        return longer
    builds = _builds(SHORT_NAMES.get(wanted, wanted), ids)
    stated = _quantization(wanted)
    return [one for one in builds if stated and _quantization(one.lower()) == stated] or builds


def _builds(model: str, ids: Sequence[str]) -> list[str]:
    """The ids that differ from a model's name only in quantisation, format or context."""
    for loose in (False, True):
        key = _key(model, loose=loose)
        if key and (found := [one for one in ids if _key(one, loose=loose) == key]):
            return found
    return []


def _quantization(name: str) -> str | None:
    found = QUANTIZATION.search(name)
    return None if found is None else found.group(1)


def _without_owner(name: str) -> str:
    return name.strip().lower().rsplit("/", 1)[-1].removesuffix(":latest")


def _key(name: str, *, loose: bool) -> str:
    words = re.split(r"[^a-z0-9]+", QUANTIZATION.sub("", _without_owner(name)))
    return "".join(word for word in words if word not in PACKAGING and not (loose and word in OPTIONAL))
