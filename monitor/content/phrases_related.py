"""Headings over links to other articles, by language. See `phrases_table` for what may stand here."""

from __future__ import annotations

from monitor.content.phrases_table import phrases

RELATED: dict[str, tuple[str, ...]] = {
    "it": phrases(
        """
        argomenti simili | altre notizie | leggi anche | leggi pure | leggi di più | potrebbe interessarti |
        potrebbe interessarti anche | potrebbero interessarti | ti potrebbe interessare | ti potrebbe interessare
        anche | potrebbe anche interessarti | articoli correlati | notizie correlate | articoli simili | altri
        articoli | vedi anche | guarda anche | da non perdere | le altre notizie | ultime notizie | per approfondire
        | approfondimenti | approfondisci | i più letti | le più lette | gli articoli più letti | contenuti
        correlati | temi correlati | argomenti | argomenti correlati | ti consigliamo | in evidenza
        """
    ),
    "en": phrases(
        """
        related articles | related stories | related news | related posts | related content | related topics |
        related | read also | also read | read more | read next | see also | more news | more stories | other news |
        more on this story | more on this topic | more like this | you may also like | you might also like | you may
        like | you might like | recommended | recommended for you | recommended stories | recommended reading | most
        read | most popular | most viewed | trending | trending now | trending stories | latest news | latest
        stories | top stories | what to read next | up next | don't miss | editor's picks | editors' picks | further
        reading | similar articles | similar topics | similar news | read this next | watch next | must read |
        topics | tags | filed under | categories | popular posts | popular stories | more from this author | popular
        now | more coverage | explore more | keep reading | read the full story
        """
    ),
    "de": phrases(
        """
        lesen sie auch | lesen sie hier | lesen sie mehr | lesen sie dazu auch | lesen sie weiter | mehr zum thema |
        mehr dazu | mehr zu | das könnte sie auch interessieren | das könnte dich auch interessieren | auch
        interessant | weitere nachrichten | weitere artikel | weitere meldungen | weitere themen | verwandte artikel
        | verwandte themen | ähnliche artikel | ähnliche themen | zum thema | siehe auch | meistgelesen |
        meistgelesene artikel | themen | schlagworte | schlagwörter | aus dem ressort | neueste artikel | aktuelle
        nachrichten | empfehlungen der redaktion | unsere empfehlungen | passend zum thema | mehr aus
        """
    ),
    "fr": phrases(
        """
        lire aussi | à lire aussi | a lire aussi | lire également | à lire également | lisez aussi | sur le même
        sujet | dans la même rubrique | articles liés | articles similaires | articles connexes | autres articles |
        autres actualités | voir aussi | à voir aussi | les plus lus | vous aimerez aussi | pour aller plus loin |
        plus d'informations | sujets similaires | thèmes associés | à découvrir | les articles les plus lus | cela
        pourrait vous intéresser | vous pourriez aussi aimer | notre sélection | mots-clés | sur ce sujet | à ne pas
        manquer
        """
    ),
    "es": phrases(
        """
        lea también | lee también | leer también | te puede interesar | te podría interesar | le puede interesar |
        también te puede interesar | puede interesarte | te recomendamos | noticias relacionadas | artículos
        relacionados | más noticias | otras noticias | más información | ver también | vea también | lo más leído |
        lo más visto | temas relacionados | temas | etiquetas | contenido relacionado | no te pierdas | mira también
        | más sobre este tema | además | archivado en | sigue leyendo | relacionadas | últimas noticias | temas
        similares
        """
    ),
    "pt": phrases(
        """
        leia também | leia mais | veja também | veja mais | saiba mais | notícias relacionadas | artigos
        relacionados | matérias relacionadas | outras notícias | mais notícias | mais lidas | as mais lidas |
        últimas notícias | você pode gostar | você também pode gostar | pode interessar | conteúdo relacionado |
        temas relacionados | tópicos | relacionados | assuntos | confira também | ler também | leia ainda | não
        perca | mais sobre
        """
    ),
    "ca": phrases(
        """
        llegeix també | notícies relacionades | et pot interessar | més notícies | més informació | articles
        relacionats
        """
    ),
    "gl": phrases(
        """
        le tamén | novas relacionadas
        """
    ),
    "eu": phrases(
        """
        irakurri ere | lotutako albisteak
        """
    ),
    "nl": phrases(
        """
        lees ook | lees meer | lees verder | meer over dit onderwerp | meer nieuws | ander nieuws | gerelateerde
        artikelen | gerelateerd | bekijk ook | zie ook | meest gelezen | aanbevolen | misschien ook interessant |
        meer over | onderwerpen | gerelateerd nieuws
        """
    ),
    "sv": phrases(
        """
        läs också | läs även | läs mer | läs vidare | mer om ämnet | relaterade artiklar | fler nyheter | andra
        nyheter | mest läst | se även | ämnen i artikeln | relaterat | detta är en del av
        """
    ),
    "no": phrases(
        """
        les også | les mer | les videre | relaterte artikler | flere nyheter | andre nyheter | mest lest | se også |
        relatert | siste nytt
        """
    ),
    "da": phrases(
        """
        læs også | læs mere | læs videre | relaterede artikler | flere nyheder | andre nyheder | mest læste | se
        også | relateret | seneste nyt
        """
    ),
    "fi": phrases(
        """
        lue myös | lue lisää | lisää aiheesta | aiheesta lisää | katso myös | luetuimmat | muita uutisia | aiheeseen
        liittyvää | avainsanat | uusimmat uutiset
        """
    ),
    "is": phrases(
        """
        lesa meira | lestu meira | tengdar fréttir | aðrar fréttir | mest lesið | sjá einnig | tengdar greinar
        """
    ),
    "pl": phrases(
        """
        czytaj także | czytaj też | czytaj również | przeczytaj także | przeczytaj też | przeczytaj również | zobacz
        także | zobacz też | zobacz również | zobacz więcej | czytaj więcej | polecamy | polecane | powiązane
        artykuły | podobne artykuły | podobne tematy | inne wiadomości | najczęściej czytane | najnowsze wiadomości
        | powiązane tematy | tagi | tematy | więcej na ten temat | warto przeczytać | sprawdź także
        """
    ),
    "cs": phrases(
        """
        čtěte také | čtěte též | přečtěte si také | přečtěte si | mohlo by vás zajímat | mohlo by se vám líbit |
        související články | související | další zprávy | další články | nejčtenější | podobné články | viz též |
        štítky | témata | doporučujeme
        """
    ),
    "sk": phrases(
        """
        čítajte aj | čítajte tiež | prečítajte si aj | prečítajte si | mohlo by vás zaujímať | súvisiace články |
        ďalšie správy | najčítanejšie | podobné články | pozrite aj | témy | odporúčame
        """
    ),
    "sl": phrases(
        """
        preberite tudi | preberite še | povezane novice | sorodne novice | več novic | najbolj brano | druge novice
        | sorodni članki
        """
    ),
    "hu": phrases(
        """
        olvasd el ezt is | olvassa el ezt is | olvasta már | kapcsolódó cikkek | kapcsolódó | további hírek | egyéb
        hírek | legolvasottabb | ez is érdekelheti | ez is érdekelhet | lásd még | ajánlott cikkek | címkék | ajánló
        """
    ),
    "ro": phrases(
        """
        citește și | citeste si | citiți și | cititi si | citește mai multe | vezi și | articole similare | știri
        similare | alte știri | alte stiri | te-ar putea interesa | cele mai citite | articole recomandate |
        recomandări | etichete | ultimele știri | citeşte şi | urmărește și
        """
    ),
    "bg": phrases(
        """
        прочетете още | прочетете също | прочети още | още новини | още по темата | свързани статии | други новини |
        вижте още | вижте също | виж още | най-четени | четете още | подобни статии | етикети | последни новини |
        препоръчани
        """
    ),
    "sr": phrases(
        """
        прочитајте још | прочитајте и | повезане вести | остале вести | pročitajte još | pročitajte i | povezane
        vesti | ostale vesti | najčitanije | najnovije vesti | možda će vas zanimati | još vesti | друге вести |
        најчитаније
        """
    ),
    "hr": phrases(
        """
        pročitajte i | pročitajte još | pročitajte više | povezane vijesti | povezani članci | ostale vijesti |
        najčitanije | možda će vas zanimati | vezane vijesti | pogledajte i | pogledajte još | saznajte više |
        pročitaj i | čitajte još | najnovije vijesti
        """
    ),
    "mk": phrases(
        """
        прочитајте и | поврзани вести | други вести | најчитани | прочитај и | поврзано
        """
    ),
    "sq": phrases(
        """
        lexo edhe | lexoni edhe | lajme të ngjashme | lajme tjera | të ngjashme | më të lexuarat | artikuj të
        ngjashëm | lexo më shumë
        """
    ),
    "el": phrases(
        """
        διαβάστε επίσης | διαβάστε ακόμα | διαβάστε ακόμη | διαβάστε περισσότερα | διαβάστε και | διαβάστε σχετικά |
        δείτε επίσης | δείτε ακόμα | σχετικά άρθρα | σχετικές ειδήσεις | περισσότερα νέα | άλλες ειδήσεις | δημοφιλή
        | ετικέτες | προτεινόμενα | όλες οι ειδήσεις | ροή ειδήσεων
        """
    ),
    "tr": phrases(
        """
        ilgili haberler | ilgili haber | benzer haberler | diğer haberler | bunları da okuyun | bunu da okuyun |
        ayrıca okuyun | ayrıca bkz | çok okunanlar | en çok okunanlar | son haberler | önerilen haberler | etiketler
        | ilginizi çekebilir | sıradaki haber | okumaya devam et | ilgili konular | öne çıkanlar
        """
    ),
    "az": phrases(
        """
        həmçinin oxuyun | oxşar xəbərlər | digər xəbərlər | ən çox oxunanlar | bunları da oxuyun | son xəbərlər
        """
    ),
    "ru": phrases(
        """
        читайте также | читать также | читайте ещё | читайте еще | читайте нас | смотрите также | смотреть также |
        похожие темы | похожие статьи | похожие новости | похожие материалы | другие новости | ещё новости | еще
        новости | больше новостей | по теме | материалы по теме | новости по теме | статьи по теме | ещё по теме |
        еще по теме | рекомендуем | рекомендуем также | рекомендованные материалы | самое читаемое | самые читаемые
        | популярное | последние новости | главные новости | теги | темы | что ещё почитать | что еще почитать | вам
        может быть интересно | читайте на эту тему | связанные материалы | похожее
        """
    ),
    "uk": phrases(
        """
        читайте також | читати також | читайте ще | дивіться також | схожі теми | схожі статті | схожі новини |
        схожі матеріали | інші новини | більше новин | ще новини | за темою | по темі | матеріали за темою | новини
        за темою | статті по темі | ще за темою | рекомендуємо | найпопулярніше | популярні новини | популярне |
        останні новини | головні новини | теги | теми | вам може бути цікаво | пов'язані новини | пов’язані
        матеріали | читайте на цю тему | до теми
        """
    ),
    "be": phrases(
        """
        чытайце таксама | глядзіце таксама | чытайце яшчэ | іншыя навіны | падобныя навіны | па тэме | апошнія
        навіны
        """
    ),
    "kk": phrases(
        """
        тағы да оқыңыз | ұқсас жаңалықтар | басқа жаңалықтар | оқи отырыңыз | соңғы жаңалықтар
        """
    ),
    "ka": phrases(
        """
        წაიკითხეთ აგრეთვე | ასევე წაიკითხეთ | სხვა სიახლეები | მსგავსი სიახლეები
        """
    ),
    "hy": phrases(
        """
        կարդացեք նաև | այլ նորություններ | նման նորություններ
        """
    ),
    "lt": phrases(
        """
        taip pat skaitykite | skaitykite taip pat | susiję straipsniai | kitos naujienos | skaitomiausi | panašūs
        straipsniai | daugiau naujienų
        """
    ),
    "lv": phrases(
        """
        lasi arī | lasiet arī | saistītie raksti | citas ziņas | lasītākie | vairāk ziņu | līdzīgi raksti
        """
    ),
    "et": phrases(
        """
        loe ka | loe lisaks | seotud artiklid | seotud lood | teised uudised | loetumad | veel uudiseid | seotud
        uudised
        """
    ),
    "ar": phrases(
        """
        اقرأ أيضا | اقرأ أيضاً | اقرأ ايضا | إقرأ أيضا | إقرأ أيضاً | اقرأ المزيد | اقرأ كذلك | أخبار ذات صلة |
        مواضيع ذات صلة | مقالات ذات صلة | المزيد من الأخبار | أخبار أخرى | شاهد أيضا | شاهد أيضاً | الأكثر قراءة |
        قد يعجبك | قد يعجبك أيضا | مواضيع مشابهة | موضوعات متعلقة | كلمات مفتاحية | ذات صلة | قد يهمك | قد يهمك أيضا
        """
    ),
    "fa": phrases(
        """
        بیشتر بخوانید | همچنین بخوانید | مطالب مرتبط | اخبار مرتبط | خبرهای مرتبط | سایر اخبار | پربازدیدترین |
        بیشتر ببینید | برچسب‌ها | مطالب مشابه
        """
    ),
    "he": phrases(
        """
        קראו גם | קראו עוד | ראו גם | כתבות קשורות | כתבות נוספות | חדשות נוספות | עוד בנושא | אולי יעניין אותך |
        תגיות | עוד חדשות
        """
    ),
    "ur": phrases(
        """
        یہ بھی پڑھیں | مزید پڑھیں | متعلقہ خبریں | دیگر خبریں
        """
    ),
    "hi": phrases(
        """
        यह भी पढ़ें | ये भी पढ़ें | इसे भी पढ़ें | और पढ़ें | संबंधित खबरें | अन्य खबरें | संबंधित समाचार
        """
    ),
    "bn": phrases(
        """
        আরও পড়ুন | আরো পড়ুন | সম্পর্কিত খবর | অন্যান্য খবর
        """
    ),
    "id": phrases(
        """
        baca juga | baca selengkapnya | berita terkait | artikel terkait | berita lainnya | berita lain | terpopuler
        | simak juga | lihat juga | topik terkait | pilihan editor | baca berita lainnya
        """
    ),
    "ms": phrases(
        """
        baca lagi | berita berkaitan | artikel berkaitan | berita lain
        """
    ),
    "vi": phrases(
        """
        xem thêm | đọc thêm | tin liên quan | bài liên quan | bài viết liên quan | tin khác | tin tức khác | có thể
        bạn quan tâm | tin cùng chuyên mục | đọc nhiều | từ khóa
        """
    ),
    "th": phrases(
        """
        อ่านเพิ่มเติม | ข่าวที่เกี่ยวข้อง | อ่านข่าวที่เกี่ยวข้อง | ข่าวอื่นๆ | บทความที่เกี่ยวข้อง | อ่านต่อ |
        ข่าวล่าสุด
        """
    ),
    "zh": phrases(
        """
        相关新闻 | 相關新聞 | 相关阅读 | 相關閱讀 | 相关文章 | 相關文章 | 相关报道 | 相關報導 | 推荐阅读 |
        推薦閱讀 | 延伸阅读 | 延伸閱讀 | 更多新闻 | 更多新聞 | 其他新闻 |
        其他新聞 | 热门新闻 | 熱門新聞 | 猜你喜欢 | 看更多 | 你可能也喜歡 | 编辑推荐 | 更多報導 | 更多内容 | 相關主題
        """
    ),
    "ja": phrases(
        """
        関連記事 | 関連ニュース | あわせて読みたい | 合わせて読みたい | その他のニュース | おすすめ記事 |
        人気記事 | こちらもおすすめ | 続きを読む | 関連リンク | 関連キーワード |
        アクセスランキング | 関連トピックス | 最新ニュース
        """
    ),
    "ko": phrases(
        """
        관련기사 | 관련 기사 | 관련뉴스 | 관련 뉴스 | 다른 기사 | 많이 본 뉴스 | 인기기사 | 인기 기사 | 추천기사 |
        추천 기사 | 더보기 | 함께 보면 좋은 기사 | 이 시각 주요뉴스
        """
    ),
}
"""Headings over links to other articles; on the same line, after a colon, one such link."""
