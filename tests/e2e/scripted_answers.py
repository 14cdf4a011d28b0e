"""A page whose model says what a test gives it; from Python's session to the screen all is the real thing."""

from __future__ import annotations

from dataclasses import dataclass

from tests.e2e.app import App
from tests.e2e.tabs import python_of

# In the Python worker, in the engine's place. A piece per token, `rate` of them a second; 0: all at once.
# No more than `limit` of them.
SPEAK = """() => {
  const script = { answers: [], rate: 0, limit: Infinity, bodies: [], real: globalThis.js_llm_stream };
  globalThis.scripted = script;
  const started = {
    type: "started",
    model: "scripted",
    engine: { kind: "scripted", version: "1", device: "none", adapter: null },
  };
  const ended = tokens => ({
    type: "finished",
    reason: "stop",
    usage: { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 },
    figures: {
      time_to_first_token_ms: 1, duration_ms: 1, prefill_tokens_per_s: 1, decode_tokens_per_s: 1,
      prefilled_tokens: 1,
    },
  });
  globalThis.js_llm_stream = json => {
    script.bodies.push(JSON.parse(json));
    const answer = script.answers.shift() ?? "Nothing was given to say.";
    const tokens = script.rate === 0 ? [answer] : answer.match(/[^]{1,4}/g);
    const begun = performance.now();
    let said = 0;
    let told = false;
    let over = false;
    const next = async () => {
      if (over) return null;
      if (script.rate > 0) await new Promise(resolve => setTimeout(resolve, 20));
      const time = (performance.now() - begun) / 1000;
      const due = script.rate === 0 ? tokens.length : Math.min(script.limit, Math.ceil(time * script.rate));
      const events = tokens.slice(said, due).map(text => ({ type: "delta", text }));
      if (!told) events.unshift(started);
      told = true;
      said = Math.max(said, Math.min(due, tokens.length));
      over = said === tokens.length;
      if (over) events.push(ended(tokens.length));
      return JSON.stringify(events);
    };
    return { next, cancel: () => { over = true; } };
  };
}"""


@dataclass(frozen=True)
class ScriptedModel:
    """What the model of one page says, and what it was asked."""

    app: App

    def __post_init__(self) -> None:
        python_of(self.app).evaluate(SPEAK)

    def says(self, *answers: str, tokens_per_s: float = 0, up_to: int | None = None) -> None:
        """The next answers, in this order; with a rate no more than so many tokens of one, until `go_on`."""
        python_of(self.app).evaluate(
            """([answers, rate, limit]) => {
              scripted.answers.push(...answers);
              Object.assign(scripted, { rate, limit: limit ?? Infinity });
            }""",
            [list(answers), tokens_per_s, up_to],
        )

    def go_on(self, up_to: int) -> None:
        """Say more of the answer that is being said, to the token of this number."""
        python_of(self.app).evaluate("limit => { scripted.limit = limit; }", up_to)

    def asked(self) -> list[list[dict[str, str]]]:
        """The messages of each request, oldest first."""
        messages: list[list[dict[str, str]]] = python_of(self.app).evaluate(
            "scripted.bodies.map(body => body.messages)"
        )
        return messages

    def leave(self) -> None:
        """Let the real model answer again; in a page that was loaded anew it does already."""
        self.app.wait_until_ready()
        python_of(self.app).evaluate(
            "() => { globalThis.js_llm_stream = globalThis.scripted?.real ?? js_llm_stream; }"
        )
