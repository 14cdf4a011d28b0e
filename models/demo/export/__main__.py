"""Writes all artefacts but the library: python -m demo.export --work DIR --artifacts DIR"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from tokenizers import Tokenizer

from ..data.chat import JINJA
from ..train.measure import dumps, measure
from . import llamacpp, manifest, reference, webllm, weights


def export(work: Path, artifacts: Path, scale: int) -> None:
    """From the work folder of training to the artefacts that are committed."""
    model = weights.rounded(work / "weights.pt")
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    found = weights.arrays(model)
    webllm.write(found, work / "tokenizer.json", JINJA, artifacts / "webllm")
    llamacpp.write(found, work / "tokenizer.json", artifacts / "demo.gguf")
    reference.write_logits(model, tokenizer, artifacts / "reference_logits.json")
    reference.write_answers(model, tokenizer, artifacts / "answers.json")
    reference.write_dialect(artifacts / "dialect.json")
    figures = measure(model, tokenizer, scale)
    print(dumps(figures))
    training = json.loads((work / "training.json").read_text(encoding="utf-8"))
    parameters = sum(values.size for values in found.values())
    manifest.write(artifacts, parameters, training, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--artifacts", type=Path, required=True)
    parser.add_argument("--scale", type=int, default=200, help="size of each random suite of the measurement")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    export(given.work, given.artifacts, given.scale)


if __name__ == "__main__":
    main()
