import type { ModelRecord as WebLLMRecord } from "@mlc-ai/web-llm";
import { type ConversationTemplate, isWritable } from "./webllm-template";

/** What the protocol and the requests need of a model's `mlc-chat-config.json`. */
export interface ModelConfig {
  contextWindow: number;
  quantization: string | null;
  /** Roles whose text WebLLM puts into a template. */
  templatedRoles: ReadonlySet<string>;
  /** How its conversations look; null where they cannot be written out as text. */
  conversation: ConversationTemplate | null;
}

interface RawConfig {
  context_window_size?: number;
  sliding_window_size?: number;
  quantization?: string;
  conv_template?: ConversationTemplate;
}

/** WebLLM's own name for where it keeps configurations. */
const CONFIG_CACHE = "webllm/config";

/** Reads the configuration of a model that WebLLM has just loaded: from its cache, or where it came from. */
export async function readModelConfig(record: WebLLMRecord): Promise<ModelConfig> {
  const url = configUrl(record.model);
  const cached = await (await caches.open(CONFIG_CACHE)).match(url);
  const raw = (await (cached ?? (await fetch(url))).json()) as RawConfig;
  const { context_window_size: context = -1, sliding_window_size: sliding = -1 } = {
    ...raw,
    ...record.overrides,
  };
  return {
    contextWindow: Math.max(context, sliding, 1),
    quantization: raw.quantization ?? null,
    templatedRoles: new Set(Object.keys(raw.conv_template?.role_templates ?? {})),
    conversation: isWritable(raw.conv_template) ? raw.conv_template : null,
  };
}

/** Where WebLLM looks for a model's configuration. */
export const configUrl = (model: string): string => new URL("mlc-chat-config.json", modelFolder(model)).href;

/** WebLLM's rule for where a model's files lie: the absolute URL of their folder. */
export function modelFolder(model: string): string {
  const folder = model.endsWith("/") ? model : `${model}/`;
  const resolved = /.+\/resolve\/.+\//.test(folder) ? folder : `${folder}resolve/main/`;
  return new URL(resolved).href;
}
