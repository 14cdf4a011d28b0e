/** Problem details of failures that happen before Python is reached; of the shape that `webllm_provider.api` gives. */
import type { WireError } from "../protocol/wire";

export interface Problem {
  status: 503;
  code: "NO_ENGINE" | "ENGINE_FAILED";
  detail: string;
  hint: string;
}

export const NO_TAB: Problem = {
  status: 503,
  code: "NO_ENGINE",
  detail: "No tab of this site is open, and the model runs in one.",
  hint: "Open the site in a tab, and ask again.",
};

export const PYTHON_FAILED: Problem = {
  status: 503,
  code: "ENGINE_FAILED",
  detail: "Python does not run in the site's tab.",
  hint: "Restart Python there, or load that tab again.",
};

export const TABS_GONE: Problem = {
  status: 503,
  code: "ENGINE_FAILED",
  detail: "The tabs that were asked have gone before they answered.",
  hint: "Open the site in a tab, and ask again.",
};

export const BROKEN: Problem = {
  status: 503,
  code: "ENGINE_FAILED",
  detail: "The tab that answered has gone.",
  hint: "Ask again: another tab answers.",
};

export const pythonProblem = ({ message, hint }: WireError): Problem => ({
  ...PYTHON_FAILED,
  detail: message,
  hint: hint ?? PYTHON_FAILED.hint,
});

/** The response; under `/v1` with OpenAI's object, so that its clients raise their own exceptions. */
export function problem(what: Problem, openai: boolean): Response {
  return new Response(JSON.stringify(bodyOf(what, openai)), {
    status: what.status,
    headers: { "Content-Type": "application/problem+json" },
  });
}

/** The last event of a stream whose head has been sent. */
export function errorEvent(what: Problem): Uint8Array {
  return new TextEncoder().encode(`event: error\ndata: ${JSON.stringify(bodyOf(what, true))}\n\n`);
}

function bodyOf({ status, code, detail, hint }: Problem, openai: boolean): object {
  const sentence = `${detail} ${hint}`;
  const error = openai
    ? { message: sentence, type: "server_error", param: null, code: code.toLowerCase() }
    : sentence;
  return { type: "about:blank", title: "No engine can answer", status, detail, error, code, hint };
}
