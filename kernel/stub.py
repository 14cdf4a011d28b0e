"""What a type stub declares: every name with its kind and parameters, in a form that can be compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Declarations = dict[str, str]


def declarations(stub: str | bytes) -> Declarations:
    """`name` or `Class.name` -> what it is: `class`, `attribute`, `property`, or its parameters.

    Annotations count, because they say what may be passed; texts and order do not.
    """
    found: Declarations = {}
    for node in ast.parse(stub).body:
        found.update(_of(node, ""))
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                found.update(_of(member, f"{node.name}."))
    return found


def _of(node: ast.stmt, owner: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.ClassDef):
        yield f"{owner}{node.name}", "class"
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield f"{owner}{node.target.id}", "attribute"
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
        if any(decorator.endswith(".setter") for decorator in decorators):
            yield f"{owner}{node.name}", "property that can be assigned"
        elif "property" in decorators:
            yield f"{owner}{node.name}", "property"
        else:
            waits = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
            yield f"{owner}{node.name}", f"{waits}({ast.unparse(node.args)})"
