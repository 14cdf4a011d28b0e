"""Builds the amplifier-core wheel for Pyodide: `python -m kernel.build`.

Takes the official release (pinned by hash, downloaded by pip) unless `--wheel` names a file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kernel.repackage import RepackagingError, repackaged
from tools.wheels.fetch import FetchError, fetched, pins, sha256

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Builds the wheel and prints its path and hash; exit status 1 with a sentence when it cannot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--wheel", type=Path, help="an official amplifier-core wheel, instead of the pinned one"
    )
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "build" / "wheels", help="where downloads are kept"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "wheels", help="where the wheel goes")
    options = parser.parse_args(arguments)
    try:
        built = repackaged(options.wheel or fetched(pins()[0], options.cache), options.out)
    except (FetchError, RepackagingError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{built}  sha256 {sha256(built)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
