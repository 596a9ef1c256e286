"""Whether what was read out of a page is an article or the wall before it."""

from __future__ import annotations

import re

_WALL_TITLE = re.compile(
    r"^(?:before you continue|just a moment|attention required|access denied|are you (?:a )?(?:human|robot)"
    r"|verify you are human|security check|log ?in|sign ?in|subscribe to (?:read|continue)|403 forbidden"
    r"|404 not found|page not found|error|one more step|ddos-guard"
    r"|prima di continuare|bevor sie fortfahren|avant de continuer|antes de continuar|zanim przejdziesz"
    r"|privacy (?:settings|gate)|cookie consent|datenschutz|zustimmung)\b",
    re.IGNORECASE,
)  # fmt: skip
_AWAY_TITLE = re.compile(
    r"^(?:(?:50\d )?(?:bad gateway|service unavailable)|(?:site |scheduled )?(?:under |down for )?maintenance"
    r"|(?:we(?:'|’)ll )?be (?:right )?back(?: soon| shortly)?|temporarily unavailable"
    r"|(?:sito )?in manutenzione|wartung(?:sarbeiten|smodus)?|(?:site )?en maintenance|(?:sitio )?en mantenimiento"
    r"|технические работы|технічні роботи)\W*(?:$|[|–—-])",
    re.IGNORECASE,
)  # fmt: skip
"""Of a site that is being mended: the whole title, for there is news of maintenance too."""
_CONSENT = re.compile(
    r"\b(?:cookies?|consent|privacy|gdpr|personal data|our (?:\d+ )?partners|legitimate interest|accept all"
    r"|reject all|manage (?:options|preferences|settings)"
    r"|einwilligung|zustimm\w+|datenschutz\w*|personenbezogene\w*|consentement|données personnelles|dati personali"
    r"|consenso|accetta\w*|rifiuta\w*|datos personales|consentimiento|aceptar"
    r"|dados pessoais|zgod[aęy]|plik\w* cookies?|персональных данных|куки|файлы cookie)\b",
    re.IGNORECASE,
)  # fmt: skip
_ROBOT = re.compile(
    r"\b(?:enable javascript|javascript is (?:disabled|required)|turn on javascript|checking your browser|ray id"
    r"|captcha|unusual traffic|verify (?:that )?you(?:'| a)re (?:not a robot|human)|you have been blocked"
    r"|performance & security by cloudflare|bitte aktivieren sie javascript|activer javascript)\b",
    re.IGNORECASE,
)  # fmt: skip
_LOGIN = re.compile(
    r"\b(?:forgot(?:ten)? (?:your )?password|log ?in|sign ?in|sign ?up|register|password|create (?:an )?account"
    r"|already (?:a )?subscribe[rd]|username|e-?mail address"
    r"|passwort|anmelden|registrieren|mot de passe|se connecter|accedi|password dimenticata|registrati|contraseña"
    r"|iniciar sesión|hasło|zaloguj|пароль|войти)\b",
    re.IGNORECASE,
)  # fmt: skip


PASSING = ("a robot check", "a wall or an error page")
"""Kinds of walls that a site puts up for a while."""


def wall_of(text: str, title: str) -> str | None:
    """What kind of wall a short text is: "a consent wall", "a robot check", "a login page"; None when it may be an
    article.

    Counts words of such pages against the text's length, so that an article that mentions cookies stays one.
    """
    words = max(1, len(text.split()))
    named = bool(_WALL_TITLE.match(title) or _AWAY_TITLE.match(title))
    if len(_ROBOT.findall(text)) >= (1 if words < 120 or named else 2):
        return "a robot check"
    if len(_CONSENT.findall(text)) * (40 if not named else 120) >= words and len(_CONSENT.findall(text)) >= 3:
        return "a consent wall"
    if len(_LOGIN.findall(text)) * (20 if not named else 60) >= words and len(_LOGIN.findall(text)) >= 3:
        return "a login page"
    return "a wall or an error page" if named and words < 120 else None
