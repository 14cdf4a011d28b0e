// Prints the size of each named file as the best host would send it: brotli, or as it is where that is smaller.
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { brotliCompressSync, constants } from "node:zlib";

const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
const sizes = argv.slice(2).map((path) => {
  const content = readFileSync(path);
  return Math.min(content.length, brotliCompressSync(content, { params }).length);
});
console.log(JSON.stringify(sizes));
