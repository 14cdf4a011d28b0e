// Prints the TypeScript types of the schema named as argument; `generate.py` runs it.
// The compiler is a development dependency of web/, which has the only package.json.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const fromWeb = createRequire(new URL("../web/package.json", import.meta.url));
const { compile } = fromWeb("json-schema-to-typescript");

const schema = JSON.parse(readFileSync(process.argv[2], "utf8"));
const types = await compile(schema, "Wire", {
  bannerComment: "/* Generated from protocol/wire.schema.json. Do not edit. */",
  style: { printWidth: 110 },
});
const range = JSON.stringify(schema["x-protocol"], null, 1).replace(/\s+/g, " ").replace(/"(\w+)":/g, "$1:");
process.stdout.write(
  `${types}\n/** The protocol versions that this build speaks. */\nexport const PROTOCOL: ProtocolRange = ${range};\n`,
);
