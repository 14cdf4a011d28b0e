"""`make watch`: the newest amplifier-core, Pyodide and web-llm, held against the pinned ones.

Exit status 0: nothing has changed. 1: something has, and its names are printed. 2: a release could not be
had.
A file or folder given by an option is looked at instead of the newest release.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from kernel.watch import kernel, pyodide, webllm
from kernel.watch.changes import Change, written
from kernel.watch.newest import NotFetched, newest_package, newest_wheel
from tools.wheels.fetch import FetchError, fetched, pins

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / "web" / "node_modules"
FOLDER = ROOT / "build" / "watch"
SUBJECTS = ("amplifier-core", "pyodide", "web-llm")


def main(arguments: list[str] | None = None) -> int:
    """Prints the report, and writes it where `--report` says."""
    options = _options(arguments)
    looks: dict[str, Callable[[], tuple[str, list[Change]]]] = {
        "amplifier-core": lambda: _kernel(options),
        "pyodide": lambda: pyodide.changes(options.pyodide or newest_package("pyodide", FOLDER)),
        "web-llm": lambda: _webllm(options),
    }
    try:
        seen = [looks[subject]() for subject in options.only]
    except (NotFetched, FetchError) as error:
        print(error, file=sys.stderr)
        return 2
    changes = [change for _, found in seen for change in found]
    report = written(changes, [release for release, _ in seen])
    print(report)
    if options.report is not None:
        options.report.write_text(report, encoding="utf-8")
    return 1 if changes else 0


def _kernel(options: argparse.Namespace) -> tuple[str, list[Change]]:
    pin = pins()[0]
    pinned = fetched(pin, ROOT / "build" / "wheels")
    return kernel.changes(pinned, pin, options.wheel or newest_wheel(pin, FOLDER))


def _webllm(options: argparse.Namespace) -> tuple[str, list[Change]]:
    name = "@mlc-ai/web-llm"
    return webllm.changes(INSTALLED / name, options.web_llm or newest_package(name, FOLDER))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m kernel.watch", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=SUBJECTS, help="look only at these")
    parser.add_argument("--wheel", type=Path, help="a wheel of amplifier-core")
    parser.add_argument("--pyodide", type=Path, help="an unpacked npm package pyodide")
    parser.add_argument("--web-llm", type=Path, help="an unpacked npm package @mlc-ai/web-llm")
    parser.add_argument("--report", type=Path, help="also write the report, as Markdown, into this file")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
