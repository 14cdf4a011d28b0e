"""The browser fixtures of the end-to-end suite."""

from __future__ import annotations

from tests.e2e.conftest import (
    cpu_app,
    cpu_browser,
    open_on_webgpu,
    origin_guard,
    playwright,
    site,
    tabs,
    webgpu_app,
    webgpu_browser,
)

__all__ = [
    "cpu_app",
    "cpu_browser",
    "open_on_webgpu",
    "origin_guard",
    "playwright",
    "site",
    "tabs",
    "webgpu_app",
    "webgpu_browser",
]
