import { expect, it } from "vitest";
import type { PythonMessage } from "../protocol/wire";
import { BootProgress } from "./boot";

function progress(): { said: PythonMessage[]; boot: BootProgress; wait: (ms: number) => void } {
  const said: PythonMessage[] = [];
  let now = 0;
  const boot = new BootProgress(
    (message) => said.push(message),
    () => now,
  );
  return { said, boot, wait: (ms) => (now += ms) };
}

it("tells of bytes while an ordinary start downloads, and of none while it imports", () => {
  const { said, boot, wait } = progress();
  boot.interpreter();
  boot.download({ "pyodide.asm.wasm": 8_000, "a-1.whl": 2_000 }).expect(["pyodide.asm.wasm", "a-1.whl"]);
  const count = boot.fileCame("https://a.example/pyodide.asm.wasm");
  wait(1_000);
  count?.(4_000);
  expect(said.at(-1)).toMatchObject({
    stage: "interpreter",
    loaded_bytes: 4_000,
    total_bytes: 10_000,
    bytes_per_s: 4_000,
    remaining_s: 1.5,
  });
  boot.packages(1);
  boot.fileCame("https://a.example/a-1.whl");
  expect(said.at(-1)).toMatchObject({ stage: "packages", text: "a", loaded_bytes: 4_000 });
  boot.importing();
  expect(said.at(-1)).toEqual({ type: "booting", stage: "import", fraction: 0.85, text: "" });
});

it("does not tell of every piece", () => {
  const { said, boot, wait } = progress();
  boot.download({});
  const count = boot.fileCame("https://a.example/pyodide.asm.wasm");
  wait(60);
  count?.(1);
  expect(said.length).toBe(1);
  wait(60);
  count?.(1);
  expect(said.length).toBe(2);
});

it("leaves the files of a Python that is restored as they are", () => {
  const { said, boot } = progress();
  expect(boot.fileCame("https://a.example/pyodide.asm.wasm")).toBeUndefined();
  expect(said.at(-1)).not.toHaveProperty("loaded_bytes");
});
