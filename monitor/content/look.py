"""How messages look to their reader: language, time zone (by babel), and templates.

A user's template that fails on an article gives way to the built-in one, which says so: no alert waits for a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from monitor.content.templating import TemplateFault, Templates
from monitor.content.tongues import ENGLISH, WORDS
from monitor.content.wording import cut, one_line


class Look:
    """One configuration's. `locale` is ``it`` or ``de_AT``; None: English, and dates as ISO 8601 has them.

    `templates` maps names of `templating.TEMPLATES` to the user's own source. Raises ValueError for a locale without
    words (`tongues.WORDS`), ZoneInfoNotFoundError for a time zone that is none.
    """

    def __init__(
        self, locale: str | None = None, timezone: str = "UTC", templates: Mapping[str, str] | None = None
    ) -> None:
        self.templates = Templates(templates)
        self._zone = UTC if timezone == "UTC" else ZoneInfo(timezone)
        self._dates = parsed_locale(locale) if locale else None
        self._locale = self._dates or Locale("en")
        self._words = WORDS[self._locale.language]

    def say(self, phrase: str, n: int | None = None, **values: object) -> str:
        """A phrase of `tongues`, filled in; `n` chooses among plural forms. Raises LookupError for one there is not."""
        if phrase not in ENGLISH:
            raise LookupError(f'no phrase is called "{phrase}"; there are: {", ".join(ENGLISH)}')
        found = self._words[phrase]
        if not isinstance(found, str):
            found = found.get(self._locale.plural_form(n or 0), found["other"])
        return found.format(n=n, **values)

    def when(self, moment: datetime | None) -> str:
        """``2026-01-31 08:05 UTC``, or as the locale writes dates; in the reader's time zone; empty when unknown."""
        if moment is None:
            return ""
        local = moment.astimezone(self._zone)
        zone = local.tzname() or ""
        zone = f"UTC{zone}" if zone[:1] in "+-" else zone  # zones without a name of their own: +03
        if self._dates is None:
            return f"{local:%Y-%m-%d %H:%M} {zone}"
        date = format_date(local, "long", locale=self._dates)
        return f"{date}, {format_time(local, 'short', tzinfo=self._zone, locale=self._dates)} {zone}"

    def language_name(self, code: str) -> str:
        """``it`` in the reader's words: Italian; the code itself when it has no name, empty when unknown (``und``)."""
        if code == "und":
            return ""
        try:
            return Locale.parse(code, sep="-").get_display_name(self._locale) or code
        except (ValueError, UnknownLocaleError):
            return code

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """A template of `TEMPLATES` with its context: the user's own, else the built-in one."""
        filled = self.filled(context)
        if name in self.templates.own:
            try:
                return self.templates.users(name, filled)
            except TemplateFault as fault:
                filled["broken"] = self.say("broken", file=f"templates/{name}", what=cut(one_line(str(fault)), 200))
        return self.templates.built_in(name, filled)

    def filled(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The context with what every template has."""
        return {"broken": "", **context, "say": self.say, "locale": self._locale.language}


def parsed_locale(text: str) -> Locale:
    """``it``, ``de-AT``, ``de_AT``. Raises ValueError when it is no locale, or one of a language without words."""
    try:
        found = Locale.parse(text.strip().replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise ValueError(f'not a locale such as "it" or "de-AT": "{text}"') from None
    if found.language not in WORDS:
        raise ValueError(f'no words in the language "{found.language}"; there are: {", ".join(sorted(WORDS))}')
    return found
