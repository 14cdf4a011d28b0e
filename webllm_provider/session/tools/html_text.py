"""What a reader sees of an HTML document (pure): its text, without markup, scripts and styles."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST = 400_000
"""Characters of a document that are read."""
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
EMPTY = frozenset({"br", "hr"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title = ""
        self._hidden: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        elif tag in UNSEEN:
            self._hidden.append(tag)
        elif tag in BREAKING:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag in self._hidden:
            # A document that closes them in another order hides no more than one that does not.
            while self._hidden and self._hidden.pop() != tag:
                pass
        elif tag in BREAKING - EMPTY:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKING:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._hidden:
            self.parts.append(data)


def html_text(document: str) -> str:
    """The title and the text of a document, a line for each block."""
    reader = _Reader()
    reader.feed(document[:LONGEST])
    reader.close()
    body = "".join(reader.parts)
    lines = (re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in body.split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    title = " ".join(reader.title.split())
    return "\n\n".join(part for part in (title, text) if part)
