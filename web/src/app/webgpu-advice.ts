/** Why a browser has no WebGPU, as far as it tells, and so what would help (pure). */

export type WebGpuAdvice = "insecure" | "no_adapter" | "chromium" | "firefox" | "safari" | "other";

export interface BrowserFacts {
  userAgent: string;
  /** Whether the page came over https, or from this very machine. */
  secure: boolean;
  /** Whether the browser knows WebGPU, with or without a device for it. */
  knowsWebGpu: boolean;
}

export function webGpuAdvice({ userAgent, secure, knowsWebGpu }: BrowserFacts): WebGpuAdvice {
  if (!secure) return "insecure";
  if (knowsWebGpu) return "no_adapter";
  // Edge and Opera say Chrome, Chrome says Safari: the order counts.
  if (/\b(?:Chrome|Chromium|CriOS|Edg)\//.test(userAgent)) return /CriOS/.test(userAgent) ? "safari" : "chromium";
  if (/\bFirefox\//.test(userAgent)) return "firefox";
  if (/\bSafari\//.test(userAgent)) return "safari";
  return "other";
}
