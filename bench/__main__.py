"""`make bench`: every figure, taken in one run, printed as one table."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from bench import answer, start
from tools.serve import serving


def main() -> None:
    with serving() as site, sync_playwright() as playwright:
        rows = [*start.measure(playwright, site), *answer.measure(playwright, site)]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


if __name__ == "__main__":
    main()
