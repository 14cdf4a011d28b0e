import "./boot.js";

addEventListener("message", async ({ data: { code, port } }) => {
  try {
    port.postMessage({ value: await globalThis.run(code) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
});
