/** Reading text files out of a zip archive (a wheel is one): the central directory, stored and deflated entries. */
import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;

/** Path and text of the entries that `wanted` names, in the order of the archive. */
export function readZipEntries(archive: Buffer, wanted: (path: string) => boolean): Map<string, string> {
  const entries = new Map<string, string>();
  const end = findEnd(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error("The archive's directory is damaged.");
    const nameLength = archive.readUInt16LE(at + 28);
    const path = archive.toString("utf8", at + 46, at + 46 + nameLength);
    if (wanted(path)) entries.set(path, readEntry(archive, at));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(archive: Buffer): number {
  const last = archive.length - END_SIZE;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at -= 1) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error("This is no zip archive.");
}

function readEntry(archive: Buffer, directoryAt: number): string {
  const method = archive.readUInt16LE(directoryAt + 10);
  const size = archive.readUInt32LE(directoryAt + 20);
  const local = archive.readUInt32LE(directoryAt + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = archive.subarray(start, start + size);
  if (method === 0) return content.toString("utf8");
  if (method === 8) return inflateRawSync(content).toString("utf8");
  throw new Error(`The archive uses compression method ${String(method)}, which wheels do not.`);
}
