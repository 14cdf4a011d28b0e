import { deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { readZipEntries } from "./zip.ts";

/** A small archive, written by the format's rules: a local header and a directory entry for each file. */
function zip(files: Record<string, string>, method: 0 | 8): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const content = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30 + name.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    locals.push(local, content);
    directory.push(entry);
    offset += local.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

it.each([0, 8] as const)("reads the wanted entries (compression %i)", (method) => {
  const archive = zip({ "a/METADATA": "Name: a\n", "a/code.py": "pass" }, method);
  expect([...readZipEntries(archive, (path) => path.endsWith("METADATA"))]).toEqual([
    ["a/METADATA", "Name: a\n"],
  ]);
});

it("says when something is no archive", () => {
  expect(() => readZipEntries(Buffer.from("not a zip at all, really not"), () => true)).toThrow(
    "no zip archive",
  );
});
