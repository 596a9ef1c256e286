"""One form that a site fills in with other names, in scripts whose names bear no capital, and where every noun does."""

from __future__ import annotations

from itertools import combinations

import pytest

from monitor.core.copies.decide import compare
from monitor.core.copies.digest import Digest, digest

FORMS = {
    "ar": (
        "حادث سير قرب {0} يودي بحياة شخص من {1}",
        "توفي شخص وأصيب آخرون في حادث سير وقع على الطريق السريع قرب مدينة {0} مساء أمس. وقالت الشرطة إن سيارة كانت قادمة من {1} "
        "اصطدمت بشاحنة تابعة لشركة نقل. ونقل المصابون إلى مستشفى {2} حيث وصفت حالة بعضهم بالحرجة، بحسب مدير الصحة. وفتحت النيابة "
        "العامة تحقيقا في أسباب الحادث الذي شهد الطريق مثله قرب {0} من قبل.",
        "بغداد البصرة الموصل أربيل النجف كربلاء الناصرية العمارة الحلة كركوك تكريت الرمادي",
    ),
    "he": (
        "תאונה סמוך ל{0}: תושב {1} נהרג",
        "תושב {1} נהרג ושניים נפצעו בתאונת דרכים שאירעה הבוקר סמוך ל{0}. לפי המשטרה, רכב שנסע לכיוון העיר סטה מנתיבו והתנגש "
        "במשאית. הפצועים פונו לבית החולים ב{2} ומצבם מוגדר קשה. ראש העירייה אמר כי הכביש ליד {0} מסוכן ויש לתקנו בדחיפות. בוחני "
        "התנועה פתחו בחקירה ובודקים אם הנהג נרדם בעת הנהיגה.",
        "ירושלים חיפה אשדוד אשקלון נתניה חדרה עפולה טבריה צפת נצרת נהריה אילת",
    ),
    "hi": (
        "{0} ने {1} को हराया",
        "{0} की टीम ने रविवार को खेले गए मुकाबले में {1} की टीम को हरा दिया। मैच के बाद कप्तान ने कहा कि खिलाड़ियों ने शानदार प्रदर्शन किया और यह "
        "जीत पूरी टीम की मेहनत का नतीजा है। {1} के कोच ने हार स्वीकार करते हुए कहा कि टीम अगले मैच में वापसी करेगी। अगला मुकाबला {2} में "
        "खेला जाएगा, जहां बड़ी संख्या में दर्शकों के आने की उम्मीद है।",
        "दिल्ली मुंबई पटना लखनऊ जयपुर भोपाल रांची रायपुर नागपुर सूरत इंदौर कानपुर",
    ),
    "zh": (
        "{0}队击败{1}队",
        "{0}队在昨天举行的比赛中击败了{1}队，取得了本赛季的又一场胜利。比赛开始后，主队前锋率先进球，帮助球队取得领先。{0}队主教练在赛后"
        "表示，他对球员的表现感到非常满意。{1}队队长承认失利，但表示下一场比赛会有所不同。球队下周将前往{2}进行客场比赛。",
        "北京 上海 广州 深圳 天津 重庆 武汉 成都 南京 杭州 西安 沈阳",
    ),
    "de": (
        "Unfall bei {0}: Fahrer aus {1} gestorben",
        "Bei einem Unfall auf der Landstraße nahe {0} ist am Abend ein Fahrer aus {1} gestorben. Nach Angaben der Polizei kam das "
        "Auto aus bislang ungeklärter Ursache von der Fahrbahn ab und prallte gegen einen Baum. Ein Beifahrer wurde schwer verletzt "
        "in ein Krankenhaus nach {2} gebracht. Die Straße war für mehrere Stunden gesperrt. Ein Gutachter soll nun den Hergang "
        "klären, sagte ein Sprecher der Polizei.",
        "Kassel Bremen Rostock Passau Erfurt Dresden Leipzig Hamburg Mainz Trier Bochum Fulda",
    ),
}


def filled(language: str) -> list[Digest]:
    """Four times, with three names each."""
    headline, text, listed = FORMS[language]
    names = listed.split()
    three = [names[place : place + 3] for place in range(0, len(names), 3)]
    return [digest(headline.format(*some), text.format(*some), language) for some in three]


@pytest.mark.parametrize("language", FORMS)
def test_a_form_that_one_site_fills_in_with_other_names_is_another_story(language: str) -> None:
    called = [(a.texts[0], b.texts[0]) for a, b in combinations(filled(language), 2) if compare(a, b, same_host=True)]
    assert called == []


@pytest.mark.parametrize("language", FORMS)
def test_an_article_that_its_site_has_again_under_another_headline_is_a_copy(language: str) -> None:
    first = filled(language)[0]
    body = first.texts[1]
    parts = (". ", "।", "。", ".")
    end = next(part for part in parts if part in body)
    again = digest(f"{first.texts[0]} +++", body.rpartition(end)[0].rpartition(end)[0] + end, language)
    assert compare(first, again, same_host=True)
