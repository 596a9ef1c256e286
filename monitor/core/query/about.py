"""The compiled leaf that looks at the item and not at its text: URL, site, feed, tag, language."""

from __future__ import annotations

from monitor.core.query.document import Document
from monitor.core.query.nodes import Meta
from monitor.core.query.patterns import glob
from monitor.core.query.urls import host_of, is_under
from monitor.errors import QueryError
from monitor.model import Match


class MetaLeaf:
    """A condition about the item."""

    def __init__(self, node: Meta, label: str) -> None:
        self.node = node
        self.label = label
        self.value = node.value.strip()
        if node.field == "url":
            self.value = _lower(self.value)
        elif node.field != "feed":  # ids are told apart by case
            self.value = self.value.casefold()
        if node.field == "site":
            self.value = host_of(self.value)
        if not self.value.strip("*?"):
            raise QueryError(f"{node.field}: needs a value", node.at, ("a word",))
        self.wild = "*" in self.value or "?" in self.value

    def found(self, document: Document) -> Match | None:
        """The value that fits."""
        subject = document.subject
        match self.node.field:
            case "url":
                return self._in_url(subject.url)
            case "site":
                host = host_of(subject.url or "")
                return Match(self.label, "site", host, 0, len(host)) if is_under(host, self.value) else None
            case "lang":
                candidates: tuple[str, ...] = (subject.language, subject.language.partition("-")[0])
            case "feed":
                candidates = subject.feeds
            case "tag":
                candidates = subject.tags
        for candidate in candidates:
            if self.fits(candidate):
                return Match(self.label, self.node.field, candidate, 0, len(candidate))
        return None

    def fits(self, candidate: str) -> bool:
        """Whether a language, a feed or a tag is the one asked for."""
        plain = candidate if self.node.field == "feed" else candidate.casefold()
        return plain == self.value or (self.wild and glob(self.value, plain))

    def _in_url(self, url: str | None) -> Match | None:
        if url is None:
            return None
        lower, start, end = _lower(url), -1, 0
        for piece in self.value.split("*"):  # a ? is a character of URLs, no wildcard
            at = lower.find(piece, end)
            if at < 0:
                return None
            start, end = at if start < 0 and piece else start, at + len(piece)
        return Match(self.label, "url", url[start:end], start, end)

    def test(self, document: Document) -> bool:
        return self.found(document) is not None

    def note(self, _: Document) -> str:
        return ""


def _lower(url: str) -> str:
    """Lower case, character for character, so that offsets hold."""
    return url.lower() if url.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in url)
