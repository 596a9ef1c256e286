"""What the demo's sites publish: copies of the seed, new stories on its topic, unrelated ones in six languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its site has it."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    author: str

    @property
    def teaser(self) -> str:
        """The feed's summary: the first sentence, cut."""
        return self.paragraphs[0][:140].rsplit(" ", 1)[0] + " […]"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A fictional site: `feed` names its template, `boilerplate` stands below each article."""

    id: str
    name: str
    host: str
    language: str
    feed: str
    boilerplate: tuple[str, ...]
    articles: tuple[Article, ...]
    full_text: bool = False


COPIES = ("swapped", "cut", "reworded", "reordered", "wrapped", "noted")
TOPIC = ("topic-it", "topic-en", "topic-uk")
OTHER = ("other-it", "other-en", "other-de", "other-uk", "other-fr", "other-es")


def seed_file() -> Traversable:
    """The founding document: beside the package in a checkout, inside it when installed."""
    for place in (files("monitor") / "_data" / "seeds", files("monitor").joinpath("..", "seeds")):
        if place.is_dir():
            return next(
                one for one in sorted(place.iterdir(), key=lambda entry: entry.name) if one.name.endswith(".txt")
            )
    raise FileNotFoundError("the seed document is not installed with the package")


def _lines(name: str) -> list[str]:
    text = (files("monitor.demo") / "articles" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def outlets(now: datetime) -> tuple[Outlet, ...]:
    """All sites; their articles were published within the last hours."""
    seed = [line for line in seed_file().read_text(encoding="utf-8").splitlines() if line.strip()]
    title, body = seed[0], seed[1:-2]  # without its last site's "Argomenti simili:" and "Altre notizie"
    half = len(body) // 2
    reworded, context = _lines("seed-reworded"), _lines("seed-context")
    note = "Nota della redazione: questo testo è stato ricevuto dall'agenzia e pubblicato senza modifiche."
    dressed: dict[str, tuple[str, Sequence[str]]] = {
        "swapped": (title, body),
        "cut": (title, body[:half]),
        "reworded": (reworded[0], reworded[1:]),
        "reordered": (title, [body[0], *reversed(body[1:])]),
        "wrapped": (context[0], [*context[1 : len(context) // 2 + 1], *body, *context[len(context) // 2 + 1 :]]),
        "noted": ("Truppe nordcoreane a Kursk, la conferma di Rutte", [note, *body]),
    }
    plans = (
        ("gazzetta", "Gazzetta del Porto", "rss", ("Leggi anche", "Iscriviti alla newsletter"), ("swapped", "topic-it")),
        ("corriere", "Corriere dei Laghi", "atom", ("Continua a leggere su Corriere dei Laghi",), ("cut", "other-it")),
        ("lanterna", "Agenzia Lanterna", "rdf", ("Riproduzione riservata",), ("reworded", "other-fr")),
        ("ponente", "Ponente Oggi", "rss", ("Condividi su Facebook", "Seguici su Telegram"), ("reordered", "other-es")),
        ("atlante", "Atlante", "atom", ("Ti potrebbe interessare",), ("wrapped", "topic-en", "other-en")),
        ("mattino", "Il Mattino Nuovo", "rss", ("Altre notizie", "Argomenti simili:"), ("noted", "topic-uk", "other-uk", "other-de")),
    )  # fmt: skip
    made = []
    for number, (outlet, name, feed, boilerplate, carried) in enumerate(plans):
        articles = []
        for slug in carried:
            head, paragraphs = dressed[slug] if slug in dressed else (_lines(slug)[0], _lines(slug)[1:])
            at = now - timedelta(minutes=20 + 7 * number)
            articles.append(Article(slug, head, tuple(paragraphs), at, f"Redattore {number + 1}"))
        made.append(
            Outlet(outlet, name, f"127.0.0.{number + 2}", "it", feed, boilerplate, tuple(articles), feed == "rss")
        )
    return tuple(made)
