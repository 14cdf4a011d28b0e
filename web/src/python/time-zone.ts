/** The time zone of this device, for a Python that was started in another one. */
import type { PyodideAPI } from "pyodide";

/** Emscripten's part in it: where C keeps the zone, and what reads it from the browser. */
interface ZoneModule {
  HEAP8: Int8Array;
  ___timezone: number;
  ___daylight: number;
  /** Address of two words: the addresses of the names in winter and in summer. */
  ___tzname: number;
  __tzset_js: (timezone: number, daylight: number, winter: number, summer: number) => void;
}

const WORD = 4;
/** C reads the zone once, and so does `time`, when it is imported; a browser's Python has no `time.tzset`. */
const READ_AGAIN = `
def read_zone():
    import time

    year = time.localtime().tm_year
    halves = [time.localtime(time.mktime((year, month, 1, 12, 0, 0, 0, 0, -1))) for month in (1, 7)]
    standard, summer = sorted(halves, key=lambda half: half.tm_gmtoff)
    time.timezone, time.altzone = -standard.tm_gmtoff, -summer.tm_gmtoff
    time.daylight = int(standard.tm_gmtoff != summer.tm_gmtoff)
    time.tzname = (standard.tm_zone, summer.tm_zone)

read_zone()
del read_zone
`;

/** Without this, `time.tzname`, `time.timezone` and the names of local times would be those of the build. */
export function readZoneAgain(pyodide: PyodideAPI): void {
  const module = (pyodide as unknown as { _module: ZoneModule })._module;
  const memory = new DataView(module.HEAP8.buffer);
  module.__tzset_js(
    module.___timezone,
    module.___daylight,
    memory.getUint32(module.___tzname, true),
    memory.getUint32(module.___tzname + WORD, true),
  );
  pyodide.runPython(READ_AGAIN);
}
