declare module "virtual:sandbox-scripts" {
  interface InlineScript {
    script: string;
    /** A source expression for `script-src`. */
    hash: string;
  }
  const scripts: { tool: InlineScript; fetch: InlineScript };
  export default scripts;
  /** Pyodide's lock file without a package. */
  export const emptyLock: string;
}
