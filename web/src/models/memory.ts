/** How much memory models may take here: every rule about it, in one place. */
import type { ModelRecord } from "../protocol/wire";
import type { DeviceFacts } from "./device";

/** Megabytes to stay within. */
export interface Budget {
  mb: number;
  /** Whether the device has no more: beyond it a model is refused; beyond an uncertain budget there is a warning. */
  certain: boolean;
}

/** Of the device's memory, what a page may count on: the system and the browser need the rest. */
const SHARE = 0.6;
/** Browsers stop counting here: the device has this much or more. */
const CAPPED_MB = 8 * 1024;
/** What a device is taken for that tells nothing, or only that it has 8 GiB or more. */
const ASSUMED_MB = 6 * 1024;
/** GPUs that allow no larger buffers than this are those of phones and of old computers. */
const SMALL_BUFFER = 512 * 2 ** 20;
const SMALL_GPU_MB = 2 * 1024;
/** Of that, what a model's second copy may take, which is there for a batch's sake and can be done without. */
const SECOND = 1 / 8;
/** Left free beside two models that share a GPU: buffers of a prefill, the page itself. */
const HEADROOM_MB = 512;

/**
 * Memory for models on this device.
 *
 * No browser tells the memory of its GPU. What it tells of the whole device bounds it, and so do the adapter's limits.
 */
export function budgetOf({ gpu, memoryMb }: DeviceFacts, placement: "webgpu" | "cpu"): Budget {
  const budget = sharedOut(memoryMb);
  const small = placement === "webgpu" && gpu.kind === "adapter" && gpu.maxBufferSize < SMALL_BUFFER;
  return small && budget.mb > SMALL_GPU_MB ? { mb: SMALL_GPU_MB, certain: budget.certain } : budget;
}

/** Whether a model may lie in the computer's memory a second time. One of unknown size may not. */
export function mayStandTwice(
  { memory_mb: memory }: Pick<ModelRecord, "memory_mb">,
  { memoryMb }: Pick<DeviceFacts, "memoryMb">,
): boolean {
  return memory !== null && memory <= sharedOut(memoryMb).mb * SECOND;
}

/** Whether two models may lie on the GPU at the same time. One of unknown size shares with none. */
export function mayShareGpu(
  a: Pick<ModelRecord, "memory_mb">,
  b: Pick<ModelRecord, "memory_mb">,
  facts: DeviceFacts,
): boolean {
  if (a.memory_mb === null || b.memory_mb === null) return false;
  return a.memory_mb + b.memory_mb + HEADROOM_MB <= budgetOf(facts, "webgpu").mb;
}

function sharedOut(memoryMb: number | null): Budget {
  const counted = memoryMb !== null && memoryMb < CAPPED_MB;
  return counted ? { mb: memoryMb * SHARE, certain: true } : { mb: ASSUMED_MB, certain: false };
}
