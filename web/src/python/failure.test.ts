import { expect, it } from "vitest";
import { InterpreterFailed, MissingFile, MissingPackages, pythonFailed } from "./failure";

it("names a file that did not come, without its address", () => {
  const error = pythonFailed(
    new MissingFile("http://localhost/a/wheels/amplifier_core-2.0.2%2Bpyodide.1-py3-none-any.whl", "HTTP 404"),
  );
  expect(error.code).toBe("python_failed");
  expect(error.message).toContain("amplifier_core-2.0.2+pyodide.1-py3-none-any.whl");
  expect(error.message).not.toContain("localhost");
});

it.each([
  "Failed to fetch dynamically imported module: http://localhost/pyodide/pyodide.mjs",
  "error loading dynamically imported module: http://localhost/pyodide/pyodide.mjs",
])("names a script that did not come: %s", (message) => {
  expect(pythonFailed(new TypeError(message)).message).toContain("pyodide.mjs");
});

it("names the packages that could not be installed", () => {
  expect(pythonFailed(new MissingPackages(["pydantic"], ["no wheel"])).message).toContain("pydantic");
  expect(pythonFailed(new MissingPackages(["a", "b"], [])).message).toContain("a, b");
});

it("says why the browser could not make the interpreter run", () => {
  const error = pythonFailed(new InterpreterFailed(new RangeError("Out of memory: Cannot allocate Wasm memory")));
  expect(error.message).toContain("Cannot allocate Wasm memory");
  expect(error.hint).toContain("memory");
});

it("names the module that an import missed", () => {
  const error = pythonFailed(
    new Error("Traceback (most recent call last):\n  …\nModuleNotFoundError: No module named 'amplifier_core'\n"),
  );
  expect(error.message).toBe("Python could not import the module amplifier_core.");
  expect(error.details).toMatchObject({ module: "amplifier_core" });
});

it("says the last line of any other traceback", () => {
  const error = pythonFailed(new Error("Traceback (most recent call last):\n  File …\nValueError: what now\n"));
  expect(error.message).toBe("Python failed: ValueError: what now");
});

it("takes anything that was thrown", () => {
  expect(pythonFailed(undefined).message).toBe("Python failed: undefined");
});
