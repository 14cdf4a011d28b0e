"""A walk through the API in a terminal: `python -m webllm_provider.demo [URL]`.

It asks a running `webllm-api` for its health and models, streams one answer, runs a batch, and shows the
metrics and the history. `webllm-api` needs a tab that offers its engine; see docs/api.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

DEFAULT = "http://localhost:8000"
TOKEN_VARIABLE = "WEBLLM_TOKEN"
QUESTION = "What can you do?"
PROMPTS = ("Hello!", "What is a browser?")


class Refused(Exception):
    """The server has said no, with a sentence."""


class Walk:
    """The demo's steps."""

    def __init__(self, client: Any, out: TextIO) -> None:
        self._client = client
        self._out = out

    def health(self) -> None:
        """Whether anybody can answer."""
        told = self._get("/webllm/api/health")
        self._say(f"health   {told['status']}, {told['models_loaded']} model(s) loaded")

    def models(self) -> str | None:
        """What can answer; gives the first."""
        ids = [model["id"] for model in self._get("/v1/models")["data"]]
        self._say(f"models   {', '.join(ids) or 'none'}")
        return ids[0] if ids else None

    def answer(self, model: str) -> None:
        """One answer, as it is written."""
        self._say(f"asked    {QUESTION}")
        self._out.write("answer   ")
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
        with self._client.stream("POST", "/v1/chat/completions", json=body) as response:
            if response.status_code != 200:
                response.read()
                raise Refused(_sentence(response.json()))
            for line in response.iter_lines():
                if line.startswith("data: {"):
                    self._out.write(_piece(json.loads(line[6:])))
                    self._out.flush()
        self._say("")

    def batch(self, model: str) -> None:
        """Several prompts at once."""
        told = self._post("/webllm/api/infer/batch", {"model_id": model, "prompts": list(PROMPTS)})
        self._say(
            f"batch    {told['successful']} of {told['total_prompts']} in {told['total_time_ms']:.0f} ms"
        )

    def metrics(self) -> None:
        """Sums over all inferences."""
        sums = self._get("/webllm/api/metrics")["metrics"]
        self._say(
            f"metrics  {sums['total_inferences']} inferences, {sums['total_tokens']} tokens, "
            f"{sums['average_inference_time']:.0f} ms each"
        )

    def history(self) -> None:
        """The last inferences."""
        for entry in self._get("/webllm/api/history?limit=5")["history"]:
            mark = "ok" if entry["success"] else entry["code"]
            self._say(f"history  {entry['timestamp'][11:19]}  {entry['model_id']}  {mark}")

    def _get(self, path: str) -> Any:
        return _checked(self._client.get(path))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _checked(self._client.post(path, json=body))

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")


def main(arguments: Sequence[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Walk through the API of a server; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m webllm_provider.demo", description=__doc__)
    parser.add_argument("url", nargs="?", default=DEFAULT)
    url = parser.parse_args(arguments).url
    try:
        import httpx
    except ImportError:
        print("The demo needs httpx: pip install 'webllm-provider[api]'", file=sys.stderr)
        return 2
    token = os.environ.get(TOKEN_VARIABLE)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
            return _walk(Walk(client, out), out)
    except httpx.TransportError as error:
        print(f"No server answers at {url} ({type(error).__name__}). Start it: webllm-api", file=sys.stderr)
    except Refused as error:
        print(error, file=sys.stderr)
    return 1


def _walk(walk: Walk, out: TextIO) -> int:
    walk.health()
    model = walk.models()
    if model is None:
        out.write("No tab offers its engine yet: open one, load a model and offer it (docs/api.md).\n")
        return 1
    walk.answer(model)
    walk.batch(model)
    walk.metrics()
    walk.history()
    return 0


def _checked(response: Any) -> Any:
    told = response.json()
    if response.status_code != 200:
        raise Refused(_sentence(told))
    return told


def _sentence(problem: Any) -> str:
    return str(problem.get("detail") or problem)


def _piece(chunk: Any) -> str:
    if "error" in chunk:
        raise Refused(_sentence(chunk))
    return "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])


if __name__ == "__main__":
    sys.exit(main())
