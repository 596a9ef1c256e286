"""Hand-written texts about one subject: the seed in another machine's Italian, and other news on the same troops."""

from __future__ import annotations

from tests.quality.copies import Document

RETRANSLATED = Document(
    "retranslated",
    "seed",
    "Le truppe di Kim Jong-un in Ucraina: importante dichiarazione della NATO",
    "Rutte ha esortato Mosca e Pyongyang a cessare simili azioni.\n"
    "L'Alleanza Nord Atlantica ha confermato che truppe della RPDC si trovano in Russia e che questi militari sono stati "
    "inviati nella regione di Kursk per prendere parte alla guerra contro l'Ucraina.\n"
    "Lo ha dichiarato il segretario generale della NATO Mark Rutte presso la sede dell'Alleanza dopo l'incontro dei "
    "membri del Consiglio Nord Atlantico con i rappresentanti dell'intelligence nazionale della Corea del Sud, riporta "
    "Ukrinform.\n"
    "«Oggi posso confermare che truppe nordcoreane sono state mandate in Russia e che reparti nordcoreani sono stati "
    "schierati nella regione di Kursk. Anzitutto ciò significa una notevole escalation del coinvolgimento della RPDC "
    "nella guerra criminale della Russia. In secondo luogo, è un'ulteriore violazione delle risoluzioni del Consiglio di "
    "sicurezza dell'ONU».\n"
    "Il segretario generale ha chiesto alle autorità russe e nordcoreane di interrompere subito tali azioni. A detta di "
    "Rutte, l'approfondirsi della cooperazione militare tra Mosca e Pyongyang è una minaccia per la sicurezza tanto nella "
    "regione indo-pacifica quanto in quella euro-atlantica.\n"
    "Il politico ha inoltre ricordato che la RPDC ha fornito alla Federazione Russa milioni di proiettili d'artiglieria e "
    "missili balistici. Queste azioni, nota Rutte, «alimentano un grande conflitto nel cuore dell'Europa e compromettono "
    "la pace e la sicurezza globali». Intanto il dittatore russo dà alla Corea del Nord tecnologie militari e altro "
    "sostegno per eludere le sanzioni internazionali.\n"
    "«Il trasferimento delle truppe nordcoreane a Kursk è inoltre un segno della crescente disperazione di Putin. Più di "
    "600.000 soldati russi sono stati uccisi o feriti nella guerra di Putin. Lui (Putin, ndr) non è capace di proseguire "
    "l'offensiva in Ucraina senza l'appoggio straniero. Poiché gli ucraini si difendono con coraggio, resilienza e "
    "ingegno, gli alleati della NATO continueranno a sostenere un'Ucraina libera e democratica».\n"
    "Secondo Rutte, oggi gli alleati della NATO hanno discusso della necessità di rafforzare ancora l'aiuto militare "
    "all'Ucraina.\n"
    "Ricordiamo che i servizi di intelligence sudcoreani hanno riferito che la Corea del Nord ha mandato tremila soldati "
    "a sostegno della guerra contro l'Ucraina. Questo numero, tuttavia, non è definitivo.",
    "it",
)

OTHER_REPORTS = (
    Document(
        "seoul",
        "seoul",
        "Seul convoca l'ambasciatore russo per le truppe nordcoreane",
        "Il governo della Corea del Sud ha convocato l'ambasciatore russo a Seul, Georgij Zinov'ev, per protestare contro "
        "l'invio di truppe nordcoreane in Russia e chiederne il ritiro immediato.\n"
        "Il viceministro degli Esteri Kim Hong-kyun ha condannato la decisione di Pyongyang con la massima fermezza e ha "
        "avvertito che Seul risponderà con tutti i mezzi disponibili insieme alla comunità internazionale.\n"
        "Secondo il servizio di intelligence nazionale sudcoreano circa 1.500 soldati delle forze speciali nordcoreane "
        "sono già arrivati a Vladivostok a bordo di navi russe e si stanno addestrando nelle basi dell'Estremo Oriente.\n"
        "L'ambasciatore ha risposto che la cooperazione tra Mosca e Pyongyang si svolge nel quadro del diritto "
        "internazionale e non è diretta contro gli interessi della sicurezza della Corea del Sud.",
        "it",
    ),
    Document(
        "pentagon",
        "pentagon",
        "Il Pentagono: diecimila soldati nordcoreani in Russia",
        "La Corea del Nord ha inviato circa diecimila soldati nella Russia orientale per l'addestramento, e parte di loro "
        "si è già avvicinata all'Ucraina, ha detto lunedì il Pentagono.\n"
        "La portavoce Sabrina Singh ha spiegato che Washington teme che la Russia intenda impiegarli nei combattimenti "
        "contro le forze ucraine nella regione di Kursk, al confine con l'Ucraina.\n"
        "Se le truppe nordcoreane entreranno in battaglia, ha aggiunto Singh, gli Stati Uniti non imporranno nuovi limiti "
        "all'uso di armi americane da parte dell'Ucraina.\n"
        "Il segretario alla Difesa Lloyd Austin discuterà del tema con i colleghi sudcoreani a Washington nei prossimi "
        "giorni.",
        "it",
    ),
    Document(
        "rutte-later",
        "rutte-later",
        "Rutte da Zelensky: la NATO rafforza gli aiuti a Kiev",
        "Il segretario generale della NATO Mark Rutte ha incontrato a Kiev il presidente ucraino Volodymyr Zelensky per "
        "discutere del piano della vittoria e del sostegno militare dell'Alleanza.\n"
        "In conferenza stampa Rutte ha annunciato che gli alleati hanno già stanziato oltre 20 miliardi di euro dei 40 "
        "promessi per quest'anno e che un nuovo comando in Germania coordinerà l'addestramento e le forniture.\n"
        "Alla domanda sulle truppe nordcoreane in Russia Rutte ha risposto che l'Alleanza segue con attenzione il "
        "coinvolgimento della RPDC nella guerra contro l'Ucraina.\n"
        "Zelensky ha chiesto più sistemi di difesa aerea prima dell'inverno e il permesso di colpire obiettivi militari "
        "in territorio russo con missili a lungo raggio.",
        "it",
    ),
)
