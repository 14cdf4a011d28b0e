/**
 * A person's way through the built site in Firefox, over WebDriver BiDi.
 *
 * `node journeys/firefox.mjs PROGRAM URL` prints what it saw as one line of JSON per step; who started it judges.
 * Before the last step it says that it waits, and goes on at the next line of its standard input: by then the
 * host may be gone.
 */
import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import puppeteer from "puppeteer-core";

const STEP_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 100;
const [, , program, url, ...questions] = argv;

/** @param {Record<string, unknown>} seen */
const say = (seen) => stdout.write(`${JSON.stringify(seen)}\n`);

/**
 * Puppeteer's own wait evaluates text inside the page, and the page's policy forbids that.
 * @template Seen
 * @param {() => Promise<Seen | null>} look
 * @param {string} what
 * @returns {Promise<Seen>}
 */
async function until(look, what) {
  const deadline = Date.now() + STEP_WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${STEP_WITHIN_MS / 1000} s: ${what}`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath: program, headless: true });
try {
  const page = await browser.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${url}?device=cpu`);
  say({ step: "started", browser: await browser.version(), ...(await ready(page)) });
  for (const question of questions) say({ step: "answered", question, ...(await ask(page, question)) });
  say({ step: "refused", ...(await page.evaluate(tryWhatIsForbidden)) });
  say({ step: "stored", ...(await until(() => page.evaluate(storedOffline), "stored for offline")) });

  await createInterface({ input: stdin }).question("");
  await page.reload();
  const model = await ready(page);
  const [question] = questions;
  say({ step: "offline", ...model, ...(await ask(page, question ?? "")), complaints });
} finally {
  await browser.close();
}

/** Once Python has started and a model answers: which one. @param {import("puppeteer-core").Page} page */
function ready(page) {
  return until(
    () =>
      page.evaluate(() => {
        const { engineState, pythonState } = window.webllmApp ?? {};
        if (engineState?.kind === "failed") throw new Error(engineState.error.message);
        if (engineState?.kind !== "ready" || pythonState?.kind !== "ready") return null;
        return { engine: engineState.model.engine, isolated: crossOriginIsolated };
      }),
    "Python and a model",
  );
}

/**
 * The answer on the page, and which tools ran for it.
 * @param {import("puppeteer-core").Page} page
 * @param {string} question
 */
async function ask(page, question) {
  const before = await page.evaluate(() => ({
    answers: document.querySelectorAll("[data-testid=message-assistant]").length,
    events: window.webllmApp.events.length,
  }));
  await page.locator("[data-testid=composer]").fill(question);
  await page.locator("[data-testid=send]").click();
  return until(
    () =>
      page.evaluate(({ answers, events }) => {
        const shown = [...document.querySelectorAll("[data-testid=message-assistant]")];
        const last = shown.at(-1);
        if (shown.length <= answers || last?.dataset.state === "streaming") return null;
        const texts = [...last.querySelectorAll("[data-testid=answer-text]")];
        const tools = window.webllmApp.events
          .slice(events)
          .filter(({ name }) => name === "tool:post")
          .map(({ payload }) => ({ tool: payload.tool_name, input: payload.tool_input }));
        return { state: last.dataset.state, text: texts.map((one) => one.innerText).join("\n"), tools };
      }, before),
    `an answer to "${question}"`,
  );
}

/** Runs in the page: null until everything is stored. */
function storedOffline() {
  const { offline } = window.webllmApp;
  return ["ready", "failed"].includes(offline.kind) ? { offline } : null;
}

/** Runs in the page: what its policies let pass. */
function tryWhatIsForbidden() {
  /** @param {() => unknown} attempt */
  const outcome = (attempt) => {
    try {
      attempt();
      return "ran";
    } catch (error) {
      return error.name;
    }
  };
  return {
    markup: outcome(() => {
      document.createElement("div").innerHTML = "<b>text</b>";
    }),
    worker: outcome(() => new Worker("data:text/javascript,")),
  };
}
