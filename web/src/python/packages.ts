/** Installing packages of the lock file, with an error for what does not come. */
import type { PyodideAPI } from "pyodide";
import { MissingPackages } from "./failure";

/** Rejects with `MissingPackages`. */
export async function loadPackages(pyodide: PyodideAPI, names: readonly string[]): Promise<void> {
  const reasons: string[] = [];
  await pyodide.loadPackage([...names], {
    // A package that cannot be had is only reported here; the call itself succeeds.
    errorCallback: (message) => reasons.push(message),
    messageCallback: () => undefined,
  });
  const loaded = Object.keys(pyodide.loadedPackages);
  const missing = names.filter((name) => !loaded.includes(name));
  if (missing.length > 0 || reasons.length > 0) throw new MissingPackages(missing, reasons);
}
