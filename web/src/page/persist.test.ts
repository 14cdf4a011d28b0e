import { expect, it } from "vitest";
import { keepStorage } from "./persist";

it("asks the browser to keep what is stored, and takes no harm from a refusal", async () => {
  let asked = 0;
  const persist = (): Promise<boolean> => {
    asked += 1;
    return Promise.reject(new TypeError("refused"));
  };
  keepStorage({ navigator: { storage: { persist } } });
  await Promise.resolve();
  expect(asked).toBe(1);
});

it.each([{}, { navigator: {} }, { navigator: { storage: {} } }])(
  "asks nobody where there is nobody: %o",
  (scope) => {
    expect(() => {
      keepStorage(scope);
    }).not.toThrow();
  },
);
