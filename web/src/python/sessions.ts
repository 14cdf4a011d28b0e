/** What `webllm_provider.session.worker.open_sessions` gives, typed as this worker calls it. */
import type { PyCallable, PyProxy } from "pyodide/ffi";
import type { Approve, Ask, Inspect, PageAnswer, Replay, RunTool } from "../protocol/wire";

export interface PythonSessions {
  /** One turn; settles when the turn is over. Its events and its end go through `emit`. */
  ask(asked: Ask): Promise<void>;
  /** One tool by a person's own hand; settles when it is over. */
  runTool(asked: RunTool): Promise<void>;
  approve(answer: Approve): void;
  pageAnswer(answer: PageAnswer): void;
  stop(id: string): void;
  forget(conversation: string): Promise<void>;
  /** Told by one message, `inspected`. */
  inspect(asked: Inspect): Promise<void>;
  /** A recorded exchange, as one turn; settles when it is over. */
  replay(asked: Replay): Promise<void>;
}

/** Messages cross as the JSON text that the wire's schema describes. */
interface WorkerSessionsProxy extends PyProxy {
  ask_wire(message: string): Promise<unknown>;
  run_tool(message: string): Promise<unknown>;
  approve(message: string): unknown;
  page_answer(message: string): unknown;
  stop(id: string): unknown;
  forget(conversation: string): Promise<unknown>;
  inspect(message: string): Promise<unknown>;
  replay(message: string): Promise<unknown>;
}

/** Make the sessions of this worker from the imported Python module. `tell` gets the JSON text of each `PythonMessage`. */
export function createSessions(module: PyProxy, tell: (json: string) => void): PythonSessions {
  const { open_sessions: openSessions } = module as PyProxy & { open_sessions: PyCallable };
  const sessions = openSessions(tell) as WorkerSessionsProxy;
  return {
    async ask(asked) {
      await sessions.ask_wire(JSON.stringify(asked));
    },
    async runTool(asked) {
      await sessions.run_tool(JSON.stringify(asked));
    },
    approve(answer) {
      sessions.approve(JSON.stringify(answer));
    },
    pageAnswer(answer) {
      sessions.page_answer(JSON.stringify(answer));
    },
    stop(id) {
      sessions.stop(id);
    },
    async forget(conversation) {
      await sessions.forget(conversation);
    },
    async inspect(asked) {
      await sessions.inspect(JSON.stringify(asked));
    },
    async replay(asked) {
      await sessions.replay(JSON.stringify(asked));
    },
  };
}
