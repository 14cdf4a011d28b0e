import { expect, it } from "vitest";
import { webGpuAdvice } from "./webgpu-advice";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

const facts = (userAgent: string, changes: { secure?: boolean; knowsWebGpu?: boolean } = {}) => ({
  userAgent,
  secure: true,
  knowsWebGpu: false,
  ...changes,
});

it("tells browsers apart that know no WebGPU", () => {
  expect(webGpuAdvice(facts(CHROME))).toBe("chromium");
  expect(webGpuAdvice(facts(`${CHROME} Edg/156.0`))).toBe("chromium");
  expect(webGpuAdvice(facts(FIREFOX))).toBe("firefox");
  expect(webGpuAdvice(facts(SAFARI))).toBe("safari");
  expect(webGpuAdvice(facts("Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 CriOS/130.0 Safari/604.1"))).toBe("safari");
  expect(webGpuAdvice(facts("Lynx/2.9"))).toBe("other");
});

it("says first what stands in the way in any browser", () => {
  expect(webGpuAdvice(facts(FIREFOX, { secure: false }))).toBe("insecure");
  expect(webGpuAdvice(facts(CHROME, { knowsWebGpu: true }))).toBe("no_adapter");
});
