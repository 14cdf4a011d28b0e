"""What a reader sees of an HTML document (pure): its text, without markup, scripts and styles.

Why not `html.parser`: on hostile markup (a file of `<a <a <a`) it takes minutes, and nothing else of Python
runs meanwhile. Here every character is looked at a bounded number of times; a document that breaks the rules
may lose or keep a word too many.
"""

from __future__ import annotations

import html
import re

LONGEST = 400_000
"""Characters of a document that are read."""
LONGEST_TAG = 4_000
"""Characters in which a quoted value may hold a `>`; behind them a tag ends at the first one."""
UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
BREAKING = frozenset(
    {
        "p",
        "div",
        "br",
        "li",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
    }
    | {"ul", "ol", "table", "pre", "blockquote", "hr", "main", "nav", "dt", "dd"}
)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
CLOSING = {name: re.compile(rf"</{name}(?![a-zA-Z0-9])", re.IGNORECASE) for name in (*UNSEEN, "title")}


def html_text(document: str) -> str:
    """The title and the text of a document, a line for each block."""
    title, parts = _read(document[:LONGEST])
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in html.unescape(parts).split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    heading = " ".join(html.unescape(title).split())
    return "\n\n".join(part for part in (heading, text) if part)


def _read(document: str) -> tuple[str, str]:
    """The title, and everything else that is shown."""
    title, parts, place = "", [], 0
    while (start := document.find("<", place)) != -1:
        parts.append(document[place:start])
        tag = TAG.match(document, start)
        if tag is None:
            place = _behind_what_is_no_tag(document, start)
            parts.append("<" if place == start + 1 else "")
            continue
        closing, name = tag[1], tag[2].lower()
        place = _end_of_tag(document, tag.end())
        if name in BREAKING:
            parts.append("\n")
        elif name in CLOSING and not closing:
            ending = CLOSING[name].search(document, place)
            behind = len(document) if ending is None else ending.start()
            if name == "title":
                title += document[place:behind]
            place = behind
    return title, "".join([*parts, document[place:]])


def _behind_what_is_no_tag(document: str, start: int) -> int:
    """The end of a comment, a declaration or an instruction; behind the `<` itself where it is text."""
    if document.startswith("<!--", start):
        end = document.find("-->", start + 4)
        return len(document) if end == -1 else end + 3
    if document.startswith(("<!", "<?", "</"), start):
        end = document.find(">", start)
        return len(document) if end == -1 else end + 1
    return start + 1


def _end_of_tag(document: str, place: int) -> int:
    """Behind the `>` of a tag; one inside a quoted value does not end it."""
    first = end = document.find(">", place)
    if first == -1:
        return len(document)
    quotes = document.count('"', place, end)
    while quotes % 2 and end - place < LONGEST_TAG:
        following = document.find(">", end + 1)
        if following == -1:
            return first + 1
        quotes += document.count('"', end, following)
        end = following
    return first + 1 if quotes % 2 else end + 1
