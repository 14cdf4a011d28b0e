"""The mutants of a module: its source with one small fault in it, made by cosmic-ray's operators."""

from __future__ import annotations

import ast
import hashlib
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# They are told which variable to change, one at a time: not for a whole file.
_LEFT_OUT = frozenset({"core/VariableReplacer", "core/VariableInserter"})


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what it was, what it became."""

    file: str
    line: int
    operator: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """The same for the same fault in the same source, whatever else changes in the tree."""
        return hashlib.sha256(f"{self.file}\0{self.source}".encode()).hexdigest()[:16]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file that is a program, unlike the original and those before it."""
    original = path.read_text(encoding="utf-8")
    seen = {_meaning(original)}
    for operator, source in (*_by_cosmic_ray(original), *_without_a_statement(original)):
        meaning = _meaning(source)
        if meaning is not None and meaning not in seen:
            seen.add(meaning)
            line, before, after = _difference(original, source)
            yield Mutant(path.name, line, operator, before, after, source)


def _by_cosmic_ray(original: str) -> Iterator[tuple[str, str]]:
    """Operators, numbers, conditions, decorators, exceptions and loops changed."""
    for name in sorted(_LEFT_OUT.symmetric_difference(operator_names())):
        operator = get_operator(name)()
        for occurrence in itertools.count():
            try:
                source = mutate_code(original, operator, occurrence)
            except AttributeError:
                # Its operator on exceptions does not know a dotted name in a tuple.
                continue
            if source is None:
                break
            yield name.removeprefix("core/"), source


def _without_a_statement(original: str) -> Iterator[tuple[str, str]]:
    """One call, assignment, return or raise left out, which cosmic-ray does not do; log lines may go."""
    lines = original.splitlines(keepends=True)
    for node in ast.walk(ast.parse(original)):
        if not isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.Return | ast.Raise | ast.Break):
            continue
        text = ast.get_source_segment(original, node) or ""
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or text.startswith("logger."):
            continue
        first, last = node.lineno - 1, (node.end_lineno or node.lineno)
        indentation = lines[first][: node.col_offset]
        yield "RemoveStatement", "".join([*lines[:first], f"{indentation}pass\n", *lines[last:]])


def _meaning(source: str) -> str | None:
    """The program without its annotations, which nothing reads at run time; None if it is no program.

    cosmic-ray takes `**fields` for a power and `str | None` for a sum: the first gives no program, the second
    the same one. Neither could be found by a test, nor missed by one. A comparison with a literal by `is`, of
    which Python warns, is left out, too: whether it differs is up to how texts are interned.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            tree = ast.parse(source)
            compile(tree, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _difference(original: str, source: str) -> tuple[int, str, str]:
    """Number of the first line that differs, and what it was and became."""
    for number, (before, after) in enumerate(
        zip(original.splitlines(), source.splitlines(), strict=False), start=1
    ):
        if before != after:
            return number, before.strip(), after.strip()
    raise AssertionError("a mutant differs somewhere")
