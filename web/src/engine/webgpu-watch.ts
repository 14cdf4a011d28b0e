/** A device that somebody in this worker has just been given. */
export type DeviceListener = (adapter: GPUAdapter, device: GPUDevice) => void;

const listeners = new Set<DeviceListener>();
let installed = false;

/**
 * Tells of every WebGPU device made in this worker. WebLLM makes its device itself and shows it to nobody, but
 * only the device says when a shader was wrong (`uncapturederror`) or the GPU is gone (`lost`).
 *
 * Returns what ends that.
 */
export function onDevice(listener: DeviceListener): () => void {
  install();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function install(): void {
  if (installed || typeof GPUAdapter === "undefined") return;
  installed = true;
  // Called with the adapter as `this` below, never on its own.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
    const device = await requestDevice.call(this, descriptor);
    for (const listener of listeners) listener(this, device);
    return device;
  };
}

/** An adapter in the browser's words: "NVIDIA GeForce ...", or what it says of vendor and architecture. */
export function describeAdapter({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  if (description !== "") return description;
  const words = [vendor, architecture, device].filter((word) => word !== "");
  return words.length === 0 ? "unnamed adapter" : words.join(" ");
}
