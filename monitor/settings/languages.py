"""Language codes as `monitor` writes them: ISO 639-1 where there is one, else the 639-3 codes that detection knows."""

from __future__ import annotations

from monitor.settings.mistakes import nearest

_TWO = """
aa Afar|ab Abkhazian|af Afrikaans|ak Akan|am Amharic|an Aragonese|ar Arabic|as Assamese|av Avaric|ay Aymara
az Azerbaijani|ba Bashkir|be Belarusian|bg Bulgarian|bi Bislama|bm Bambara|bn Bengali|bo Tibetan|br Breton|bs Bosnian
ca Catalan|ce Chechen|ch Chamorro|co Corsican|cr Cree|cs Czech|cv Chuvash|cy Welsh|da Danish|de German|dv Divehi
dz Dzongkha|ee Ewe|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|fa Persian|ff Fulah|fi Finnish
fj Fijian|fo Faroese|fr French|fy Frisian|ga Irish|gd Gaelic|gl Galician|gn Guarani|gu Gujarati|gv Manx|ha Hausa
he Hebrew|hi Hindi|hr Croatian|ht Haitian|hu Hungarian|hy Armenian|ia Interlingua|id Indonesian|ie Interlingue|ig Igbo
io Ido|is Icelandic|it Italian|iu Inuktitut|ja Japanese|jv Javanese|ka Georgian|kg Kongo|ki Kikuyu|kk Kazakh
kl Kalaallisut|km Khmer|kn Kannada|ko Korean|ks Kashmiri|ku Kurdish|kv Komi|kw Cornish|ky Kyrgyz|la Latin
lb Luxembourgish|lg Ganda|li Limburgish|ln Lingala|lo Lao|lt Lithuanian|lv Latvian|mg Malagasy|mi Maori|mk Macedonian
ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|ne Nepali|nl Dutch|nn Nynorsk|no Norwegian|nv Navajo
ny Chichewa|oc Occitan|oj Ojibwa|om Oromo|or Odia|os Ossetian|pa Punjabi|pi Pali|pl Polish|ps Pashto|pt Portuguese
qu Quechua|rm Romansh|rn Rundi|ro Romanian|ru Russian|rw Kinyarwanda|sa Sanskrit|sc Sardinian|sd Sindhi|se Sami
sg Sango|si Sinhala|sk Slovak|sl Slovenian|sm Samoan|sn Shona|so Somali|sq Albanian|sr Serbian|ss Swati|st Sotho
su Sundanese|sv Swedish|sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tn Tswana
to Tongan|tr Turkish|ts Tsonga|tt Tatar|tw Twi|ty Tahitian|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|ve Venda
vi Vietnamese|vo Volapük|wa Walloon|wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|za Zhuang|zh Chinese|zu Zulu
"""

_THREE = [
    "als",
    "arz",
    "ast",
    "azb",
    "bar",
    "bcl",
    "bpy",
    "bxr",
    "cbk",
    "ceb",
    "ckb",
    "diq",
    "dsb",
    "dty",
    "eml",
    "fil",
    "frr",
    "gom",
    "gsw",
    "hif",
    "hsb",
    "ilo",
    "jbo",
    "krc",
    "lez",
    "lmo",
    "lrc",
    "mai",
    "mhr",
    "min",
    "mrj",
    "mwl",
    "myv",
    "mzn",
    "nah",
    "nap",
    "nds",
    "new",
    "pam",
    "pfl",
    "pms",
    "pnb",
    "rue",
    "sah",
    "scn",
    "sco",
    "tyv",
    "vec",
    "vep",
    "vls",
    "war",
    "wuu",
    "xal",
    "xmf",
    "yue",
    "und",
]
"""What the fastText model lid.176 can say beyond ISO 639-1; ``und`` is an item whose language is not known."""

_OTHER = {
    "ara": "ar", "bel": "be", "ben": "bn", "bul": "bg", "cat": "ca", "ces": "cs", "cze": "cs", "chi": "zh", "zho": "zh",
    "dan": "da", "deu": "de", "ger": "de", "dut": "nl", "nld": "nl", "ell": "el", "gre": "el", "eng": "en", "est": "et",
    "fas": "fa", "per": "fa", "fin": "fi", "fra": "fr", "fre": "fr", "heb": "he", "hin": "hi", "hrv": "hr", "hun": "hu",
    "ind": "id", "ita": "it", "jpn": "ja", "kat": "ka", "kor": "ko", "lav": "lv", "lit": "lt", "nor": "no", "nob": "no",
    "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "slk": "sk", "slv": "sl", "spa": "es", "srp": "sr",
    "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi",
    "ua": "uk", "cz": "cs", "gr": "el", "jp": "ja", "kr": "ko", "cn": "zh", "dk": "da", "se-se": "sv", "gb": "en",
    "us": "en", "nb": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr",
}  # fmt: skip
"""Codes people write for a language and that no item ever bears: three letters, countries, codes withdrawn."""

NAMES: dict[str, str] = dict(
    entry.strip().split(" ", 1) for line in _TWO.strip().splitlines() for entry in line.split("|")
)
"""ISO 639-1 code to English name."""

_BY_NAME = {name.lower(): code for code, name in NAMES.items()}


def language_code(value: str) -> str:
    """The code itself; raises ValueError, in plain words, for what no item could bear."""
    if value in NAMES or value in _THREE:
        return value
    lower = value.strip().lower()
    primary = lower.replace("_", "-").partition("-")[0]
    for candidate in (lower, primary):
        code = _OTHER.get(candidate) or _BY_NAME.get(candidate) or (candidate if candidate in NAMES else None)
        if code:
            raise ValueError(f'not a language code as items bear them: "{value}"; write "{code}" ({NAMES[code]})')
    near = nearest(lower, _BY_NAME)
    raise ValueError(f'not a language code such as "it", "en" or "uk": "{value}"{near}')
