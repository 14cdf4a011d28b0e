/** One call starts a model and Python; a question streams its answer into the page. */
import { EngineError, initBrowserAmplifier } from "webllm-provider";

const [form, status, output] = ["form", "#status", "output"].map((name) => document.querySelector(name));
if (!(form instanceof HTMLFormElement) || !status || !output) throw new Error("index.html has changed.");
const say = (error: unknown): void => {
  status.textContent = error instanceof EngineError ? `${error.code}: ${error.message}` : String(error);
};

const starting = initBrowserAmplifier(
  "webllm-demo-1-q0f32",
  ({ part, fraction }) => (status.textContent = `${part}: ${String(Math.round(fraction * 100))} %`),
  { site: "https://your.site/" },
);
starting.then((amplifier) => (status.textContent = `ready: ${amplifier.engine.state.type}`), say);

let stop = new AbortController();
form.querySelector("button[type=button]")?.addEventListener("click", () => stop.abort());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  stop = new AbortController();
  output.textContent = "";
  try {
    const amplifier = await starting;
    const { outcome } = await amplifier.ask(String(new FormData(form).get("question")), {
      signal: stop.signal,
      onText: (text) => output.append(text),
    });
    status.textContent = outcome;
  } catch (error) {
    say(error);
  }
});
