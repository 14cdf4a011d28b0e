/**
 * The bridge for a page of one's own: an engine in a hidden frame, a link to it, and the functions that Python awaits.
 * The site serves it as `lib/bridge.js`, under a name that stays.
 */
export { EngineClient, type ClientOptions } from "./client";
export { EngineError } from "./engine-error";
export { EngineFrame } from "./engine-frame";
export type { EventStream } from "./event-stream";
export { installBridge } from "./globals";
export { EngineLink } from "./link";
export { installStore } from "./store";
export {
  type EngineOffer,
  offerEngine,
  type OfferOptions,
  type OfferState,
} from "../lib/remote-engine-socket";
