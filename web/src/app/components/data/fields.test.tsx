// @vitest-environment jsdom
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { Passphrase } from "./fields";

afterEach(async () => {
  await act(() => {
    render(null, document.body);
  });
});

describe("the field for a passphrase", () => {
  it("takes the focus from what opened it, where it is to", async () => {
    const button = document.createElement("button");
    document.body.append(button);
    button.focus();
    const field = (label: string, focus: boolean): Promise<void> =>
      act(() => {
        render(<Passphrase key={label} label={label} testId={label} focus={focus} value="" onInput={() => undefined} />, document.body);
      });
    await field("new", false);
    expect(document.activeElement?.getAttribute("data-testid")).not.toBe("new");
    await field("current", true);
    expect(document.activeElement?.getAttribute("data-testid")).toBe("current");
  });
});
