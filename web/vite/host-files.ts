/**
 * What static hosts are told of the site: security headers, policies and how long a file may be kept.
 *
 * The documents carry their policies themselves, so the site is safe without any of this; headers add what no meta
 * element can say (who may frame a document, isolation). Every file under `deploy/hosts` comes from here.
 */
import { DOCUMENTS, policyOf } from "./csp.ts";

type Headers = Readonly<Record<string, string>>;

/** Documents that pages of other origins may hold in a frame. */
const FRAMED_BY_ANYBODY: ReadonlySet<string> = new Set(["api-door.html"]);

const EVERYWHERE: Headers = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  // Bytes that another origin's isolated page may use: the wheels, and the site's own parts.
  "Cross-Origin-Resource-Policy": "cross-origin",
};

/** Precise timers and shared memory. No document of another origin can then be framed or opened from the page. */
const ISOLATION: Headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Folders whose names hold a hash: what lies there never changes. */
const IMMUTABLE = ["assets", "parts"];
const FOREVER = "public, max-age=31536000, immutable";
/** Asked for again each time, or an update would be seen late. */
const FRESH = ["ahead.js", "sw.js", "offline.json", "version.json", "manifest.webmanifest"];
const REVALIDATED = "no-cache";

/** A service worker has the policy of its own response, and no document to inherit one from. */
const ENGINE_HOST: Rule = {
  path: "engine-host.js",
  headers: { "Content-Security-Policy": policyOf("engine.html"), "Cache-Control": REVALIDATED },
};

interface Rule {
  /** Below the site's root; a star at the end stands for anything. */
  path: string;
  headers: Headers;
}

/** Rules that never set the same header twice for a path: hosts differ in what they make of that. */
export function rules(isolated: boolean): Rule[] {
  const documents = DOCUMENTS.flatMap((document) => {
    const headers = { "Content-Security-Policy": headerPolicyOf(document), "Cache-Control": REVALIDATED };
    return (document === "index.html" ? ["", document] : [document]).map((path) => ({
      path,
      headers: isolated && !FRAMED_BY_ANYBODY.has(document) ? { ...headers, ...ISOLATION } : headers,
    }));
  });
  // A worker's own script says what its worker may do with the others of its group.
  const immutable = {
    "Cache-Control": FOREVER,
    ...(isolated ? { "Cross-Origin-Embedder-Policy": "require-corp" } : {}),
  };
  return [
    { path: "*", headers: EVERYWHERE },
    ...documents,
    ENGINE_HOST,
    ...FRESH.map((path) => ({ path, headers: { "Cache-Control": REVALIDATED } })),
    ...IMMUTABLE.map((folder) => ({ path: `${folder}/*`, headers: immutable })),
  ];
}

/** The document's own policy, and who may frame it: only a header can say that. */
function headerPolicyOf(document: string): string {
  const framedBy = FRAMED_BY_ANYBODY.has(document) ? "*" : "'self'";
  return `${policyOf(document)}; frame-ancestors ${framedBy}`;
}

/** Netlify and Cloudflare Pages. */
function headersFile(all: readonly Rule[]): string {
  return all
    .map(({ path, headers }) => `/${path}\n${lines(headers, ([name, value]) => `  ${name}: ${value}`)}\n`)
    .join("\n");
}

/** Vercel. */
function vercelFile(all: readonly Rule[]): string {
  const headers = all.map(({ path, headers: given }) => ({
    source: `/${path.replace("*", "(.*)")}`,
    headers: Object.entries(given).map(([key, value]) => ({ key, value })),
  }));
  return json({ headers });
}

/** Firebase Hosting. */
function firebaseFile(all: readonly Rule[]): string {
  const headers = all.map(({ path, headers: given }) => ({
    source: `/${path.replace("*", "**")}`,
    headers: Object.entries(given).map(([key, value]) => ({ key, value })),
  }));
  return json({ hosting: { public: ".", ignore: ["firebase.json"], headers } });
}

