/** What a person without WebGPU should know in the first minute: that it answers all the same, and what would help. */
import type { JSX } from "preact";
import { text } from "../text";
import { webGpuAdvice } from "../webgpu-advice";
import { useApp } from "./context";
import { PlaceLink } from "./PlaceLink";

/** What would give this browser WebGPU, in a sentence. */
export function adviceSentence(): string {
  const facts = {
    userAgent: navigator.userAgent,
    secure: window.isSecureContext,
    knowsWebGpu: "gpu" in navigator,
  };
  return text.noWebGpu.advice[webGpuAdvice(facts)];
}

export function NoWebGpu(): JSX.Element | null {
  const { state } = useApp();
  const device = state.device.value;
  if (device === null || device.webgpu || state.serverAnswers.value) return null;
  return (
    <div class="no-webgpu" role="note" aria-label={text.noWebGpu.label} data-testid="no-webgpu">
      <p>{text.noWebGpu.sentence}</p>
      <p>
        {adviceSentence()}{" "}
        <PlaceLink to="settings" section="server" class="text-link">
          {text.noWebGpu.server}
        </PlaceLink>
      </p>
    </div>
  );
}
