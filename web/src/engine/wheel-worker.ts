/** The engine worker that the Python package carries: who starts it says where the engines are. */
import { type RemoteSources, remoteModules } from "./remote-modules";
import { startEngineWorker } from "./start";

startEngineWorker(
  (sources) => remoteModules(sources as RemoteSources),
  // Whoever started this worker from a Blob keeps its URL for as long as the worker lives.
  (name) => new Worker(self.location.href, { type: "module", name }),
);
