import { expect, it } from "vitest";
import { aheadOf } from "./wllama-ahead";

/** A worker that answers its actions in order, when it is let. */
function worker(): {
  act: Parameters<typeof aheadOf>[0];
  asked: string[];
  answer: (result: unknown) => void;
} {
  const asked: string[] = [];
  const waiting: ((result: unknown) => void)[] = [];
  return {
    asked,
    act: (name, { req_id: request = "" }) => {
      asked.push(`${name} ${String(request)}`.trim());
      return new Promise((resolve) => waiting.push(resolve));
    },
    answer: (result) => waiting.shift()?.(result),
  };
}

it("asks for the next piece of an answer before the one that is waited for has come", async () => {
  const { act, asked, answer } = worker();
  const ask = aheadOf(act);
  void ask("completion", {});
  answer("begun");
  const first = ask("get_result", { req_id: 1 });
  expect(asked).toEqual(["completion", "get_result 1", "get_result 1"]);
  answer("a");
  expect(await first).toBe("a");
  const second = ask("get_result", { req_id: 1 });
  expect(asked).toHaveLength(4);
  answer("b");
  expect(await second).toBe("b");
});

it("gives nothing of one answer to the next", async () => {
  const { act, answer } = worker();
  const ask = aheadOf(act);
  void ask("completion", {});
  answer("begun");
  const last = ask("get_result", { req_id: 1 });
  answer("the last");
  expect(await last).toBe("the last");
  void ask("completion", {});
  answer("behind the last");
  answer("begun");
  const next = ask("get_result", { req_id: 2 });
  answer("new");
  expect(await next).toBe("new");
});

it("asks for nothing ahead where no answer is written, and behind a cancel", () => {
  const { act, asked } = worker();
  const ask = aheadOf(act);
  void ask("embeddings", {});
  void ask("get_result", { req_id: 1 });
  void ask("completion", {});
  void ask("get_result", { req_id: 2 });
  void ask("cancel", { req_id: 2 });
  expect(asked).toEqual([
    "embeddings",
    "get_result 1",
    "completion",
    "get_result 2",
    "get_result 2",
    "cancel 2",
  ]);
});

it("passes on what the worker refuses, and is not upset by what nobody waits for", async () => {
  const ask = aheadOf((name) =>
    name === "get_result" ? Promise.reject(new Error("It has crashed.")) : Promise.resolve(),
  );
  await ask("completion", {});
  await expect(ask("get_result", { req_id: 1 })).rejects.toThrow("crashed");
  await new Promise((resolve) => setTimeout(resolve, 0));
});
