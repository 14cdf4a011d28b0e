"""Says which packages are missing, when the kernel is imported and before anything else fails over it.

In Pyodide an installation can end well with half of it missing: a package of Pyodide's own lock file that
cannot be fetched is only logged. So what is needed is imported, and what cannot be is named, all at once.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Final

# Projects, with the module that each is there for.
NEEDED: Final[Mapping[str, str]] = {
    "typing-extensions": "typing_extensions",
    "annotated-types": "annotated_types",
    "typing-inspection": "typing_inspection",
    "pydantic-core": "pydantic_core",
    "pydantic": "pydantic",
}


class MissingDependencies(ImportError):
    """amplifier-core is installed, and packages that it needs are not, or do not fit each other."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.projects = list(reasons)
        listed = "; ".join(f"{project} ({reason})" for project, reason in reasons.items())
        super().__init__(
            f"amplifier-core is installed, but these packages that it needs cannot be imported: {listed}. "
            "In Pyodide the console says why one could not be fetched; then install again: "
            f"await micropip.install({self.projects!r})"
        )


def require(projects: Iterable[str] = NEEDED) -> None:
    """Imports what the kernel needs.

    Raises:
        MissingDependencies: with every package that cannot be imported, and why.
    """
    reasons: dict[str, str] = {}
    for project in projects:
        try:
            importlib.import_module(NEEDED[project])
        except Exception as error:  # pydantic raises a SystemError where its core has another version
            reasons[project] = f"{type(error).__name__}: {error}"
    if reasons:
        raise MissingDependencies(reasons)


require()
