/** The only place where markup made from model output enters the page; it always passes the policy. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { createSanitizer, type Sanitize } from "../sanitize";

let sanitize: Sanitize | null = null;

export function SafeHtml({ html, as: Tag = "div" }: { html: string; as?: "div" | "code" }): JSX.Element {
  const markup = useMemo(() => {
    sanitize ??= createSanitizer(window);
    return { __html: sanitize(html) };
  }, [html]);
  return <Tag class={Tag === "code" ? "hljs" : "prose-block"} dangerouslySetInnerHTML={markup} />;
}
