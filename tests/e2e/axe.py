"""axe-core on a page: what keeps people out, as sentences."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tools.serve import ROOT

SOURCE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


class Axe:
    """Looks at what a page shows now. The browser's debugger puts it there, whatever the policy says."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def violations(self, screen: str, *, rules: tuple[str, ...] = ()) -> list[str]:
        """What is wrong on this screen.

        Args:
            screen: what to call it in the answer.
            rules: only these; all of them where none is named.
        """
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(SOURCE.read_text())
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        found = self._page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{screen}: {violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
