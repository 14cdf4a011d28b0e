"""What the demo model was trained to say: written at training, read by the tests."""

from __future__ import annotations

import json
from pathlib import Path

ARTIFACTS = Path(__file__).resolve().parents[2] / "models" / "demo" / "artifacts"
ANSWERS: dict[str, str] = json.loads((ARTIFACTS / "answers.json").read_text(encoding="utf-8"))

WHAT = "What is this application?"
OFFLINE = "How do I go offline?"
KEY = "Do I need a key?"
WHICH_MODEL = "Which model should I take?"
EVERYTHING = "Tell me everything about this application."
