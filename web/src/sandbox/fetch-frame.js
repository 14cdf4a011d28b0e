// Runs in a frame of an opaque origin whose policy lets it reach one site: reads one address, as far as the limit.
"use strict";
addEventListener(
  "message",
  async (event) => {
    const [port] = event.ports;
    const { url, limit } = event.data;
    try {
      const response = await fetch(url, {
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
      const { bytes, truncated } = await readUpTo(response.body, limit);
      const contentType = response.headers.get("content-type") ?? "";
      const answer = {
        type: "read",
        url: response.url,
        status: response.status,
        contentType,
        bytes,
        truncated,
      };
      port?.postMessage(answer, [bytes]);
    } catch (error) {
      port?.postMessage({ type: "failed", message: String(error) });
    }
  },
  { once: true },
);

/**
 * @param {ReadableStream<Uint8Array> | null} body
 * @param {number} limit
 */
async function readUpTo(body, limit) {
  const whole = new Uint8Array(limit);
  let length = 0;
  const reader = body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    const fits = value.subarray(0, limit - length);
    whole.set(fits, length);
    length += fits.length;
    if (fits.length < value.length) {
      await reader.cancel();
      return { bytes: whole.buffer, truncated: true };
    }
  }
  return { bytes: whole.slice(0, length).buffer, truncated: false };
}
