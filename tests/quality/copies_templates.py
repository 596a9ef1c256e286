"""The same form filled in twice: 200 reports that are 200 stories, in four languages and five kinds.

Everything is drawn from a seeded generator: the same texts on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.quality.copies import Document

TEAMS = {
    "it": ["Juventus", "Milan", "Inter", "Roma", "Lazio", "Napoli", "Atalanta", "Fiorentina", "Torino", "Bologna"],
    "en": ["Arsenal", "Chelsea", "Everton", "Fulham", "Brentford", "Liverpool", "Brighton", "Burnley", "Watford"],
    "de": ["Bayern", "Dortmund", "Leverkusen", "Freiburg", "Stuttgart", "Mainz", "Augsburg", "Wolfsburg", "Bremen"],
    "uk": ["Динамо", "Шахтар", "Ворскла", "Зоря", "Кривбас", "Полісся", "Рух", "Верес", "Колос", "Карпати"],
}
PLAYERS = {
    "it": ["Rossi", "Bianchi", "Esposito", "Ricci", "Moretti", "Conti", "Gallo", "Costa", "Fontana", "Rinaldi"],
    "en": ["Walker", "Harris", "Turner", "Cooper", "Bennett", "Hughes", "Palmer", "Foster", "Barnes", "Reid"],
    "de": ["Schneider", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Wolf", "Neumann", "Schwarz", "Krause"],
    "uk": ["Шевченко", "Бондар", "Мельник", "Кравець", "Лисенко", "Савчук", "Гончар", "Петренко", "Ткачук", "Мороз"],
}
PLACES = {
    "it": ["Torino", "Palermo", "Verona", "Catania", "Trieste", "Perugia", "Ancona", "Bari", "Cagliari", "Potenza"],
    "en": ["Leeds", "Bristol", "Cardiff", "Norwich", "Plymouth", "Glasgow", "Exeter", "Durham", "York", "Oxford"],
    "de": ["Hamburg", "Dresden", "Leipzig", "Bremen", "Kassel", "Rostock", "Erfurt", "Passau", "Münster", "Ulm"],
    "uk": ["Харків", "Суми", "Полтава", "Одеса", "Херсон", "Дніпро", "Луцьк", "Черкаси", "Житомир", "Ужгород"],
}
SKIES = {
    "it": ["sereno", "poco nuvoloso", "coperto", "con piogge sparse", "con rovesci e temporali"],
    "en": ["clear", "partly cloudy", "overcast", "with scattered showers", "with thunderstorms"],
    "de": ["klar", "leicht bewölkt", "bedeckt", "mit einzelnen Schauern", "mit Gewittern"],
    "uk": ["ясно", "мінлива хмарність", "хмарно", "короткочасні дощі", "грози"],
}
MONTHS = {
    "it": ["gennaio", "marzo", "maggio", "luglio", "ottobre"],
    "en": ["January", "March", "May", "July", "October"],
    "de": ["Januar", "März", "Mai", "Juli", "Oktober"],
    "uk": ["січня", "березня", "травня", "липня", "жовтня"],
}
FORMS: dict[str, dict[str, tuple[str, str]]] = {
    "football": {
        "it": (
            "{t0}-{t1} {a}-{b}: decide {p0}",
            "Finisce {a} a {b} la sfida tra {t0} e {t1}, valida per la {n}ª giornata di campionato. La squadra di casa è passata "
            "in vantaggio al {m0}' con {p0}, bravo a farsi trovare pronto sul cross dalla destra di {p1}.\nNella ripresa la "
            "reazione degli ospiti: al {m1}' {p2} ha colpito il palo con un tiro dal limite dell'area, poi al {m2}' è arrivato "
            "il gol di {p3}. Nel finale i padroni di casa hanno chiuso in avanti, ma il risultato non è più cambiato.\n"
            "Con questa partita {t0} sale a {x0} punti in classifica, mentre {t1} resta a quota {x1}. Nel prossimo turno "
            "la squadra affronterà {t2} in trasferta, mentre {t1} ospiterà {t3}. Allo stadio erano presenti {s} spettatori.",
        ),
        "en": (
            "{t0} {a}-{b} {t1}: {p0} on target",
            "{t0} and {t1} finished {a}-{b} on matchday {n} of the league season. The home side took the lead after {m0} minutes "
            "when {p0} headed in a cross from the right by {p1}.\nThe visitors responded after the break: {p2} hit the post "
            "from the edge of the area in the {m1} minute before {p3} found the net in the {m2} minute. The home side pushed "
            "forward in the closing stages but could not change the result.\n{t0} now have {x0} points in the table, while {t1} "
            "stay on {x1}. In the next round they travel to {t2}, while {t1} host {t3}. The attendance was {s}.",
        ),
        "de": (
            "{t0} gegen {t1} {a}:{b}, Tor durch {p0}",
            "{t0} und {t1} haben sich am {n}. Spieltag der Saison {a}:{b} getrennt. Die Gastgeber gingen in der {m0}. Minute "
            "durch {p0} in Führung, der eine Flanke von {p1} von der rechten Seite verwertete.\nNach der Pause kamen die Gäste "
            "besser ins Spiel: {p2} traf in der {m1}. Minute aus der Distanz den Pfosten, ehe {p3} in der {m2}. Minute erfolgreich "
            "war. In der Schlussphase drängten die Gastgeber noch einmal, doch am Ergebnis änderte sich nichts mehr.\n"
            "{t0} hat nun {x0} Punkte auf dem Konto, {t1} bleibt bei {x1}. Am nächsten Spieltag geht es zu {t2}, "
            "während {t1} zu Hause auf {t3} trifft. Im Stadion waren {s} Zuschauer.",
        ),
        "uk": (
            "{t0} – {t1} {a}:{b}, гол забив {p0}",
            "{t0} і {t1} завершили матч {n}-го туру чемпіонату з рахунком {a}:{b}. Господарі вийшли вперед на {m0}-й хвилині, "
            "коли {p0} замкнув подачу з правого флангу, яку виконав {p1}.\nПісля перерви гості відповіли: {p2} на {m1}-й хвилині "
            "влучив у стійку з-за меж штрафного майданчика, а на {m2}-й хвилині відзначився {p3}. Наприкінці зустрічі "
            "господарі тиснули, проте рахунок уже не змінився.\nТепер {t0} має {x0} очок у турнірній таблиці, а {t1} "
            "залишається з {x1}. У наступному турі команда зіграє проти {t2} на виїзді, тоді як {t1} прийме {t3}. "
            "За матчем спостерігали {s} глядачів.",
        ),
    },
    "weather": {
        "it": (
            "Meteo {c0}, le previsioni di {d} {month}",
            "Ecco le previsioni del tempo a {c0} per la giornata di {d} {month}. Al mattino il cielo sarà {sky0}, con "
            "temperature minime intorno ai {n0} gradi. Nel pomeriggio il cielo sarà {sky1} e la temperatura massima raggiungerà i "
            "{n1} gradi. In serata il tempo sarà {sky2}.\nI venti soffieranno da moderati a deboli, con raffiche fino a {w} "
            "chilometri orari. L'umidità relativa si attesterà intorno al {h} per cento, la probabilità di precipitazioni "
            "sarà del {r} per cento. Il sole sorge alle 6.{m0} e tramonta alle 19.{m1}.",
        ),
        "en": (
            "{c0} weather: the forecast for {d} {month}",
            "Here is the weather forecast for {c0} on {d} {month}. The morning will be {sky0}, with lows of around {n0} degrees. "
            "In the afternoon it will be {sky1} and temperatures will reach a high of {n1} degrees. The evening will "
            "be {sky2}.\nWinds will be light to moderate, with gusts of up to {w} kilometres an hour. Relative humidity will "
            "be around {h} per cent and the chance of rain is {r} per cent. The sun rises at 6.{m0} and sets at 19.{m1}.",
        ),
        "de": (
            "Wetter in {c0}: die Vorhersage für den {d}. {month}",
            "So wird das Wetter in {c0} am {d}. {month}. Am Morgen ist es {sky0}, die Tiefstwerte liegen bei {n0} Grad. Am "
            "Nachmittag ist es {sky1}, und die Temperaturen steigen auf bis zu {n1} Grad. Am Abend wird es {sky2}.\nDer Wind "
            "weht schwach bis mäßig, in Böen mit bis zu {w} Kilometern pro Stunde. Die Luftfeuchtigkeit liegt bei {h} Prozent, "
            "die Regenwahrscheinlichkeit bei {r} Prozent. Die Sonne geht um 6.{m0} Uhr auf und um 19.{m1} Uhr unter.",
        ),
        "uk": (
            "Погода у місті {c0}: прогноз на {d} {month}",
            "Синоптики оприлюднили прогноз погоди у місті {c0} на {d} {month}. Вранці очікується {sky0}, мінімальна температура "
            "становитиме близько {n0} градусів. Удень буде {sky1}, повітря прогріється до {n1} градусів. Увечері прогнозують "
            "{sky2}.\nВітер слабкий та помірний, пориви сягатимуть {w} кілометрів на годину. Відносна вологість повітря "
            "становитиме близько {h} відсотків, імовірність опадів {r} відсотків. Сонце зійде о 6.{m0}, а зайде о 19.{m1}.",
        ),
    },
    "market": {
        "it": (
            "Borsa, Piazza Affari chiude a {g0} per cento",
            "Chiusura di seduta a {g0} per cento per Piazza Affari, con l'indice Ftse Mib a {s} punti. Sul listino principale "
            "gli acquisti hanno premiato {p0}, a {g1} per cento, e {p1}, a {g2} per cento. In coda {p2}, che ha ceduto il {g3} per "
            "cento dopo i conti del trimestre.\nLo spread tra Btp e Bund ha chiuso a {x0} punti base, con il rendimento del "
            "decennale italiano al {g4} per cento. Sul mercato dei cambi l'euro passa di mano a 1,{x1} dollari. Il petrolio Brent "
            "scambia a {h} dollari al barile, l'oro a {s2} dollari l'oncia.",
        ),
        "en": (
            "Stocks close {g0} per cent higher",
            "The benchmark index closed {g0} per cent higher at {s} points. Among blue chips, buyers favoured {p0}, up {g1} per "
            "cent, and {p1}, up {g2} per cent. At the bottom of the list was {p2}, which lost {g3} per cent after its quarterly "
            "results.\nThe yield on the ten-year bond ended the session at {g4} per cent, a spread of {x0} basis points. "
            "On the currency market the pound changed hands at 1.{x1} dollars. Brent crude traded at {h} dollars a barrel, "
            "while gold stood at {s2} dollars an ounce.",
        ),
        "de": (
            "Börse: Dax schließt {g0} Prozent höher",
            "Der Dax hat den Handel {g0} Prozent höher bei {s} Punkten beendet. Im Leitindex waren {p0} mit plus {g1} Prozent und "
            "{p1} mit plus {g2} Prozent gefragt. Am Ende der Liste stand {p2} mit einem Minus von {g3} Prozent nach "
            "Quartalszahlen.\nDie Rendite der zehnjährigen Bundesanleihe lag bei {g4} Prozent, der Abstand zu italienischen "
            "Papieren bei {x0} Basispunkten. Der Euro wurde mit 1,{x1} Dollar gehandelt. Ein Fass Rohöl der Sorte Brent kostete "
            "{h} Dollar, die Feinunze Gold {s2} Dollar.",
        ),
        "uk": (
            "Курс валют: долар подорожчав на {g0} відсотка",
            "Національний банк встановив офіційний курс гривні до долара на рівні 41,{x0}, що на {g0} відсотка більше, ніж "
            "напередодні. На міжбанківському ринку долар торгувався по 41,{x1}, а євро по 44,{h}. У готівкових обмінниках долар "
            "продають по 41,{m0}, купують по 40,{m1}.\nІндекс біржі закрився на позначці {s} пунктів. Найбільше подорожчали "
            "акції компанії {p0}, на {g1} відсотка, та {p1}, на {g2} відсотка. Найбільше подешевшали папери {p2}, на {g3} "
            "відсотка. Нафта марки Brent коштує {x2} доларів за барель, золото {s2} доларів за унцію.",
        ),
    },
    "war": {
        "it": (
            "Guerra in Ucraina, il bollettino del giorno {n3}",
            "Giorno {n3} di guerra. Nelle ultime ventiquattr'ore si sono registrati {x0} combattimenti lungo la linea del fronte, "
            "riferisce lo Stato maggiore delle forze armate ucraine. Il nemico ha lanciato {m0} missili e {m1} bombe guidate e ha "
            "effettuato {s} bombardamenti con l'artiglieria.\nNella direzione di Kupiansk gli attacchi sono stati {a}, in quella di "
            "Lyman {b}, in quella di Pokrovsk {m2}. L'aviazione ucraina ha colpito {n0} aree di concentrazione di personale e {n1} "
            "depositi. Le perdite russe ammontano a {s2} uomini, {h} carri armati e {w} sistemi di artiglieria in un giorno.",
        ),
        "en": (
            "Ukraine war briefing, day {n3}",
            "Day {n3} of the war. Over the past 24 hours {x0} combat clashes took place along the front line, the General Staff "
            "of the Ukrainian armed forces said. The enemy launched {m0} missiles and {m1} guided bombs, and carried out {s} "
            "artillery attacks.\nIn the Kupiansk direction there were {a} assaults, in the Lyman direction {b}, and in the "
            "Pokrovsk direction {m2}. Ukrainian aviation struck {n0} areas where personnel were concentrated and {n1} depots. "
            "Russian losses amounted to {s2} troops, {h} tanks and {w} artillery systems over the day.",
        ),
        "de": (
            "Krieg gegen die Ukraine: Lage am Tag {n3}",
            "Tag {n3} des Krieges. In den vergangenen 24 Stunden gab es {x0} Gefechte entlang der Frontlinie, teilte der "
            "Generalstab der ukrainischen Streitkräfte mit. Der Feind setzte {m0} Raketen und {m1} Lenkbomben ein und feuerte {s} "
            "Mal mit Artillerie.\nIm Abschnitt Kupjansk gab es {a} Angriffe, im Abschnitt Lyman {b}, im Abschnitt Pokrowsk "
            "{m2}. Die ukrainische Luftwaffe griff {n0} Sammelpunkte von Soldaten und {n1} Depots an. Die russischen Verluste "
            "betrugen binnen eines Tages {s2} Soldaten, {h} Panzer und {w} Artilleriesysteme.",
        ),
        "uk": (
            "Генштаб: ситуація на фронті, доба {n3}",
            "Розпочалася {n3}-та доба широкомасштабної війни. Протягом минулої доби на фронті зафіксовано {x0} бойових зіткнень, "
            "повідомляє Генеральний штаб Збройних сил України. Ворог завдав {m0} ракетних ударів, скинув {m1} керованих авіабомб "
            "і здійснив {s} обстрілів.\nНа Куп'янському напрямку відбулося {a} атак, на Лиманському {b}, на Покровському "
            "{m2}. Авіація Сил оборони завдала удару по {n0} районах зосередження особового складу та {n1} складах. Втрати "
            "російських загарбників за добу склали {s2} осіб, {h} танків та {w} артилерійських систем.",
        ),
    },
    "earthquake": {
        "it": (
            "Terremoto a {c0}, scossa di magnitudo {g0}",
            "Una scossa di terremoto di magnitudo {g0} è stata registrata alle ore {a}.{m0} del {d} {month} nei pressi di {c0}. "
            "L'ipocentro è stato localizzato dall'Istituto nazionale di geofisica e vulcanologia a una profondità di {h} "
            "chilometri, l'epicentro a {n0} chilometri da {c1}.\nLa scossa è stata avvertita distintamente dalla popolazione. "
            "Al momento non si segnalano danni a persone o cose. Le verifiche dei vigili del fuoco sono in corso.",
        ),
        "en": (
            "Earthquake near {c0}: magnitude {g0}",
            "An earthquake of magnitude {g0} was recorded at {a}.{m0} on {d} {month} near {c0}. The seismological institute "
            "located the hypocentre at a depth of {h} kilometres and the epicentre {n0} kilometres from {c1}.\nThe tremor was "
            "clearly felt by residents. There are no reports of damage or injuries at this time. Checks by the fire service "
            "are under way.",
        ),
        "de": (
            "Erdbeben bei {c0}: Stärke {g0}",
            "Ein Erdbeben der Stärke {g0} ist am {d}. {month} um {a}.{m0} Uhr nahe {c0} registriert worden. Der Erdbebendienst "
            "gab die Tiefe des Herdes mit {h} Kilometern an, das Epizentrum lag {n0} Kilometer von {c1} entfernt.\nDie "
            "Erschütterung war für die Bevölkerung deutlich zu spüren. Berichte über Schäden oder Verletzte liegen derzeit "
            "nicht vor. Die Überprüfungen der Feuerwehr dauern an.",
        ),
        "uk": (
            "Землетрус поблизу міста {c0}: магнітуда {g0}",
            "Землетрус магнітудою {g0} зафіксували {d} {month} о {a}.{m0} поблизу міста {c0}. За даними сейсмологів, осередок "
            "залягав на глибині {h} кілометрів, епіцентр розташовувався за {n0} кілометрів від міста {c1}.\nПоштовхи добре "
            "відчули місцеві жителі. Повідомлень про руйнування чи постраждалих наразі не надходило. Перевірки рятувальників "
            "тривають.",
        ),
    },
}  # fmt: skip


def templates(each: int = 10, seed: int = 4) -> Iterator[Document]:
    """`each` fillings of every form in every language: 200 stories by default."""
    draw = random.Random(seed)
    for kind, languages in FORMS.items():
        for language, (title, text) in languages.items():
            for number in range(each):
                facts = _facts(draw, language)
                label = f"{kind}-{language}-{number}"
                yield Document(label, label, title.format(**facts), text.format(**facts), language)


def _facts(draw: random.Random, language: str) -> dict[str, object]:
    team, player, place = (draw.sample(of[language], 4) for of in (TEAMS, PLAYERS, PLACES))
    within: Callable[[int, int], int] = draw.randint
    comma = "." if language == "en" else ","
    facts: dict[str, object] = {f"t{i}": name for i, name in enumerate(team)}
    facts |= {f"p{i}": name for i, name in enumerate(player)} | {f"c{i}": name for i, name in enumerate(place)}
    facts |= {f"sky{i}": draw.choice(SKIES[language]) for i in range(3)}
    facts |= {f"g{i}": f"{within(1, 5)}{comma}{within(0, 99)}" for i in range(5)}
    facts |= {f"m{i}": within(10, 59) for i in range(3)} | {f"x{i}": within(12, 190) for i in range(3)}
    facts |= {"a": within(0, 4), "b": within(0, 4), "n": within(1, 38), "d": within(1, 28), "s": within(1200, 46000)}
    facts |= {"n0": within(2, 14), "n1": within(15, 33), "w": within(10, 70), "h": within(5, 95), "r": within(0, 100)}
    facts |= {"s2": within(900, 4000), "n3": within(600, 1400), "month": draw.choice(MONTHS[language])}
    return facts
