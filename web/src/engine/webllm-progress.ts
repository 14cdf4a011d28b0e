import type { LoadStage } from "../protocol/wire";
import type { LoadReport } from "./engine";

/** What WebLLM tells of a load: a share of the present step, and the step only in words. */
export interface RawProgress {
  progress: number;
  text: string;
}

interface Step {
  stage: LoadStage;
  words: RegExp;
  /** The step's place in the whole load; seen on slow and fast machines, compiling takes the longest. */
  from: number;
  to: number;
  sentence: string;
}

const STEPS: readonly Step[] = [
  {
    stage: "download",
    words: /^Fetching param cache/,
    from: 0.05,
    to: 0.45,
    sentence: "Downloading the model",
  },
  {
    stage: "read_cache",
    words: /^Loading model from cache/,
    from: 0.45,
    to: 0.6,
    sentence: "Moving the model to the GPU",
  },
  {
    stage: "compile",
    words: /^Loading GPU shader modules/,
    from: 0.6,
    to: 0.98,
    sentence: "Compiling shaders for the GPU",
  },
  { stage: "warm_up", words: /^Finish loading/, from: 0.98, to: 1, sentence: "Getting ready" },
];
const PREPARE: Step = { stage: "prepare", words: /^/, from: 0, to: 0.05, sentence: "Preparing the engine" };
const MEBIBYTE = 2 ** 20;

/** Makes reports out of WebLLM's words for one load. A load never goes backwards. */
export function webllmProgress(totalBytes: number | null): (raw: RawProgress) => LoadReport {
  let furthest = 0;
  return ({ progress, text }) => {
    const step = STEPS.find(({ words }) => words.test(text)) ?? PREPARE;
    const share = Number.isFinite(progress) ? Math.min(Math.max(progress, 0), 1) : 0;
    furthest = Math.max(furthest, step.from + (step.to - step.from) * share);
    const loadedBytes =
      step.stage === "download" || step.stage === "read_cache" ? bytesIn(text, share, totalBytes) : null;
    return {
      stage: step.stage,
      fraction: furthest,
      loadedBytes,
      totalBytes: loadedBytes === null ? null : totalBytes,
      text: step.sentence,
    };
  };
}

/** Exact where the size is known; else in the whole mebibytes that WebLLM names. */
function bytesIn(text: string, share: number, totalBytes: number | null): number | null {
  if (totalBytes !== null) return Math.round(share * totalBytes);
  const megabytes = /(\d+)MB/.exec(text)?.[1];
  return megabytes === undefined ? null : Number(megabytes) * MEBIBYTE;
}
