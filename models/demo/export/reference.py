"""Reference logits from PyTorch, for comparing both engines, and the answers that tests expect."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer

from ..data import dialect
from ..data.chat import JINJA, Message, prompt
from ..data.guide import ANCHORS, answer_to
from ..spec import MODEL_ID
from ..train.generate import answers
from ..train.llama import Llama
from ..train.measure import BOTH

PROMPTS: dict[str, tuple[Message, ...]] = {
    "no system message": (Message("user", "What is this application?"),),
    "with tools": (Message("system", BOTH), Message("user", "What tools are there?")),
    "a note": (Message("system", BOTH), Message("user", "note that zalmor 42 pinta")),
    "second turn": (
        Message("system", BOTH),
        Message("user", "Hello"),
        # What it does say: an engine that said so itself goes on from its cache.
        Message("assistant", answer_to("Hello")),
        Message("user", "How do I go offline?"),
    ),
}


@torch.inference_mode()
def write_logits(model: Llama, tokenizer: Tokenizer, path: Path) -> None:
    """For each prompt: its messages, its text, its token ids, and the logits of the token that follows."""
    rows = []
    for name, messages in PROMPTS.items():
        text = prompt(messages)
        ids = tokenizer.encode(text).ids
        logits = model(torch.tensor([ids]))[0, -1]
        rows.append(
            {
                "name": name,
                "messages": [{"role": message.role, "content": message.content} for message in messages],
                "text": text,
                "ids": ids,
                "logits": [float(f"{value:.7g}") for value in logits.tolist()],
            }
        )
    path.write_text(json.dumps({"model": MODEL_ID, "prompts": rows}) + "\n", encoding="utf-8")


def write_answers(model: Llama, tokenizer: Tokenizer, path: Path) -> None:
    """What the model itself says to each anchor as a first turn under the default session."""
    conversations = [(Message("system", BOTH), Message("user", question)) for question in ANCHORS]
    found = dict(zip(ANCHORS, answers(model, tokenizer, conversations), strict=True))
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_dialect(path: Path) -> None:
    """The texts around tools that were trained; a test holds them against the provider's of today."""
    trained = {
        "instruction": dialect.INSTRUCTION,
        "system": BOTH,
        "call": dialect.call("notes", action="add", text="zalmor 42"),
        "result": dialect.result("notes", dialect.notes.saved(3, "zalmor 42")),
        "notes": {
            "saved": dialect.notes.saved(3, "zalmor 42"),
            "listed": dialect.notes.listed([(1, "zalmor"), (3, "42")]),
            "nothing": dialect.notes.listed([]),
            "removed": dialect.notes.removed(3),
            "missing": dialect.notes.missing(3),
        },
        "todo": {
            "added": dialect.todo.added(3, "zalmor 42"),
            "listed": dialect.todo.listed([(1, "zalmor", True), (2, "42", False)]),
            "nothing": dialect.todo.listed([]),
            "done": dialect.todo.done(3),
            "missing": dialect.todo.missing(3),
        },
        "chat_template": JINJA,
    }
    path.write_text(json.dumps(trained, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
