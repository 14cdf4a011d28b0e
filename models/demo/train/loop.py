"""Training: python -m demo.train.loop --work DIR --minutes N"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from ..spec import SHAPE
from . import tokenizer as bpe
from .batches import Batch, batches
from .llama import Llama, tie_spaces


def loss_of(model: Llama, batch: Batch) -> torch.Tensor:
    """Mean cross entropy over the taught tokens; logits are computed for those alone."""
    taught = batch.targets >= 0
    return F.cross_entropy(model.logits(model.hidden(batch.ids)[taught]), batch.targets[taught])


def rate(done: float, peak: float) -> float:
    """Learning rate after a share `done` of the time: a short rise, then a cosine down to a fiftieth."""
    if done < 0.03:
        return peak * done / 0.03
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (done - 0.03) / 0.97)))


def optimizer_of(model: Llama) -> torch.optim.AdamW:
    """AdamW; only matrices decay."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.97))


def save(model: Llama, work: Path, figures: dict[str, float | int]) -> None:
    """Keep weights and figures in the work folder."""
    torch.save(model.state_dict(), work / "weights.part")
    (work / "weights.part").rename(work / "weights.pt")
    (work / "training.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")


def train(work: Path, minutes: float, tokens: int, peak: float, resume: Path | None) -> None:
    """Train for a given time, printing a line every hundred steps and saving every five minutes."""
    torch.manual_seed(7)
    tokenizer = bpe.build()
    bpe.save(tokenizer, work)
    model = Llama(SHAPE)
    tie_spaces(model, bpe.spaced_pairs(tokenizer))
    if resume:
        model.load_state_dict(torch.load(resume))
    _steps(model, tokenizer, work, minutes, tokens, peak, seed=11 if resume else 5)


def _steps(
    model: Llama, tokenizer: Tokenizer, work: Path, minutes: float, tokens: int, peak: float, seed: int
) -> None:
    optimizer = optimizer_of(model)
    begin = saved = time.monotonic()
    seen, step, running = 0, 0, 0.0
    for batch in batches(tokens, tokenizer, seed):
        now = time.monotonic()
        done = (now - begin) / (minutes * 60)
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate(done, peak)
        loss = loss_of(model, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step, seen = step + 1, seen + batch.ids.numel()
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"{now - begin:6.0f} s  step {step}  tokens {seen}  loss {running:.4f}", flush=True)
        if now - saved > 300:
            saved = now
            save(model, work, {"steps": step, "tokens": seen, "loss": round(running, 4)})
    seconds = round(time.monotonic() - begin)
    save(model, work, {"steps": step, "tokens": seen, "loss": round(running, 4), "seconds": seconds})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    train(given.work, given.minutes, given.tokens, given.rate, given.resume)


if __name__ == "__main__":
    main()