/** Apache, in the site's own folder: expressions see the whole path, wherever the site lies. */
function htaccessFile(all: readonly Rule[]): string {
  const blocks = all.map(({ path, headers }) => {
    const set = lines(headers, ([name, value]) => `  Header set ${name} "${value}"`);
    if (path === "*") return set.replaceAll(/^ {2}/gm, "");
    const pattern = path.endsWith("/*") ? `m#/${path.slice(0, -1)}#` : `m#/${escaped(path)}$#`;
    return `<If "%{REQUEST_URI} =~ ${pattern}">\n${set}\n</If>`;
  });
  const types = ["AddType text/javascript .js .mjs", "AddType application/wasm .wasm"];
  types.push("AddType application/manifest+json .webmanifest", "AddType application/zip .whl");
  return `${types.join("\n")}\n\n${blocks.join("\n")}\n`;
}

/** nginx: maps from the path to each header, for the block `http`. A header without a value is not sent. */
function nginxMaps(all: readonly Rule[]): string {
  const specific = all.filter(({ path }) => path !== "*");
  const names = new Set(specific.flatMap(({ headers }) => Object.keys(headers)));
  return [...names]
    .map((name) => {
      const cases = specific.flatMap(({ path, headers }) => {
        const value = headers[name];
        return value === undefined ? [] : [`    ${nginxPattern(path)} "${value}";`];
      });
      return `map $uri ${nginxVariable(name)} {\n    default "";\n${cases.join("\n")}\n}\n`;
    })
    .join("\n");
}

/** nginx: for the `location` that the site lies at. */
function nginxLocation(all: readonly Rule[]): string {
  const everywhere = all.find(({ path }) => path === "*")?.headers ?? {};
  const specific = new Set(
    all.filter(({ path }) => path !== "*").flatMap(({ headers }) => Object.keys(headers)),
  );
  const fixed = lines(everywhere, ([name, value]) => `add_header ${name} "${value}" always;`);
  const mapped = [...specific].map((name) => `add_header ${name} ${nginxVariable(name)} always;`).join("\n");
  return `${NGINX_CONTENT}\n${fixed}\n${mapped}\n`;
}

const NGINX_CONTENT = `index index.html;
gzip on;
gzip_vary on;
gzip_comp_level 6;
gzip_min_length 1024;
gzip_types text/css text/javascript text/plain application/json application/manifest+json application/wasm image/svg+xml;
types {
    text/html html;
    text/css css;
    text/javascript js mjs;
    text/plain txt;
    application/json json;
    application/manifest+json webmanifest;
    application/wasm wasm;
    application/zip zip whl;
    image/svg+xml svg;
    image/png png;
}
default_type application/octet-stream;`;

const nginxPattern = (path: string): string =>
  path.endsWith("/*") ? `"~/${path.slice(0, -1)}"` : `"~/${escaped(path)}$"`;
const nginxVariable = (name: string): string => `$webllm_${name.toLowerCase().replaceAll("-", "_")}`;
const escaped = (path: string): string => path.replaceAll(".", "\\.");
const lines = (headers: Headers, line: (entry: [string, string]) => string): string =>
  Object.entries(headers).map(line).join("\n");
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every file for hosts, by its name below `deploy/hosts`. */
export function hostFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [folder, isolated] of [
    ["plain", false],
    ["isolated", true],
  ] as const) {
    const all = rules(isolated);
    files.set(`${folder}/_headers`, headersFile(all));
    files.set(`${folder}/vercel.json`, vercelFile(all));
    files.set(`${folder}/firebase.json`, firebaseFile(all));
    files.set(`${folder}/.htaccess`, htaccessFile(all));
    files.set(`${folder}/nginx-http.conf`, nginxMaps(all));
    files.set(`${folder}/nginx-location.conf`, nginxLocation(all));
  }
  return files;
}
