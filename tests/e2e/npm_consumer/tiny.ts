import { checkWebGPUSupport } from "webllm-provider";

document.body.dataset.webgpu = JSON.stringify(await checkWebGPUSupport());
