import * as fc from "fast-check";
import { validate } from "jsonschema";
import { beforeEach, describe, expect, it } from "vitest";
import schema from "../../../../protocol/wire.schema.json";
import { MemoryRows } from "../database/memory-rows";
import { storedDatabase } from "../database/stored-database";
import type { AppDatabase } from "../database/database";
import { chosen, NUMBER_NAMES, NUMBERS, readChoices, readNumber, readSchema, readStop, type Choices } from "./choices";
import { effectiveSettings } from "./effective";
import { PRESET_NAMES, PRESETS, presetOf, withPreset } from "./presets";
import { addressFault, NO_SERVER, type Server } from "./server";
import { SECRET_SETTINGS, SERVER_KEY, SettingsStore } from "./store";

const SERVER: Server = { base_url: "http://localhost:8080/v1", model: "" };
const NO_ACCESS = { server: NO_SERVER, key: "" };
const ACCESS = { server: SERVER, key: "sk-secret" };

describe("what is typed into a field", () => {
  it("is a number within its bounds, with a point or a comma", () => {
    expect(readNumber("temperature", " 0,7 ")).toEqual({ value: 0.7, fault: null });
    expect(readNumber("temperature", "")).toEqual({ value: undefined, fault: null });
    expect(readNumber("temperature", "warm")).toEqual({ fault: { code: "not_a_number" } });
    expect(readNumber("max_tokens", "1.5")).toEqual({ fault: { code: "not_whole" } });
    expect(readNumber("temperature", "9")).toEqual({ fault: { code: "out_of_range", least: 0, greatest: 2 } });
  });

  it("is taken as a text to stop at line by line, with its spaces", () => {
    expect(readStop("END\n\n User:\n")).toEqual(["END", " User:"]);
    expect(readStop(" \n")).toBeUndefined();
  });

  it("is a schema only where it is an object", () => {
    expect(readSchema("{")).toEqual({ fault: { code: "not_json" } });
    expect(readSchema("[]")).toEqual({ fault: { code: "not_a_schema" } });
    expect(readSchema('{"type":"object"}').fault).toBeNull();
  });
});

describe("what was stored", () => {
  it("is read whatever it is, and what is not valid was not chosen", () => {
    const entries = { ...Object.fromEntries(NUMBER_NAMES.map((name) => [name, fc.anything()])), stop: fc.anything() };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(entries)), (stored) => {
        const choices = readChoices(stored);
        for (const name of NUMBER_NAMES) {
          const value = choices[name];
          if (value === undefined) continue;
          expect(value).toBeGreaterThanOrEqual(NUMBERS[name].least);
          expect(value).toBeLessThanOrEqual(NUMBERS[name].greatest);
        }
        expect(readChoices(choices)).toEqual(choices);
      }),
    );
  });

  it("comes back as it was", () => {
    const choices: Choices = {
      temperature: 0.000_000_1,
      seed: -7,
      stop: ["END"],
      format: "json_schema",
      schema: "{}",
      thinks: false,
      mode: "hybrid",
      privacy: "local_only",
    };
    expect(readChoices(JSON.parse(JSON.stringify(choices)))).toEqual(choices);
  });
});

describe("presets", () => {
  it("are recognised by their numbers, and leave the rest alone", () => {
    const own: Choices = { seed: 4, temperature: 0.1 };
    expect(presetOf(own)).toBe("own");
    for (const name of PRESET_NAMES) {
      const choices = withPreset(own, name);
      expect(choices).toEqual({ seed: 4, ...PRESETS[name] });
      expect(presetOf(choices)).toBe(name);
    }
    expect(withPreset(withPreset(own, "fast"), "model")).toEqual({ seed: 4 });
    expect(presetOf({ seed: 4 })).toBe("model");
  });
});

