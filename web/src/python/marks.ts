/** Moments of the start, for whoever records the browser's performance: `bench/profile` shows them. */
export function mark(moment: string): void {
  performance.mark(`python: ${moment}`);
}
