// A page of another origin: what its owner would write, bundled by tests/e2e/bundles.py.
import { openSiteDoor } from "../../../web/src/lib/site-door.ts";

globalThis.states = [];
globalThis.openDoor = async (site, how) => {
  const door = await openSiteDoor(site, { how, onState: (state) => states.push(state) });
  globalThis.door = door;
  return door.state;
};
globalThis.ask = async (site, body) => {
  try {
    const said = await door.fetch(`${site}v1/chat/completions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return [said.status, await said.text()];
  } catch (error) {
    return [error.name, error.message];
  }
};
// Reads the beginning of a stream, and leaves the rest for later.
globalThis.begin = async (site, body) => {
  const said = await door.fetch(`${site}v1/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  globalThis.reader = said.body.getReader();
  return new TextDecoder().decode((await reader.read()).value);
};
globalThis.rest = async () => {
  try {
    while (!(await reader.read()).done);
    return "ended";
  } catch (error) {
    return error.message;
  }
};
