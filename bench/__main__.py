"""`python -m bench`: every figure; `python -m bench NAME...` some; `python -m bench readme` writes them down.

Results are kept in bench/results, one JSON a benchmark, with the conditions under which they were taken.
"""

from __future__ import annotations

import argparse

from playwright.sync_api import sync_playwright

from bench import (
    api,
    batch,
    drawing,
    first_bytes,
    growing_page,
    growth,
    kernel,
    late_turn,
    load,
    memory,
    memory_drawn,
    memory_turns,
    overhead,
    pace,
    readme,
    recovery,
    results,
    smooth,
    start,
    storage,
    tabs,
    throughput,
)
from bench.results import Result
from bench.running import Benchmark, Rig
from bench.serving import build, serving

BENCHMARKS: dict[str, Benchmark] = {
    "start": start.run,
    "smooth": smooth.run,
    "first_bytes": first_bytes.run,
    "overhead_webgpu": overhead.run_webgpu,
    "overhead_cpu": overhead.run_cpu,
    "throughput": throughput.run,
    "pace": pace.run,
    "drawing": drawing.run,
    "memory": memory.run,
    "batch": batch.run,
    "storage": storage.run,
    "growing_page": growing_page.run,
    "recovery_cpu": recovery.run_cpu,
    "load_cpu": load.run_cpu,
    "late_turn_cpu": late_turn.run_cpu,
}
ONLY_BY_NAME: dict[str, Benchmark] = {
    "recovery_webgpu": recovery.run_webgpu,
    "memory_turns": memory_turns.run,
    "memory_drawn": memory_drawn.run,
    "load_webgpu": load.run_webgpu,
    "late_turn_webgpu": late_turn.run_webgpu,
    "tabs": tabs.run,
}
"""What takes many minutes on a software adapter."""
WITHOUT_A_BROWSER = {"kernel": kernel.run, "growth": growth.run, "api": api.run}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Figures, beside what else there is."
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=", ".join([*BENCHMARKS, *ONLY_BY_NAME, *WITHOUT_A_BROWSER, "readme"]),
    )
    parser.add_argument("--pairs", type=int, default=Rig.pairs, help="measurements of each side")
    parser.add_argument("--tokens", type=int, default=Rig.tokens, help="length of an answer")
    options = parser.parse_args()
    if options.names == ["readme"]:
        readme.update()
        return
    if unknown := set(options.names) - {*BENCHMARKS, *ONLY_BY_NAME, *WITHOUT_A_BROWSER}:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    names = options.names or [*WITHOUT_A_BROWSER, *BENCHMARKS]
    for name in WITHOUT_A_BROWSER.keys() & names:
        _keep(WITHOUT_A_BROWSER[name](options.pairs))
    in_browsers = {**BENCHMARKS, **ONLY_BY_NAME}
    if in_a_browser := [name for name in names if name in in_browsers]:
        build()
        with serving() as site, sync_playwright() as playwright:
            rig = Rig(playwright, site, options.pairs, options.tokens)
            for name in in_a_browser:
                _keep(in_browsers[name](rig))


def _keep(result: Result) -> None:
    print(f"\n{results.write(result)}\n{readme.table([result])}", flush=True)


if __name__ == "__main__":
    main()
