/** What this device offers to models: asked once, so that the catalogue can say what fits. */

export interface DeviceAbilities {
  webgpu: boolean;
  features: ReadonlySet<string>;
}

/** The part of `navigator` that is asked. */
export interface GpuNavigator {
  gpu?: { requestAdapter(): Promise<{ features: Iterable<string> } | null> };
}

export async function probeDevice(navigator: GpuNavigator): Promise<DeviceAbilities> {
  const adapter = (await navigator.gpu?.requestAdapter()) ?? null;
  return { webgpu: adapter !== null, features: new Set(adapter?.features ?? []) };
}
