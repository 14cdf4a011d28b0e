/** As many prompts as one batch takes: the engine room takes no more. */
export const MOST_PROMPTS = 100;
