"""Pages of tests, bundled with packages of `web/`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tools.serve import ROOT

WEB = ROOT / "web"

# Rolldown comes with Vite; the packages that a page imports lie beside it.
BUNDLE = """
import { rolldown } from "rolldown";
const [input, modules] = JSON.parse(process.argv[1]);
const build = await rolldown({ input, platform: "browser", resolve: { modules: [modules] } });
const { output } = await build.generate({ format: "esm" });
process.stdout.write(output[0].code);
"""


def bundled(entry: Path) -> bytes:
    """One module with everything that it imports."""
    told = json.dumps([str(entry), str(WEB / "node_modules")])
    command = ["node", "--input-type=module", "--eval", BUNDLE, told]
    return subprocess.run(command, cwd=WEB, check=True, capture_output=True).stdout
