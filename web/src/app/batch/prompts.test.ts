import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { formatOf, readPrompts } from "./prompts";

/** A prompt as it comes out: with something in it, and no blanks around it. */
const prompt = fc.string({ unit: "binary", minLength: 1, maxLength: 30 }).map((text) => text.trim()).filter((text) => text !== "");
const prompts = fc.array(prompt, { minLength: 1, maxLength: 100 });
const line = prompt.map((text) => text.replaceAll(/[\r\n]+/gu, " ").trim()).filter((text) => text !== "" && !text.startsWith("\uFEFF"));

describe("prompts", () => {
  it("are the lines of a text that say something", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 100 }), fc.constantFrom("\n", "\r\n", "\n\n", "\n  \n"), (given, end) => {
        expect(readPrompts(given.join(end) + end, "txt")).toEqual({ prompts: given, fault: null });
      }),
    );
  });

  it("are the column of that name in a table, wherever it stands and whatever is in it", () => {
    fc.assert(
      fc.property(prompts, fc.constantFrom("Prompt", " question ", "TEXT", "input"), (given, head) => {
        const table = Papa.unparse([["id", head, "note"], ...given.map((text, index) => [String(index), text, "a,b"])]);
        expect(readPrompts(`\uFEFF${table}`, "csv")).toEqual({ prompts: given, fault: null });
      }),
    );
  });

  it("are the first column of a table without names", () => {
    expect(readPrompts('"one, two",x\nthree,y\n', "csv")).toEqual({ prompts: ["one, two", "three"], fault: null });
    expect(readPrompts("one\ntwo\n", "csv")).toEqual({ prompts: ["one", "two"], fault: null });
  });

  it("are texts, or fields of that name, in JSON lines", () => {
    fc.assert(
      fc.property(prompts, fc.constantFrom(null, "prompt", "question", "text", "input"), (given, field) => {
        const lines = given.map((text) => JSON.stringify(field === null ? text : { id: 1, [field]: text }));
        expect(readPrompts(lines.join("\n"), "jsonl")).toEqual({ prompts: given, fault: null });
      }),
    );
  });

  it.each([
    ["{broken", { code: "not_json", line: 2 }],
    ["{}", { code: "no_prompt", line: 2 }],
    ["null", { code: "no_prompt", line: 2 }],
    ["7", { code: "no_prompt", line: 2 }],
    ['{"prompt": " "}', { code: "no_prompt", line: 2 }],
  ])("are refused with the line that is at fault: %s", (second, fault) => {
    expect(readPrompts(`"fine"\n${second}\n`, "jsonl").fault).toEqual(fault);
  });

  it("are refused where a table is broken, where there are too many, and where one is too long", () => {
    expect(readPrompts('prompt\n"never ended\n', "csv").fault).toMatchObject({ code: "not_csv" });
    expect(readPrompts("a\n".repeat(101), "txt").fault).toEqual({ code: "too_many", count: 101, most: 100 });
    expect(readPrompts(`a\n${"b".repeat(100_001)}`, "txt").fault).toEqual({ code: "too_long", line: 2 });
  });

  it("are read from anything without an exception", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("txt", "csv", "jsonl"), (text, format) => {
        for (const each of readPrompts(text, format).prompts) expect(each.trim()).not.toBe("");
      }),
    );
  });

  it("are read by the ending of their file's name", () => {
    expect(["a.csv", "b.JSONL", "c.ndjson", "d.txt", "e"].map(formatOf)).toEqual(["csv", "jsonl", "jsonl", "txt", "txt"]);
  });
});
