"""From the model's definition to the WebGPU library that WebLLM loads."""
