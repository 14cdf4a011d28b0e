import { describe, expect, it } from "vitest";
import type { ToServiceWorker } from "../offline/messages";
import type { PortMessage } from "../offline/port-messages";
import { type Give, PortExchange } from "./port-exchange";

const SCRIPT = "https://example.test/app/sw.js";
const PATIENCE = { unheardMs: 40, silentMs: 40, comingMs: 120 };
const NEVER = new AbortController().signal;

/** One tab's end of the service worker: what is posted there is answered by `worker`. */
class Container extends EventTarget {
  readonly posted: ToServiceWorker[] = [];
  readonly controller: ServiceWorker;
  worker: (message: ToServiceWorker, ports: Transferable[]) => void = () => undefined;

  constructor(script = SCRIPT) {
    super();
    const source = {
      scriptURL: script,
      postMessage: (message: ToServiceWorker, ports: Transferable[] = []) => {
        this.posted.push(message);
        this.worker(message, ports);
      },
    };
    this.controller = source as unknown as ServiceWorker;
  }

  startMessages(): void {
    // Nothing is held back here.
  }

  say(data: PortMessage, ports: MessagePort[] = [], source: object = this.controller): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data, ports, source }));
  }
}

function opened(container: Container, give: Give = () => null): PortExchange {
  const exchange = new PortExchange({ container, script: SCRIPT, lock: "engine:1", newId: () => "q1" });
  exchange.answer(give);
  return exchange;
}

describe("asking for a port", () => {
  it("gets the first one that is given, and closes any other", async () => {
    const container = new Container();
    const [first, second] = [new MessageChannel(), new MessageChannel()];
    container.worker = () => {
      container.say({ type: "engine_given", request: "q1" }, [first.port1]);
      container.say({ type: "engine_given", request: "q1" }, [second.port1]);
    };
    const closed = new Promise((resolve) => {
      second.port2.addEventListener("close", resolve);
    });
    expect(await opened(container).ask("dead", PATIENCE, NEVER)).toEqual({
      kind: "given",
      port: first.port1,
    });
    expect(container.posted[0]).toEqual({
      type: "engine_wanted",
      lock: "engine:1",
      request: "q1",
      not: "dead",
    });
    await closed;
    first.port1.close();
  });

  it("tells a silent leader, a late one and a silent service worker apart", async () => {
    const mute = new Container();
    expect(await opened(mute).ask(null, PATIENCE, NEVER)).toEqual({ kind: "unheard" });
    const heard = new Container();
    heard.worker = () => {
      heard.say({ type: "engine_asked", request: "q1" });
    };
    expect(await opened(heard).ask(null, PATIENCE, NEVER)).toEqual({ kind: "silent" });
    const coming = new Container();
    coming.worker = () => {
      coming.say({ type: "engine_given", request: "q1" });
    };
    expect(await opened(coming).ask(null, PATIENCE, NEVER)).toEqual({ kind: "late" });
  });

  it("gives the leader its time from when the question was passed on, however slow the service worker starts", async () => {
    const slow = new Container();
    const patience = { unheardMs: 2_000, silentMs: 100, comingMs: 4_000 };
    const { port1 } = new MessageChannel();
    const asked = opened(slow).ask(null, patience, NEVER);
    setTimeout(() => {
      slow.say({ type: "engine_asked", request: "q1" });
      slow.say({ type: "engine_given", request: "q1" }, [port1]);
    }, 200);
    expect(await asked).toEqual({ kind: "given", port: port1 });
    port1.close();
  });

  it("ends when nobody waits for it any more", async () => {
    const life = new AbortController();
    const asked = opened(new Container()).ask(null, PATIENCE, life.signal);
    life.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
  });

  it("goes only through the site's own service worker", () => {
    expect(opened(new Container()).open).toBe(true);
    expect(opened(new Container("https://example.test/other/sw.js")).open).toBe(false);
  });
});

describe("a tab that is asked", () => {
  const wanted = {
    type: "engine_wanted",
    lock: "engine:1",
    request: "q7",
    not: null,
    by: "client-2",
  } as const;

  it("answers as the leader with a port, or that one is coming", () => {
    const { port1 } = new MessageChannel();
    const sent: Transferable[][] = [];
    let given: MessagePort | "coming" = "coming";
    const container = new Container();
    container.worker = (_, ports) => sent.push(ports);
    opened(container, () => given);
    container.say(wanted);
    given = port1;
    container.say(wanted);
    expect(container.posted).toEqual(
      Array(2).fill({ type: "engine_offered", to: "client-2", request: "q7" }),
    );
    expect(sent).toEqual([[], [port1]]);
    port1.close();
  });

  it("says nothing when it does not lead, is asked for another build, or by another service worker", () => {
    const container = new Container();
    opened(container, () => null);
    container.say(wanted);
    const leader = new Container();
    opened(leader, () => "coming");
    leader.say({ ...wanted, lock: "engine:2" });
    leader.say(wanted, [], { scriptURL: "https://example.test/other/sw.js" });
    expect([container.posted, leader.posted]).toEqual([[], []]);
  });
});
