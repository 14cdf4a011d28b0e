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
    const field = (label: string, options: { focus?: boolean }): Promise<void> =>
      act(() => {
        render(<Passphrase key={label} label={label} testId={label} {...options} value="" onInput={() => undefined} />, document.body);
      });
    await field("new", {});
    await field("once more", { focus: false });
    expect(document.activeElement).toBe(button);
    await field("current", { focus: true });
    expect(document.activeElement?.getAttribute("data-testid")).toBe("current");
  });
});
