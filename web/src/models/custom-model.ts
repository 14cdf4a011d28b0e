/**
 * A model that WebLLM does not know by itself, in the fields of WebLLM's own `ModelRecord`. Written out here because
 * WebLLM's declarations name types that its package does not carry.
 */
export interface CustomModel {
  /** Where the weights lie: the URL of a repository or of a folder; WebLLM appends `resolve/main/` where it is missing. */
  model: string;
  /** The id that it is asked for by. */
  model_id: string;
  /** URL of the compiled WebGPU library. */
  model_lib: string;
  /** Memory that it needs on the GPU, in MB. */
  vram_required_MB?: number;
  /** Whether phones can run it. */
  low_resource_required?: boolean;
  /** Bytes of the largest buffer that it needs. */
  buffer_size_required_bytes?: number;
  /** WebGPU features that it needs, such as `shader-f16`. */
  required_features?: string[];
  /** Fields of `mlc-chat-config.json` that take other values. */
  overrides?: {
    context_window_size?: number;
    sliding_window_size?: number;
    attention_sink_size?: number;
    repetition_penalty?: number;
    temperature?: number;
    top_p?: number;
  };
}
