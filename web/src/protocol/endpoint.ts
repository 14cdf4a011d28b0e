/** What a message needs to come and go: a `MessagePort`, a `Worker`, a worker's own global scope. */
export interface Endpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  /** Of a `MessagePort`: messages wait until it is called. */
  start?(): void;
  close?(): void;
}
