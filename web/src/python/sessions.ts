/** `webllm_provider.session.worker.WorkerSessions`, typed as this worker calls it. */
import type { PyCallable, PyProxy } from "pyodide/ffi";
import type { Ask, PythonMessage } from "../protocol/wire";

export interface PythonSessions {
  /** One turn; settles when the turn is over. Its events and its end go through `emit`. */
  ask(asked: Omit<Ask, "type">): Promise<void>;
  stop(id: string): void;
  forget(conversation: string): Promise<void>;
}

interface WorkerSessionsProxy extends PyProxy {
  ask(id: string, conversation: string, text: string, journal: boolean, resume: boolean): Promise<unknown>;
  stop(id: string): unknown;
  forget(conversation: string): Promise<unknown>;
}

/** Make the sessions of this worker from the imported Python module. */
export function createSessions(module: PyProxy, emit: (message: PythonMessage) => void): PythonSessions {
  const { WorkerSessions } = module as PyProxy & { WorkerSessions: PyCallable };
  const sessions = WorkerSessions((json: string) => {
    emit(JSON.parse(json) as PythonMessage);
  }) as WorkerSessionsProxy;
  return {
    async ask({ id, conversation, text, journal = false, resume = false }) {
      await sessions.ask(id, conversation, text, journal, resume);
    },
    stop(id) {
      sessions.stop(id);
    },
    async forget(conversation) {
      await sessions.forget(conversation);
    },
  };
}
