/** Facts that a model's id tells: its quantisation, its parameters, about how many bytes its weights take. */

/** Billions of parameters where the id names none, or rounds too much. The first match counts. */
const PARAMETERS: readonly (readonly [RegExp, number])[] = [
  [/Phi-3\.5-vision/, 4.15],
  [/Phi-(3|3\.5|4)-mini/, 3.82],
  [/^phi-2-/, 2.78],
  [/^phi-1_5-/, 1.42],
  [/Llama-3\.2-1B/, 1.24],
  [/Llama-3\.2-3B/, 3.21],
  [/^gemma-4-E2B/, 5.1],
  [/^gemma-2-2b/, 2.61],
  [/^gemma-2-9b/, 9.24],
  [/^gemma-2b/, 2.51],
  [/Qwen2(\.5)?-(\w+-)?7B|Qwen-7B/, 7.62],
  [/Qwen2(\.5)?-(\w+-)?0\.5B/, 0.494],
  [/Mistral-7B|WizardMath-7B/, 7.25],
  [/SmolLM2-1\.7B/, 1.71],
  [/SmolLM2-360M/, 0.362],
  [/snowflake-arctic-embed-m/, 0.109],
  [/snowflake-arctic-embed-s/, 0.033],
];

/** Bits per weight with the scales of its groups: `q4f16_1` has one 16-bit scale for 32 weights of four bits. */
const BITS: readonly (readonly [RegExp, number])[] = [
  [/^q0f32$/, 32],
  [/^q0b?f16$/, 16],
  [/^q4f32/, 5],
  [/^q4b?f16/, 4.5],
  [/^q3f16/, 3.6],
  [/^Q4_K_M$/i, 4.85],
  [/^Q8_0$/i, 8.5],
  [/^F16$/i, 16],
];

/** WebLLM's ids carry it: `q4f16_1` is four bits of weight, computed in 16-bit floats. */
export function quantizationOf(id: string): string {
  return /\bq\d+(?:bf16|f16|f32)(?:_\d+)?\b/.exec(id)?.[0] ?? "unknown";
}

/** As llama.cpp's files are named by custom: `smollm2-360m-instruct-q8_0.gguf`. */
export function quantizationOfFile(name: string): string {
  const found = /(?:^|[-._])((?:I?Q\d\w*?)|B?F16|F32)(?:\.gguf)?$/i.exec(name)?.[1];
  return found?.toUpperCase() ?? "unknown";
}

/** Billions of parameters; null where the id does not tell. */
function parametersOf(id: string): number | null {
  const known = PARAMETERS.find(([pattern]) => pattern.test(id));
  if (known !== undefined) return known[1];
  const named = /(?:^|[-_])(\d+(?:[._]\d+)?)([bm])(?=[-_]|$)/i.exec(id);
  if (named === null) return null;
  const size = Number(named[1]?.replace("_", "."));
  return named[2]?.toLowerCase() === "m" ? size / 1000 : size;
}

/** About how many bytes the weights take; null where the id does not tell. An estimate, exact to some 10 %. */
export function estimatedBytes(id: string, quantization: string): number | null {
  const parameters = parametersOf(id);
  const bits = BITS.find(([pattern]) => pattern.test(quantization))?.[1];
  return parameters === null || bits === undefined ? null : Math.round((parameters * 1e9 * bits) / 8);
}

/** Families of an earlier generation: what came later does better at the same size. */
const EARLIER =
  /^(Llama-2|phi-1|phi-2|RedPajama|TinyLlama|gemma-2b|stablelm|WizardMath|OpenHermes|NeuralHermes)/;
const SMALLEST = 2;
const LARGEST = 95;

/**
 * A hint for comparing models, 2 to 95: it grows with the parameters, and less for what is quantised or older. No
 * benchmark; null where the id tells no parameters.
 */
export function qualityOf(id: string, quantization: string): number | null {
  const parameters = parametersOf(id);
  if (parameters === null) return null;
  const size = 30 + 12 * Math.log2(parameters);
  const quantised = /^q0|^F|^B?F16|^Q8/i.test(quantization) ? 0 : 2;
  const older = EARLIER.test(id) ? 12 : 0;
  return Math.round(Math.min(LARGEST, Math.max(SMALLEST, size - quantised - older)));
}
