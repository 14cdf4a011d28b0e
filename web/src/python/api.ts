/** The API in this worker: brings Starlette with the first request, and carries requests from ports to Python. */
import type { PyodideAPI } from "pyodide";
import type { PyBuffer, PyCallable, PyProxy } from "pyodide/ffi";
import type { ApiRequest, FromApi, ToApi } from "../protocol/api-exchange";
import { loadPackages } from "./packages";
import { pythonFailed } from "./failure";

/** `webllm_provider.api.exchange.ExchangeHost`, as this worker calls it. */
interface ExchangeHost extends PyProxy {
  serve(number: string, request: string, body: Uint8Array): Promise<unknown>;
  grant(number: string, chunks: number): unknown;
  leave(number: string): unknown;
}

const PACKAGES = ["starlette"];
const MODULE = "webllm_provider.api.exchange";

export class ApiHost {
  readonly #ports = new Map<string, MessagePort>();
  #host: Promise<ExchangeHost> | null = null;
  #last = 0;

  /**
   * `python` resolves once it has started; where it does not, this worker ends. `lock` is held for as long as this
   * worker lives.
   */
  constructor(
    private readonly python: Promise<PyodideAPI>,
    private readonly lock: string,
  ) {}

  /** Takes one request over a port. */
  serve(port: MessagePort): void {
    const number = String((this.#last += 1));
    let left = false;
    port.onmessage = ({ data }: MessageEvent<ToApi>) => {
      switch (data.type) {
        case "request":
          void this.#answer(number, data.request, data.body, () => left);
          return;
        case "more":
          void this.#host?.then((host) => host.grant(number, data.chunks));
          return;
        case "leave":
          left = true;
          if (this.#ports.has(number)) void this.#host?.then((host) => host.leave(number));
          else port.close();
      }
    };
    this.#ports.set(number, port);
    this.#post(number, { type: "accepted", lock: this.lock });
  }

  async #answer(
    number: string,
    request: ApiRequest,
    body: Uint8Array<ArrayBuffer>,
    left: () => boolean,
  ): Promise<void> {
    try {
      const host = await (this.#host ??= this.#start(request.root));
      if (!left()) await host.serve(number, JSON.stringify(request), body);
    } catch (error) {
      this.#post(number, { type: "failed", error: pythonFailed(error) });
    } finally {
      this.#ports.get(number)?.close();
      this.#ports.delete(number);
    }
  }

  async #start(root: string): Promise<ExchangeHost> {
    try {
      const python = await this.python;
      await loadPackages(python, PACKAGES);
      const { hosted } = python.pyimport(MODULE) as PyProxy & { hosted: PyCallable };
      return hosted(
        root,
        (number: string, status: number, headers: string) => {
          this.#post(number, { type: "head", status, headers: JSON.parse(headers) as [string, string][] });
        },
        (number: string, content: PyBuffer, last: boolean) => {
          // A copy: what Python handed in is gone when this returns.
          const data = content.toJs() as Uint8Array<ArrayBuffer>;
          this.#post(number, { type: "chunk", data, last });
        },
      ) as ExchangeHost;
    } catch (error) {
      // The next request tries again: the network may be back.
      this.#host = null;
      throw error;
    }
  }

  #post(number: string, message: FromApi): void {
    this.#ports.get(number)?.postMessage(message);
  }
}
