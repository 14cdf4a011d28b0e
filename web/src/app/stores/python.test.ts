import { describe, expect, it } from "vitest";
import type { PythonMessage } from "../../protocol/wire";
import { BOOTED, ended } from "../testing/messages";
import { PYTHON_STARTS, reducePython } from "./python";

const BOOTING: PythonMessage = { type: "booting", stage: "packages", fraction: 0.7, text: "pydantic" };
const FAILED: PythonMessage = { type: "python_failed", error: { code: "python_failed", message: "No." } };

describe("what is known of Python", () => {
  it("follows the stages of its start", () => {
    expect(reducePython(PYTHON_STARTS, BOOTING)).toEqual({
      kind: "booting",
      stage: "packages",
      fraction: 0.7,
      detail: "pydantic",
      download: null,
    });
  });

  it("knows how much of a download is here", () => {
    const download = { loaded_bytes: 3, total_bytes: 12, bytes_per_s: 3, remaining_s: 3 };
    expect(reducePython(PYTHON_STARTS, { ...BOOTING, ...download })).toMatchObject({ download });
  });

  it("is ready with its versions", () => {
    expect(reducePython(PYTHON_STARTS, BOOTED)).toMatchObject({ kind: "ready", versions: { pyodide: "314.0.7" } });
  });

  it("stays failed when progress that was under way still comes", () => {
    const failed = reducePython(PYTHON_STARTS, FAILED);
    expect(reducePython(failed, BOOTING)).toBe(failed);
  });

  it("is not changed by turns", () => {
    expect(reducePython(PYTHON_STARTS, ended("t"))).toBe(PYTHON_STARTS);
  });
});
