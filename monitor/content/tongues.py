"""What a message says around the news, in the languages it can be had in (`[alerts] locale`).

A phrase that counts has one form for each plural category of its language (Unicode CLDR, "Language Plural Rules").
"""

from __future__ import annotations

from collections.abc import Mapping

Phrase = str | Mapping[str, str]

ENGLISH: Mapping[str, Phrase] = {
    "matched": "Matched",
    "source": "Source",
    "published": "Published",
    "seen": "Seen",
    "also_at": {
        "one": "Also at {n} site, first at {site}:",
        "other": "Also at {n} sites, first at {site}:",
    },
    "more": "… and {n} more",
    "stories": {"one": "{n} story", "other": "{n} stories"},
    "collected": {"one": "{n} alert collected by monitor", "other": "{n} alerts collected by monitor"},
    "watchlist": "Watchlist: {name}",
    "again": "another alert about a story you were told of",
    "look": "Alert {alert}: “monitor show” and “monitor why” tell more",
    "notice": "A notice to the operator ([operator] alert): “monitor status” and “monitor feeds” tell more",
    "test": "Test",
    "test_notice": "This is a test message: nothing was found. You asked for it with “monitor alerts test”, and it arrived.",
    "broken": "The template {file} failed ({what}); this is the built-in one.",
}
"""Also the list of all phrases there are."""

WORDS: Mapping[str, Mapping[str, Phrase]] = {
    "en": ENGLISH,
    "it": {
        "matched": "Trovato",
        "source": "Fonte",
        "published": "Pubblicato",
        "seen": "Visto",
        "also_at": {
            "one": "Anche su {n} sito, per primo {site}:",
            "other": "Anche su {n} siti, per primo {site}:",
        },
        "more": "… e altri {n}",
        "stories": {"one": "{n} notizia", "other": "{n} notizie"},
        "collected": {"one": "{n} avviso raccolto da monitor", "other": "{n} avvisi raccolti da monitor"},
        "watchlist": "Lista: {name}",
        "again": "un altro avviso su una notizia già segnalata",
        "look": "Avviso {alert}: di più con «monitor show» e «monitor why»",
        "notice": "Un avviso all'operatore ([operator] alert): di più con «monitor status» e «monitor feeds»",
        "test": "Prova",
        "test_notice": "Questa è una prova: non è stato trovato nulla. L'ha chiesta «monitor alerts test», ed è arrivata.",
        "broken": "Il modello {file} non ha funzionato ({what}); questo è quello predefinito.",
    },
    "de": {
        "matched": "Gefunden",
        "source": "Quelle",
        "published": "Veröffentlicht",
        "seen": "Gesehen",
        "also_at": {
            "one": "Auch auf {n} Website, zuerst bei {site}:",
            "other": "Auch auf {n} Websites, zuerst bei {site}:",
        },
        "more": "… und {n} weitere",
        "stories": {"one": "{n} Meldung", "other": "{n} Meldungen"},
        "collected": {"one": "{n} Hinweis, gesammelt von monitor", "other": "{n} Hinweise, gesammelt von monitor"},
        "watchlist": "Suchliste: {name}",
        "again": "ein weiterer Hinweis auf eine schon gemeldete Nachricht",
        "look": "Hinweis {alert}: mehr mit „monitor show“ und „monitor why“",
        "notice": "Ein Hinweis an den Betreiber ([operator] alert): mehr mit „monitor status“ und „monitor feeds“",
        "test": "Test",
        "test_notice": "Dies ist ein Test: Gefunden wurde nichts. „monitor alerts test“ hat ihn verlangt, und er kam an.",
        "broken": "Die Vorlage {file} ist gescheitert ({what}); dies ist die eingebaute.",
    },
    "fr": {
        "matched": "Trouvé",
        "source": "Source",
        "published": "Publié",
        "seen": "Vu",
        "also_at": {
            "one": "Aussi sur {n} site, d'abord sur {site} :",
            "other": "Aussi sur {n} sites, d'abord sur {site} :",
        },
        "more": "… et {n} de plus",
        "stories": {"one": "{n} nouvelle", "other": "{n} nouvelles"},
        "collected": {"one": "{n} alerte recueillie par monitor", "other": "{n} alertes recueillies par monitor"},
        "watchlist": "Liste de veille : {name}",
        "again": "une autre alerte sur un sujet déjà signalé",
        "look": "Alerte {alert} : pour en savoir plus, « monitor show » et « monitor why »",
        "notice": "Un avis à l'exploitant ([operator] alert) : pour en savoir plus, « monitor status » et « monitor feeds »",
        "test": "Essai",
        "test_notice": "Ceci est un essai : rien n'a été trouvé. « monitor alerts test » l'a demandé, et il est arrivé.",
        "broken": "Le modèle {file} a échoué ({what}) ; voici celui d'origine.",
    },
    "es": {
        "matched": "Encontrado",
        "source": "Fuente",
        "published": "Publicado",
        "seen": "Visto",
        "also_at": {
            "one": "También en {n} sitio, primero en {site}:",
            "other": "También en {n} sitios, primero en {site}:",
        },
        "more": "… y {n} más",
        "stories": {"one": "{n} noticia", "other": "{n} noticias"},
        "collected": {"one": "{n} aviso reunido por monitor", "other": "{n} avisos reunidos por monitor"},
        "watchlist": "Lista: {name}",
        "again": "otro aviso sobre una noticia ya comunicada",
        "look": "Aviso {alert}: más con «monitor show» y «monitor why»",
        "notice": "Un aviso al operador ([operator] alert): más con «monitor status» y «monitor feeds»",
        "test": "Prueba",
        "test_notice": "Este es un mensaje de prueba: no se encontró nada. Lo pidió «monitor alerts test», y ha llegado.",
        "broken": "La plantilla {file} falló ({what}); esta es la incorporada.",
    },
    "uk": {
        "matched": "Знайдено",
        "source": "Джерело",
        "published": "Опубліковано",
        "seen": "Помічено",
        "also_at": {
            "one": "Також на {n} сайті, спершу на {site}:",
            "few": "Також на {n} сайтах, спершу на {site}:",
            "many": "Також на {n} сайтах, спершу на {site}:",
            "other": "Також на {n} сайту, спершу на {site}:",
        },
        "more": "… і ще {n}",
        "stories": {"one": "{n} новина", "few": "{n} новини", "many": "{n} новин", "other": "{n} новини"},
        "collected": {
            "one": "{n} сповіщення зібрав monitor",
            "few": "{n} сповіщення зібрав monitor",
            "many": "{n} сповіщень зібрав monitor",
            "other": "{n} сповіщення зібрав monitor",
        },
        "watchlist": "Список: {name}",
        "again": "ще одне сповіщення про відому вам новину",
        "look": "Сповіщення {alert}: докладніше «monitor show» і «monitor why»",
        "notice": "Повідомлення операторові ([operator] alert): докладніше «monitor status» і «monitor feeds»",
        "test": "Перевірка",
        "test_notice": "Це лише перевірка: нічого не знайдено. Її замовила команда «monitor alerts test», і вона дійшла.",
        "broken": "Шаблон {file} не спрацював ({what}); це вбудований.",
    },
}
"""By language; each has all phrases of `ENGLISH`."""
