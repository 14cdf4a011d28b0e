import fc from "fast-check";
import { expect, it } from "vitest";
import { StartDownload } from "./start-download";

const SIZES = { "a.wasm": 9_000, "b.whl": 1_000 };

it("says how much has come, how fast, and how long the rest will take", () => {
  let now = 0;
  const download = new StartDownload(SIZES, () => now);
  download.expect(["a.wasm", "b.whl"]);
  now = 1_000;
  download.arrived(2_000);
  expect(download.figures).toEqual({
    loaded_bytes: 2_000,
    total_bytes: 10_000,
    bytes_per_s: 2_000,
    remaining_s: 4,
  });
  download.arrived(8_000);
  now = 60_000;
  expect(download.figures).toMatchObject({ loaded_bytes: 10_000, bytes_per_s: null, remaining_s: null });
});

it("says what has come where the page knows the size of one file only", () => {
  const download = new StartDownload(SIZES, () => 0);
  download.expect(["a.wasm", "unknown.whl"]);
  download.arrived(5);
  expect(download.figures).toMatchObject({ loaded_bytes: 5, total_bytes: null, remaining_s: null });
});

it("never tells of more than all", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6_000)), (pieces) => {
      const download = new StartDownload(SIZES, () => 0);
      download.expect(["a.wasm", "b.whl"]);
      for (const piece of pieces) {
        download.arrived(piece);
        const { loaded_bytes: loaded, total_bytes: total } = download.figures;
        expect(total === null || (loaded ?? 0) <= total).toBe(true);
      }
    }),
  );
});
