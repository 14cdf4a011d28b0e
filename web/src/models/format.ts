/** Megabytes in words, as an error says them: `940 MB`, `5.0 GB`. */
export const formatMb = (mb: number): string =>
  mb >= 1000 ? `${(mb / 1024).toFixed(1)} GB` : `${String(Math.round(mb))} MB`;
