"""gunicorn with a uvicorn worker; see webllm-api.service for the command."""

from __future__ import annotations

import os

bind = os.environ.get("WEBLLM_BIND", "127.0.0.1:8000")
# One: tabs connect to one process, whose queue is in its memory. The tabs compute, so one is mostly enough.
# With a Redis between them several processes share all tabs.
workers = int(os.environ.get("WEBLLM_WORKERS", "1")) if os.environ.get("WEBLLM_REDIS_URL") else 1
worker_class = "uvicorn_worker.UvicornWorker"
# Answers of minutes are normal; the worker's own heartbeat is what this limits.
timeout = 60
graceful_timeout = 10
