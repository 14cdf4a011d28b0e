"""Many trials, each in a process of its own, some at a time, none for longer than it may take."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from tests.kernel.mutation.judge import Trial, findings
from tests.kernel.mutation.mutants import Mutant

# A mutant that never stops, or fills the memory, is found by that.
LONGEST_S = 40.0
_LARGEST_BYTES = 3 * 2**30
_FORK = multiprocessing.get_context("fork")


@dataclass
class _Running:
    mutant: Mutant
    process: ForkProcess
    answer: Connection
    deadline: float


def outcomes(
    mutants: Iterable[Mutant], trial_of: Callable[[Mutant], Trial], jobs: int
) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant with who found it, in the order in which they are done; None for one that nobody found."""
    left = iter(mutants)
    running: list[_Running] = []
    while True:
        while len(running) < jobs and (mutant := next(left, None)) is not None:
            running.append(_started(mutant, trial_of(mutant)))
        if not running:
            return
        wait([entry.process.sentinel for entry in running], timeout=1.0)
        for entry in list(running):
            if not entry.process.is_alive() or time.monotonic() > entry.deadline:
                running.remove(entry)
                yield entry.mutant, _ended(entry)


def answer_of(trial: Trial) -> str | None:
    """The outcome of one trial."""
    unnamed = Mutant("", 0, "", "", "", "")
    return next(outcome for _, outcome in outcomes([unnamed], lambda _: trial, 1))


def _started(mutant: Mutant, trial: Trial) -> _Running:
    answer, side = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_judge, args=(trial, side))
    process.start()
    side.close()
    return _Running(mutant, process, answer, time.monotonic() + LONGEST_S)


def _judge(trial: Trial, side: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_LARGEST_BYTES, _LARGEST_BYTES))
    silent = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silent, stream)
    side.send(findings(trial))


def _ended(entry: _Running) -> str | None:
    try:
        if entry.answer.poll():
            found: str | None = entry.answer.recv()
            return found
        return "time" if entry.process.is_alive() else "crash"
    except EOFError:
        return "crash"
    finally:
        entry.process.kill()
        entry.process.join()
        entry.answer.close()
