"""llama.cpp's own HTTP server with the demo model: `python llama_server.py MODEL NAME KEY WINDOW [TEMPLATE]`.

It prints its address once it listens, and ends with its standard input: nobody who dies leaves it behind.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import xllamacpp


def parameters(model: str, name: str, key: str, window: int, template: str = "") -> Any:
    """Small, on one thread, on a port that the system chooses; `template` is a file with a chat template."""
    made = xllamacpp.CommonParams()
    made.model.path = model
    made.model_alias = {name}
    made.api_keys = [key]
    made.hostnames = ["127.0.0.1"]
    made.n_parallel = 2
    made.n_ctx = window * made.n_parallel
    made.cpuparams.n_threads = 1
    made.n_gpu_layers = 0
    made.warmup = False
    made.endpoint_metrics = True
    if template:
        made.chat_template = Path(template).read_text(encoding="utf-8")
    # Web pages of any origin may ask.
    made.cors_origins = "*"
    # "*" is no name for this one of the headers.
    made.cors_headers = "authorization, content-type"
    return made


def main(model: str, name: str, key: str, window: str, template: str = "") -> None:
    server = xllamacpp.Server(parameters(model, name, key, int(window), template))
    print(f"listening on {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
