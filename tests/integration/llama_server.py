"""llama.cpp's own HTTP server with the demo model: `python llama_server.py MODEL NAME KEY WINDOW`.

It prints its address once it listens, and ends with its standard input: nobody who dies leaves it behind.
"""

from __future__ import annotations

import sys
from typing import Any

import xllamacpp


def parameters(model: str, name: str, key: str, window: int) -> Any:
    """Small, on one thread, on a port that the system chooses."""
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
    # Web pages of any origin may ask.
    made.cors_origins = "*"
    # "*" is no name for this one of the headers.
    made.cors_headers = "authorization, content-type"
    return made


def main(model: str, name: str, key: str, window: str) -> None:
    server = xllamacpp.Server(parameters(model, name, key, int(window)))
    print(f"listening on {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
