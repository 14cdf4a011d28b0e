/**
 * The one policy for markup that comes from a model: what may stand in the page, and what becomes of the rest.
 *
 * Model output is untrusted. Nothing here runs, styles the page, posts a form or fetches from elsewhere:
 * text-level and block-level elements only, links that open apart, images only from this page itself.
 */
import createDOMPurify, { type DOMPurify, type WindowLike } from "dompurify";
import { text } from "./text";

const TAGS = [
  ...[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
  ],
  ...[
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
  ],
  ...[
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
  ],
];
const ATTRIBUTES = [
  "href",
  "title",
  "alt",
  "src",
  "class",
  "start",
  "align",
  "colspan",
  "rowspan",
  "lang",
  "dir",
];
const LINK = /^(?:https?:|mailto:|#)/i;
const HARMLESS_CLASS = /^(?:hljs(?:-[a-z_-]+)?|function_|class_|inherited__|language_|blocked-image)$/;
const RASTER = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[a-z0-9+/=]+$/i;

/** What comes out may stand in `innerHTML`: a `TrustedHTML` where the browser knows it, else a string. */
export type Sanitize = (html: string) => string;

/** A sanitizer over a window (the page's own, or a test's). One per page: its Trusted Types policy has one name. */
export function createSanitizer(window: WindowLike): Sanitize {
  const purify = createDOMPurify(window);
  installPolicy(purify);
  return (html) => {
    const markup = purify.sanitize(html, {
      // Where Trusted Types are on, only what DOMPurify's own policy gives out may become markup.
      RETURN_TRUSTED_TYPE: true,
      ALLOWED_TAGS: TAGS,
      ALLOWED_ATTR: ATTRIBUTES,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      // Ids and names from a model could shadow the page's own globals and labels.
      SANITIZE_DOM: true,
      FORBID_CONTENTS: [
        "script",
        "style",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "noscript",
        "title",
      ],
    });
    // `innerHTML` takes it; the view's own types know markup as text alone.
    return markup as unknown as string;
  };
}

function installPolicy(purify: DOMPurify): void {
  purify.addHook("afterSanitizeAttributes", (node) => {
    if (node.nodeName === "A") restrictLink(node);
    if (node.nodeName === "IMG") restrictImage(node);
    if (node.hasAttribute("class")) restrictClasses(node);
  });
}

/** A link opens apart, says nothing of where it was found, and leads only to the web, to mail or within the page. */
function restrictLink(link: Element): void {
  const target = link.getAttribute("href") ?? "";
  if (!LINK.test(target)) {
    link.removeAttribute("href");
    return;
  }
  if (target.startsWith("#")) return;
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer nofollow");
}

/** An image from elsewhere would tell its server that it was shown: its description stands in for it. */
function restrictImage(image: Element): void {
  if (RASTER.test(image.getAttribute("src") ?? "")) return;
  const replacement = image.ownerDocument.createElement("span");
  replacement.className = "blocked-image";
  replacement.textContent = text.conversation.imageBlocked(image.getAttribute("alt") ?? "");
  image.replaceWith(replacement);
}

/** Only the highlighter's classes: any other could borrow the look of the page's own controls. */
function restrictClasses(element: Element): void {
  const kept = [...element.classList].filter((name) => HARMLESS_CLASS.test(name));
  if (kept.length === 0) element.removeAttribute("class");
  else element.setAttribute("class", kept.join(" "));
}
