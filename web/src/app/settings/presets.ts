/** Three ways of answering that each are one choice (pure). */
import { type Choices, chosen } from "./choices";

export const PRESETS = {
  fast: { temperature: 0.3, max_tokens: 256, top_p: 0.8 },
  balanced: { temperature: 0.7, max_tokens: 512, top_p: 0.9 },
  varied: { temperature: 1.5, max_tokens: 512, top_p: 1 },
} as const satisfies Record<string, Choices>;

export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];

/** Names that a preset sets. */
const SET = ["temperature", "max_tokens", "top_p"] as const;

/** Which preset these are; `model`: the model's own defaults; `own`: something else. */
export function presetOf(choices: Choices): Preset | "model" | "own" {
  const preset = PRESET_NAMES.find((name) => SET.every((each) => choices[each] === PRESETS[name][each]));
  if (preset !== undefined) return preset;
  return SET.every((each) => choices[each] === undefined) ? "model" : "own";
}

/** The choices with a preset's in them; `model` takes them all back. What no preset sets stays. */
export function withPreset(choices: Choices, preset: Preset | "model"): Choices {
  if (preset !== "model") return { ...choices, ...PRESETS[preset] };
  return SET.reduce((left: Choices, each) => chosen(left, each, undefined), choices);
}
