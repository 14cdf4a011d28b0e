import fc from "fast-check";
import { expect, test } from "vitest";
import { OtherOrigins } from "./origins";

function documents() {
  const kept = new Map<string, string>();
  const targets: EventTarget[] = [];
  /** One document of the site; the others hear of its changes, as in a browser. */
  const open = (): OtherOrigins => {
    const target = new EventTarget();
    targets.push(target);
    return new OtherOrigins({
      scope: "https://host/site/",
      storage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => {
          kept.set(key, value);
          for (const other of targets)
            if (other !== target) other.dispatchEvent(Object.assign(new Event("storage"), { key }));
        },
      },
      changes: target,
    });
  };
  return { kept, open };
}

test("nobody is allowed but by a person, whatever origins ask", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom("ask", "allow", "refuse"), fc.constantFrom("a", "b", "c")), {
        maxLength: 30,
      }),
      (steps) => {
        const { open } = documents();
        const origins = open();
        const allowed = new Set<string>();
        for (const [step, origin] of steps) {
          origins[step](origin);
          if (step === "allow") allowed.add(origin);
          if (step === "refuse") allowed.delete(origin);
          expect(new Set(origins.read().allowed)).toEqual(allowed);
          const { asked } = origins.read();
          expect(new Set(asked).size).toBe(asked.length);
          expect(asked.some((each) => allowed.has(each))).toBe(false);
        }
      },
    ),
  );
});

test("every document hears of a change, and a page that asks under many names does not fill the list", () => {
  const { open } = documents();
  const door = open();
  const page = open();
  let heard = 0;
  page.watch(() => (heard += 1));
  for (let number = 0; number < 30; number++) door.ask(`https://${String(number)}.example`);
  expect(page.read().asked).toHaveLength(10);
  expect(heard).toBe(10);
  page.allow("https://0.example");
  expect(door.allows("https://0.example")).toBe(true);
});

test("what cannot be read, or not be had, allows nobody", () => {
  const { kept, open } = documents();
  const origins = open();
  origins.allow("https://a.example");
  for (const key of kept.keys()) kept.set(key, '{"asked": [], "allowed": "https://a.example"}');
  expect(origins.allows("https://a.example")).toBe(false);
  const none = new OtherOrigins({
    scope: "https://host/",
    storage: null,
    changes: new EventTarget(),
  });
  none.allow("https://a.example");
  expect(none.allows("https://a.example")).toBe(false);
});
