"""A user's templates tried out before an alert needs them: read, and rendered with samples of every kind of message."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from monitor.content.look import Look
from monitor.content.messages import Group, StoryView, context_of
from monitor.content.templating import TemplateFault
from monitor.model import OPERATOR, Alert, Item, Match, Message, Sighting

_MORNING = datetime(2026, 1, 1, 8, tzinfo=UTC)
_TEXT = "The harbour reopened on Tuesday. The last freighter left in the night, a spokeswoman said."
_AT = _TEXT.index("freighter")
_ITEM = Item(
    "sample", "https://www.example.org/harbour", "The last freighter leaves", _TEXT, "en", 0.99, _MORNING, "sample",
    published_at=_MORNING - timedelta(hours=1), feeds=("harbour",), tags=("ports",),
)  # fmt: skip
_MATCHES = (Match("freighter*", "title", "freighter", 9, 18), Match("freighter*", "body", "freighter", _AT, _AT + 9))
_ALERT = Alert(
    "sample", "ships", "Ships", ("ports",), "desk", "sample", "sample", _MATCHES, "pending", 1, _MORNING
)  # fmt: skip
_ELSEWHERE = tuple(
    Sighting(f"https://copy{number}.example.org/harbour", f"copy-{number}", _MORNING) for number in range(14)
)
_BARE = replace(_ITEM, url=None, title="", text="", language="und", published_at=None, feeds=(), tags=())

SAMPLES = (
    Message("sample", ((_ALERT, _ITEM, _ELSEWHERE),), thread="earlier"),
    Message("sample", ((replace(_ALERT, matches=(), watchlist_tags=()), _BARE, ()),)),
    Message("sample", ((_ALERT, _ITEM, ()), (replace(_ALERT, watchlist="cranes"), _ITEM, _ELSEWHERE[:1])), digest=True),
    Message("sample", ((_ALERT, _ITEM, ()),), test=True),
    Message("sample", ((replace(_ALERT, occasion="revised", differences=(("Two ships", "One ship"),)), _ITEM, ()),)),
    Message("sample", ((replace(_ALERT, occasion="sites:20"), _ITEM, _ELSEWHERE),)),
    Message("sample", ((replace(_ALERT, occasion="language:it"), _ITEM, _ELSEWHERE),)),
    Message("sample", ((replace(_ALERT, watchlist=OPERATOR, matches=()), _ITEM, ()),)),
)


def names_in_templates() -> frozenset[str]:
    """Every variable and attribute that a template may name."""
    look = Look()
    variables = look.filled(context_of(SAMPLES[0], look)).keys()
    return frozenset(variables) | {one.name for view in (Group, StoryView) for one in fields(view)}


def fault_in(name: str, look: Look) -> TemplateFault | None:
    """What is wrong with the user's template of that name; None when it renders every sample."""
    try:
        look.templates.look_over(name, look.filled(context_of(SAMPLES[0], look)).keys())
        for sample in SAMPLES:
            look.templates.users(name, look.filled(context_of(sample, look)))
    except TemplateFault as fault:
        return fault
    return None