describe("what a session is made with", () => {
  it("is nothing where nothing was chosen", () => {
    expect(effectiveSettings({}, {}, NO_ACCESS)).toEqual({});
  });

  it("is what was chosen here, else everywhere, in the words of the wire", () => {
    const everywhere: Choices = { ...PRESETS.fast, stop: ["END"], context_tokens: 512, thinks: false };
    expect(effectiveSettings(everywhere, { temperature: 0, format: "json" }, NO_ACCESS)).toEqual({
      sampling: { temperature: 0, max_tokens: 256, top_p: 0.8, stop: ["END"] },
      context_tokens: 512,
      reasoning_effort: "none",
      answer_format: { type: "json" },
    });
  });

  it("holds the server and its key only where a server is to answer", () => {
    expect(effectiveSettings({}, {}, ACCESS)).toEqual({});
    expect(effectiveSettings({ mode: "server_side" }, {}, ACCESS)).toEqual({
      mode: "server_side",
      server: { base_url: SERVER.base_url, api_key: "sk-secret" },
    });
    expect(effectiveSettings({ mode: "server_side" }, {}, NO_ACCESS)).toEqual({});
  });

  it("keeps on the device what has to stay there, whatever else was chosen", () => {
    const kept = { privacy: "local_only" };
    expect(effectiveSettings({ mode: "server_side", privacy: "local_only" }, {}, ACCESS)).toEqual(kept);
    expect(effectiveSettings({ mode: "hybrid" }, { privacy: "local_only" }, ACCESS)).toEqual(kept);
    expect(
      effectiveSettings({ privacy: "local_only" }, { mode: "hybrid", privacy: "allow_remote" }, ACCESS),
    ).toEqual(kept);
  });

  it("is what the wire allows, whatever was chosen", () => {
    const root = { ...schema, $ref: "#/$defs/SessionSettings" };
    const number = fc.constantFrom(...NUMBER_NAMES).chain((name) =>
      fc.tuple(fc.constant(name), fc.double({ noNaN: true, min: NUMBERS[name].least, max: NUMBERS[name].greatest })),
    );
    const rest = fc.record(
      {
        mode: fc.constantFrom("client_side", "server_side", "hybrid"),
        privacy: fc.constantFrom("local_only", "allow_remote"),
        format: fc.constantFrom("text", "json", "json_schema"),
        schema: fc.constantFrom('{"type":"object"}', "{"),
        stop: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
        thinks: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(number), rest, fc.constantFrom(ACCESS, NO_ACCESS), (numbers, others, access) => {
        const choices = readChoices({ ...Object.fromEntries(numbers), ...others });
        expect(validate(effectiveSettings(choices, {}, access), root).errors).toEqual([]);
      }),
    );
  });
});

describe("the address of a server", () => {
  it("may be on this machine without https, and elsewhere only where the page has none either", () => {
    const https = { protocol: "https:" };
    expect(addressFault("http://localhost:8080/v1", https)).toBeNull();
    expect(addressFault("https://models.example/v1", https)).toBeNull();
    expect(addressFault("http://models.example/v1", https)).toBe("insecure");
    expect(addressFault("http://models.example/v1", { protocol: "http:" })).toBeNull();
  });

  it("is refused with what is wrong about it", () => {
    const https = { protocol: "https:" };
    expect(addressFault("somewhere", https)).toBe("not_a_url");
    expect(addressFault("file:///etc", https)).toBe("not_http");
    expect(addressFault("https://me:secret@models.example", https)).toBe("credentials");
  });
});

describe("the store of settings", () => {
  let database: AppDatabase;
  const failures: unknown[] = [];
  const store = (): SettingsStore => new SettingsStore((error) => failures.push(error));
  const attached = async (): Promise<SettingsStore> => {
    const made = store();
    await made.attach(database);
    return made;
  };
  const kept = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  beforeEach(() => {
    database = storedDatabase(new MemoryRows());
    failures.length = 0;
  });

  it("finds what an earlier page has kept", async () => {
    const first = await attached();
    first.choose(PRESETS.fast);
    first.chooseFor("c", { temperature: 0 });
    first.setServer(SERVER);
    first.setKey("sk-secret");
    first.setDebug(true);
    await kept();
    const second = await attached();
    expect(second.everywhere.value).toEqual(PRESETS.fast);
    expect(second.settingsFor("c")).toEqual({ sampling: { ...PRESETS.fast, temperature: 0 } });
    expect([second.server.value, second.key.value, second.debug.value]).toEqual([SERVER, "sk-secret", true]);
  });

  it("keeps what was changed before there was a database, over what lies in it", async () => {
    (await attached()).choose(PRESETS.fast);
    await kept();
    const early = store();
    early.choose(PRESETS.varied);
    await early.attach(database);
    await kept();
    expect(early.everywhere.value).toEqual(PRESETS.varied);
    expect((await attached()).everywhere.value).toEqual(PRESETS.varied);
  });

  it("keeps the key in a record of its own, which no export may hold", async () => {
    const settings = await attached();
    settings.setServer(SERVER);
    settings.setKey("sk-secret");
    await kept();
    const records = await database.settings.all();
    const open = records.filter(({ id }) => !SECRET_SETTINGS.has(id));
    expect(JSON.stringify(open)).not.toContain("sk-secret");
    expect(records.map(({ id }) => id)).toContain(SERVER_KEY);
    settings.setKey("");
    await kept();
    expect(await database.settings.get(SERVER_KEY)).toBeNull();
  });

  it("forgets the choices of a conversation that is no more", async () => {
    const settings = await attached();
    settings.chooseFor("gone", { temperature: 0 });
    await kept();
    database.changes.tell({ kind: "conversation", id: "gone" });
    await kept();
    await kept();
    expect(settings.of("gone")).toEqual({});
    expect(await database.settings.all()).toEqual([]);
  });

  it("takes a single choice back", () => {
    expect(chosen({ temperature: 1, seed: 2 }, "temperature", undefined)).toEqual({ seed: 2 });
  });
});
