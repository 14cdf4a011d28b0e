"""Keep text from being read as a control token (pure).

Chat templates mark turns with tokens that have a spelling: `<|im_end|>`, `[INST]`, `<start_of_turn>`. The
tokenizers of every engine here (WebLLM's, llama.cpp's, those of servers) read the whole rendered prompt and
turn such a spelling into the token, wherever it stands: a tool result could close its own turn and open one
of the system. So before any text enters a prompt its spellings are broken by one space behind the first
character. That cannot be undone by a normaliser, as an invisible character could, and a reader sees it.

Which model will read the text does not matter: the spellings of all of them are broken. Templates without
such tokens (`### Instruction:`) cannot be told from text by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SPELLINGS = re.compile(
    r"<(?=(?:"
    # ChatML, Llama 3 and 4, Phi, GPT-OSS, Granite, Command R; DeepSeek writes wide bars and lower blocks.
    r"[|｜][^<>|｜\s]{1,64}[|｜]>"
    # Gemma 4 opens with the one and closes with the other.
    r"|\|[a-z_]{1,32}>|[a-z_]{1,32}\|>"
    # Gemma 1 to 3; the ends of a text in SentencePiece vocabularies.
    r"|/?start_of_turn>|/?end_of_turn>|/?s>|bos>|eos>|pad>|unk>"
    # Llama 2.
    r"|</?SYS>>"
    r"))"
    # Mistral.
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID)\])"
)


def neutralised(text: str, keep: tuple[str, ...] = ()) -> str:
    """The text with every control token's spelling broken; the same object where there is none.

    Args:
        keep: spellings that stay: the markers in which a dialect's own models write their calls.
    """
    if "<" not in text and "[" not in text:
        return text

    def broken(found: re.Match[str]) -> str:
        kept = any(text.startswith(marker, found.start()) for marker in keep)
        return found.group() if kept else f"{found.group()} "

    return _SPELLINGS.sub(broken, text)


def without_calls(text: str, opens: tuple[str, ...]) -> str:
    """The text with the openings of calls broken: a model that only repeats it must not call by that.

    Args:
        opens: the openings of the model's dialect. One that is JSON stays JSON of the same value.
    """
    for marker in opens:
        if marker in text:
            bare = marker.lstrip().startswith("{")
            text = text.replace(marker, marker.replace(":", " :") if bare else f"{marker[0]} {marker[1:]}")
    return text


def neutralised_json(value: Any) -> Any:
    """The same for every string of a JSON value, names of members included."""
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, Mapping):
        return {neutralised(str(name)): neutralised_json(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [neutralised_json(member) for member in value]
    return value
