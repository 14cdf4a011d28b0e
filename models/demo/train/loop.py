"""Training: python -m demo.train.loop --work DIR"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from ..spec import SHAPE
from . import tokenizer as bpe
from .batches import Batch, conversations, drills
from .llama import Llama
from .start import lay_circuit

Figures = dict[str, float | int]
SAVE_EVERY = 180.0
COPYING_LEARNED = 0.45
"""Loss of the drills below which copying counts as learned; the first word of each text stays a guess."""


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train: tokens in all, tokens a step, and the highest learning rate."""

    total: int
    tokens: int
    peak: float
    seed: int = 5


class Drilling:
    """Which steps are copying drills: most until copying is learned, then few, so that it stays."""

    def __init__(self) -> None:
        self.recent: list[float] = []
        self.learned = False

    def next(self, done: float, rng: random.Random) -> bool:
        """Whether the next step is a drill, after a share `done` of the training."""
        return rng.random() < (0.2 if self.learned or done > 0.3 else 0.7)

    def saw(self, loss: float) -> None:
        """Take note of a drill's loss."""
        self.recent = [*self.recent[-39:], loss]
        if len(self.recent) == 40 and sum(self.recent) / 40 < COPYING_LEARNED:
            self.learned = True


def loss_of(model: Llama, given: Batch) -> torch.Tensor:
    """Mean cross entropy over the taught tokens; logits are computed for those alone."""
    taught = given.targets >= 0
    return F.cross_entropy(model.logits(model.hidden(given.ids)[taught]), given.targets[taught])


def rate(done: float, peak: float) -> float:
    """Learning rate after a share `done` of the tokens: a short rise, then a cosine down to a fiftieth."""
    if done < 0.02:
        return peak * done / 0.02
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (done - 0.02) / 0.98)))


def optimizer_of(model: Llama) -> torch.optim.AdamW:
    """AdamW; only matrices decay."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.97))


def save(model: Llama, work: Path, figures: Figures) -> None:
    """Keep weights and figures in the work folder."""
    torch.save(model.state_dict(), work / "weights.part")
    (work / "weights.part").rename(work / "weights.pt")
    (work / "training.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")


def step(model: Llama, optimizer: torch.optim.AdamW, given: Batch, learning_rate: float) -> float:
    """One step; returns the loss before it."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    # Half the bits in the products: more than twice as fast where the processor has bfloat16.
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_of(model, given)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def run(model: Llama, tokenizer: Tokenizer, work: Path, plan: Plan, figures: Figures) -> None:
    """Train on the planned tokens; print a line every hundred steps, save now and then and at the end.

    `figures` are counted on from what they are.
    """
    optimizer, rng, drilling = optimizer_of(model), random.Random(plan.seed), Drilling()
    saved = time.monotonic()
    begin, first = saved - figures["seconds"], figures["tokens"]
    recent: list[float] = []
    while (done := (figures["tokens"] - first) / plan.total) < 1:
        is_drill = drilling.next(done, rng)
        given = (drills if is_drill else conversations)(plan.tokens, tokenizer, rng)
        loss = step(model, optimizer, given, rate(done, plan.peak))
        if is_drill:
            drilling.saw(loss)
            figures["drill_loss"] = round(sum(drilling.recent) / len(drilling.recent), 4)
        else:
            recent = [*recent[-99:], loss]
            figures["loss"] = round(sum(recent) / len(recent), 4)
        figures["steps"] += 1
        figures["tokens"] += given.ids.numel()
        figures["seconds"] = round(time.monotonic() - begin)
        if figures["steps"] % 100 == 0:
            print(json.dumps(figures), flush=True)
        if time.monotonic() - saved > SAVE_EVERY:
            saved = time.monotonic()
            save(model, work, figures)
    save(model, work, figures)


def train(work: Path, plan: Plan, resume: Path | None) -> None:
    """From nothing, or from the tokenizer and weights in the folder of an earlier run."""
    torch.manual_seed(plan.seed)
    tokenizer = Tokenizer.from_file(str(resume / "tokenizer.json")) if resume else bpe.build()
    bpe.save(tokenizer, work)
    model = Llama(SHAPE)
    figures: Figures = {"steps": 0, "tokens": 0, "seconds": 0, "loss": 0.0, "drill_loss": 0.0}
    if resume:
        model.load_state_dict(torch.load(resume / "weights.pt", weights_only=True))
        figures |= json.loads((resume / "training.json").read_text(encoding="utf-8"))
    else:
        lay_circuit(model, bpe.spaced_pairs(tokenizer))
    run(model, tokenizer, work, plan, figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--total", type=int, default=10_000_000, help="tokens to train on")
    parser.add_argument("--tokens", type=int, default=3072)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="work folder of an earlier run")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    train(given.work, Plan(given.total, given.tokens, given.rate, given.seed), given.resume)


if __name__ == "__main__":
    main()
