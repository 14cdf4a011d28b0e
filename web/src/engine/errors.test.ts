import { describe, expect, it } from "vitest";
import schema from "../../../protocol/wire.schema.json" with { type: "json" };
import { failure, toWireError, translate } from "./errors";

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe("the table of raw errors", () => {
  it.each([
    [named("WebGPUNotAvailableError", "WebGPU is not supported"), "webgpu_unavailable"],
    [new Error("Unable to find a compatible GPU. This issue might be because"), "adapter_unavailable"],
    [named("ShaderF16SupportError", "This model requires WebGPU extension shader-f16"), "feature_missing"],
    [named("DeviceLostError", "The WebGPU device was lost while loading the model."), "device_lost"],
    [
      new Error("Failed to execute 'mapAsync' on 'GPUBuffer': Instance dropped in onSubmittedWorkDone"),
      "device_lost",
    ],
    [named("QuotaExceededError", "The quota has been exceeded."), "quota_exceeded"],
    [new DOMException("Quota exceeded.", "QuotaExceededError"), "quota_exceeded"],
    [named("IntegrityError", "hash mismatch"), "integrity_failed"],
    [
      named("CompileError", "WebAssembly.instantiate(): expected magic word 00 61 73 6d, found 3c 21"),
      "integrity_failed",
    ],
    [new TypeError("Failed to fetch"), "download_failed"],
    [new TypeError("NetworkError when attempting to fetch resource."), "download_failed"],
    [named("GrammarMatcherInitError", "cannot compile"), "grammar_failed"],
    [named("MessageOrderError", "Last message should be from either `user` or `tool`."), "invalid_request"],
    [named("RangeError", "Make sure 0 < top_p <= 1."), "invalid_request"],
    [named("RuntimeError", "Aborted()"), "engine_failed"],
    [new RangeError("WebAssembly.Memory(): could not allocate memory"), "out_of_memory"],
    [named("AbortError", "The operation was aborted."), "aborted"],
    ["a string", "engine_failed"],
    [undefined, "engine_failed"],
    [{ name: "Odd", message: "thing" }, "engine_failed"],
  ])("knows %s", (raw, code) => {
    const error = toWireError(raw);
    expect(error.code).toBe(code);
    expect(error.message).not.toBe("");
  });

  it("keeps the numbers of an overflow, from both engines", () => {
    const webllm = named(
      "ContextWindowSizeExceededError",
      "Prompt tokens exceed context window size: number of prompt tokens: 6019; context window size: 2048",
    );
    const wllama = new Error(
      "request (6019 tokens) exceeds the available context size (2048 tokens), try increasing it",
    );
    for (const raw of [webllm, wllama]) {
      expect(toWireError(raw)).toMatchObject({
        code: "context_exceeded",
        message: expect.stringContaining("6019 tokens, and the window holds 2048") as string,
        details: { prompt_tokens: 6019, context_window: 2048 },
      });
    }
  });

  it("tells what an engine can live with from what it cannot", () => {
    expect(translate(named("MessageOrderError", "order")).fatal).toBe(false);
    expect(translate(named("DeviceLostError", "gone")).fatal).toBe(true);
    expect(translate(named("RuntimeError", "unreachable")).fatal).toBe(true);
    expect(translate(failure("device_lost", "The GPU was lost.")).fatal).toBe(true);
    expect(translate(failure("invalid_request", "No.")).fatal).toBe(false);
  });

  it("passes on what is already in the words of the wire", () => {
    const raw = failure("model_not_found", "There is no such model.", "Take another.", { wanted: "x" });
    expect(toWireError(raw)).toEqual({
      code: "model_not_found",
      message: "There is no such model.",
      hint: "Take another.",
      details: { wanted: "x" },
    });
  });

  it("uses only codes that the wire knows", () => {
    const codes: readonly string[] = schema.$defs.ErrorCode.enum;
    expect(codes).toContain(toWireError(new Error("never seen before")).code);
  });
});
