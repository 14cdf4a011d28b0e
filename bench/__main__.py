"""`python -m bench`: every figure; `python -m bench NAME...` some; `python -m bench readme` writes them down.

Results are kept in bench/results, one JSON a benchmark, with the conditions under which they were taken.
"""

from __future__ import annotations

import argparse

from playwright.sync_api import sync_playwright

from bench import overhead, readme, results, start, throughput
from bench.running import Benchmark, Rig
from bench.serving import build, serving

BENCHMARKS: dict[str, Benchmark] = {
    "start": start.run,
    "overhead_webgpu": overhead.run_webgpu,
    "overhead_cpu": overhead.run_cpu,
    "throughput": throughput.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Figures, beside what else there is."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*BENCHMARKS, "readme"]))
    parser.add_argument("--pairs", type=int, default=Rig.pairs, help="measurements of each side")
    parser.add_argument("--tokens", type=int, default=Rig.tokens, help="length of an answer")
    options = parser.parse_args()
    if options.names == ["readme"]:
        readme.update()
        return
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    build()
    with serving() as site, sync_playwright() as playwright:
        rig = Rig(playwright, site, options.pairs, options.tokens)
        for name in options.names or BENCHMARKS:
            result = BENCHMARKS[name](rig)
            print(f"\n{results.write(result)}\n{readme.table([result])}", flush=True)


if __name__ == "__main__":
    main()
