"""What a browser's processes have written into memory, which no other browser shares."""

from __future__ import annotations

from bench.memory import PROC, NotMeasurable, browser_processes

OWN = ("Pss_Anon:", "Pss_Shmem:")
"""Without the program's own files: each running browser counts its share of them, and others come and go."""


def own_mb() -> float:
    """Megabytes that the browsers of this program have written."""
    if "Pss_Anon:" not in (PROC / "self" / "smaps_rollup").read_text():
        raise NotMeasurable("Memory is read from /proc/PID/smaps_rollup, which this system does not have.")
    total = 0
    for process in browser_processes():
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith(OWN))
    return total / 1000
