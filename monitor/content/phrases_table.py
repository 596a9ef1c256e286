"""Phrases with which sites end (and begin) their articles, by kind and language: the cold start, before a host's own
boilerplate is learnt.

Written in lower case, without closing punctuation. Collected from the templates of WordPress, Drupal and news CMSs
and from publishers' pages; each must be something that stands alone on its line or opens it, and that no sentence of
an article is.
"""

from __future__ import annotations


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of a table: parted by ``|``, white space collapsed."""
    return tuple(phrase for part in table.replace("\n", " ").split("|") if (phrase := " ".join(part.split())))


SHARE = phrases(
    """
    share | share this | share this article | share this story | share this post | share article | share on facebook
    | share on twitter | share on x | share on whatsapp | share via email | share with friends | tweet | print |
    print this article | email this article | copy link | save | comments | leave a comment | leave a reply | post a
    comment | view comments | show comments | condividi | condividi su | condividi su facebook | condividi
    l'articolo | condividi questo articolo | condividi: | stampa | commenti | lascia un commento | invia | teilen |
    artikel teilen | teilen sie diesen artikel | auf facebook teilen | drucken | kommentare | kommentieren |
    partager | partager cet article | partager sur facebook | partagez cet article | imprimer | commentaires |
    laisser un commentaire | compartir | compartir en facebook | comparte esta noticia | comparte este artículo |
    imprimir | comentarios | deja un comentario | compartilhar | compartilhe | compartilhe esta notícia |
    compartilhar no facebook | comentários | deixe um comentário | deel dit artikel | delen | deel | reacties | dela
    | dela artikeln | kommentarer | del | del artikkelen | del artiklen | jaa | jaa artikkeli | kommentit |
    udostępnij | podziel się | komentarze | drukuj | sdílet | sdílejte | komentáře | zdieľať | komentáre | megosztás
    | megosztom | hozzászólások | distribuie | comentarii | trimite | сподели | споделете | коментари | podijeli |
    podeli | podelite | komentari | подели | коментари | κοινοποίηση | κοινοποιήστε | μοιραστείτε το | σχόλια |
    εκτύπωση | paylaş | bu haberi paylaş | yorumlar | yorum yap | yazdır | поделиться | поделитесь | поделиться
    новостью | поделиться в соцсетях | комментарии | оставить комментарий | распечатать | поділитися | поділитись |
    поширити | коментарі | залишити коментар | роздрукувати | شارك | مشاركة | شارك هذا المقال | شارك الخبر |
    التعليقات | اشتراک گذاری | نظرات | שתפו | שתף | שתפו את הכתבה | תגובות | शेयर करें | bagikan | komentar | chia
    sẻ | bình luận | แชร์ | 分享 | 分享到 | 评论 | 留言 | シェア | シェアする | ツイート | コメント | 공유하기 |
    공유 | 댓글 | facebook | twitter |
    whatsapp | linkedin | telegram | email | e-mail | reddit | pinterest | instagram | messenger | viber | x |
    facebook twitter | facebook twitter whatsapp | advertisement | pubblicità | annuncio | anzeige | werbung |
    publicité | publicidad | publicidade | advertentie | annons | annonse | annonce | reklama | reklam | mainos |
    hirdetés | publicitate | реклама | διαφήμιση | إعلان | פרסומת | iklan | 広告 | 广告 | 廣告 | 광고 |
    - advertisement - |
    story continues below | article continues below advertisement | back to top | torna su | ascolta l'articolo |
    listen to this article | listen | listen to article
    """
)
"""What stands alone on its line: buttons, their labels and marks of advertisements."""

MAIL = phrases(
    """
    view this email in your browser | view in browser | view in your browser | view online | read online | read in app |
    open in app | open in app or online | unsubscribe | unsubscribe from this list | manage preferences | manage your
    preferences | update your preferences | update your preferences or unsubscribe | update preferences | manage your
    subscription | upgrade to paid | forward to a friend | listen to this post | visualizza questa email nel browser |
    visualizza nel browser | apri nel browser | leggi online | annulla l'iscrizione | cancella l'iscrizione | cancella
    iscrizione | disiscriviti | gestisci le preferenze | im browser ansehen | im browser öffnen | im browser anzeigen |
    abmelden | vom newsletter abmelden | newsletter abbestellen | abbestellen | voir en ligne | voir dans le navigateur |
    lire en ligne | se désabonner | se désinscrire | me désabonner | ver en el navegador | ver en línea | darse de baja |
    cancelar suscripción | cancelar la suscripción | ver no navegador | ver online | cancelar inscrição | cancelar a
    inscrição | bekijk in browser | bekijk online | uitschrijven | afmelden | visa i webbläsaren | avregistrera |
    avsluta prenumeration | se i nettleser | meld deg av | se i browser | afmeld | zobacz w przeglądarce | wypisz się |
    zobrazit v prohlížeči | odhlásit se | leiratkozás | dezabonare | tarayıcıda görüntüle | abonelikten çık | открыть в
    браузере | посмотреть в браузере | отписаться | відкрити у браузері | переглянути у браузері | відписатися |
    προβολή στον browser | διαγραφή
    """
)
"""What a newsletter has above and under its text."""
SUBSCRIBE = phrases(
    """
    subscribe to our | sign up: | get the latest updates | reach the reporter | reach the reporters |
    stay on top of | like this story |
    enjoyed this | do you have information | get breaking news | subscribe to the | subscribe now | subscribe for |
    subscribe here | sign up for our | sign up
    for the | sign up here | sign up to our | sign up to the | sign up to receive | sign up today | sign up now |
    get the latest news | get our newsletter | get our free | join our newsletter | join our whatsapp | join our
    telegram | follow us on | follow us | follow our | like us on facebook | download our app | download the app |
    our newsletter | newsletter | stay up to date with | stay informed | support our journalism | support
    independent journalism | become a member | click here to subscribe | for more news | for the latest | don't
    forget to subscribe | have a tip? | got a story? | got a news tip | have a story | iscriviti alla | iscriviti al
    | iscriviti a | iscriviti gratis | iscriviti qui | iscriviti per | seguici su | seguici anche su | seguici sui |
    segui | seguite | resta aggiornato | resta sempre aggiornato | rimani aggiornato | ricevi le notizie | ricevi
    ogni | ricevi la newsletter | la newsletter | scarica l'app | unisciti al canale | entra nel canale | clicca qui
    per | abbonati | sostieni | per restare aggiornato | abonnieren sie | jetzt abonnieren | newsletter abonnieren |
    melden sie sich | unser newsletter | unseren newsletter | folgen sie uns | folge uns | bestellen sie | jetzt
    newsletter | den newsletter | kostenlos anmelden | laden sie die app | nichts mehr verpassen | abonnez-vous |
    inscrivez-vous | suivez-nous | suivez nous | recevez | recevoir la newsletter | s'abonner | s’abonner |
    rejoignez-nous | téléchargez l'application | retrouvez-nous sur | pour ne rien manquer | découvrez nos
    newsletters | soutenez | suscríbete | suscríbase | suscribirse | síguenos en | síguenos | síganos en | sigue
    toda la información | recibe nuestras | recibe en tu correo | únete a | únete al canal | descarga nuestra app |
    apúntate | regístrate | sigue a | assine | inscreva-se | siga-nos | siga o | siga a | receba | receba as
    notícias | cadastre-se | participe do canal | entre no canal | baixe o app | acompanhe | abonneer | schrijf je
    in | volg ons | meld je aan | aanmelden voor | ontvang | download de app | prenumerera på | prenumerera | följ
    oss | få nyhetsbrevet | anmäl dig | abonner på | følg oss | meld deg på | få nyhetsbrev | følg os | tilmeld dig
    | få nyhedsbrevet | tilaa uutiskirje | tilaa | seuraa meitä | fylgstu með | zapisz się | subskrybuj | obserwuj
    nas | polub nas | śledź nas | dołącz do nas | pobierz aplikację | bądź na bieżąco | odebírejte | přihlaste se k
    odběru | sledujte nás | přihlásit se k odběru | stáhněte si aplikaci | odoberajte | prihláste sa na odber |
    sledujte nás na | naročite se | spremljajte nas | iratkozzon fel | iratkozz fel | kövess minket | kövessen
    minket | kövesse a | abonează-te | abonați-vă | urmărește-ne | urmăriți-ne | urmărește | descarcă aplicația |
    абонирайте се | последвайте ни | следвайте ни | харесайте | pratite nas | prijavite se na | preuzmite aplikaciju
    | пратите нас | пријавите се | следете нѐ | na ndiqni | ndiqni | ακολουθήστε | ακολουθήστε μας | ακολουθήστε το
    | εγγραφείτε | κάντε εγγραφή | abone ol | abone olun | bizi takip edin | takip edin | bültenimize | uygulamamızı
    indirin | bizi izləyin | abunə olun | подписывайтесь | подписаться | подпишитесь | подпишись | следите за |
    присоединяйтесь | читайте нас в | оставайтесь с нами | будьте в курсе | скачайте приложение | самые важные и
    интересные новости | ещё больше новостей | еще больше новостей | больше новостей в | поддержите | наш канал |
    наш telegram | новости в telegram | наши новости в | підписуйтесь | підписуйтеся | підписатися | підпишіться |
    підпишись | слідкуйте за | стежте за | долучайтесь | долучайтеся | приєднуйтесь | приєднуйтеся | читайте нас у |
    читайте нас в | будьте в курсі | підтримайте | завантажте застосунок | більше новин у | більше новин в | наш
    telegram-канал | падпісвайцеся | далучайцеся | біздің | жазылыңыз | prenumeruokite | sekite mus | seko mums |
    abonē | jälgi meid | liitu uudiskirjaga | telli | اشترك في | اشترك الآن | تابعنا على | تابعونا على | تابعوا |
    لمتابعة | انضم إلى | حمل التطبيق | عضو شوید | ما را دنبال کنید | در کانال | הירשמו | הצטרפו | עקבו אחרינו | ہمیں
    فالو کریں | सब्सक्राइब करें | हमें फॉलो करें | हमारे साथ जुड़ें | ikuti kami | ikuti berita | berlangganan |
    dapatkan berita | dapatkan update | đăng ký nhận | theo dõi chúng tôi | theo dõi | ติดตามเรา | ติดตามข่าว |
    กดติดตาม | 关注我们 | 關注我們 | 订阅 | 訂閱 | 扫码关注 | 下载app | 下載app | 追蹤我們 | 加入 | フォローする |
    登録はこちら | メルマガ | 購読 | 구독하기 | 구독 |
    팔로우 | 뉴스레터
    """
)
"""How an invitation to subscribe, follow or join begins. Believed only in a line that also says where (a newsletter,
a network), or is short."""

WHERE = phrases(
    """
    newsletter | breaking news | share it | facebook | twitter | telegram | whatsapp | instagram | youtube |
    linkedin | tiktok | viber | google
    news | google noticias | google notícias | discover | threads | bluesky | mastodon | rss | podcast | app store |
    google play | wechat | weibo | dzen | дзен | телеграм | телеграмм | фейсбук | фейсбуці | инстаграм | інстаграм |
    вайбер | ютуб | вконтакте | одноклассники | канал | рассылк | розсилк | e-mail | email | inbox | subscri |
    canale | canal | kanal | kanał | notifiche | notifications | nyhetsbrev | nyhedsbrev | uutiskirje | nieuwsbrief
    | hírlevél | bülten | boletín | boletim | infolettre | abonnement | abonament | app | aplicación | fréttabréf |
    تيليجرام | تلغرام | فيسبوك | تويتر | واتساب | النشرة | טלגרם | פייסבוק | וואטסאפ | ניוזלטר | 微信 | 微博 | メール |
    ニュースレター | 뉴스레터 | 카카오
    """
)
"""Where one is invited to: in such a line."""

RIGHTS = phrases(
    """
    all rights reserved | riproduzione riservata | tutti i diritti riservati | diritti riservati | alle rechte
    vorbehalten | tous droits réservés | reproduction interdite | todos los derechos reservados | prohibida su
    reproducción | todos os direitos reservados | tots els drets reservats | alle rechten voorbehouden | alla
    rättigheter förbehållna | alle rettigheter reservert | alle rettigheder forbeholdes | kaikki oikeudet pidätetään
    | öll réttindi áskilin | wszelkie prawa zastrzeżone | všechna práva vyhrazena | všetky práva vyhradené | vse
    pravice pridržane | minden jog fenntartva | toate drepturile rezervate | всички права запазени | sva prava
    pridržana | sva prava zadržana | сва права задржана | të gjitha të drejtat e rezervuara | με επιφύλαξη παντός
    δικαιώματος | tüm hakları saklıdır | все права защищены | при использовании материалов | перепечатка | усі права
    захищено | всі права захищено | при цитуванні і використанні | при використанні матеріалів | усе правы абаронены
    | visos teisės saugomos | visas tiesības aizsargātas | kõik õigused kaitstud | جميع الحقوق محفوظة | کلیه حقوق |
    כל הזכויות שמורות | सर्वाधिकार सुरक्षित | hak cipta dilindungi | mọi quyền được bảo lưu | สงวนลิขสิทธิ์ | 版权所有 |
    版權所有 | 未经许可 | 未經授權 | 無断転載 | 無断複製 | 무단 전재 | 무단전재 | 저작권자 |
    this material may not be published | no part of this publication |
    may not be reproduced | reproduction without permission | © | (c) copyright | copyright © | copyright 20
    """
)
"""In a line no longer than a notice: whose rights are reserved."""

_CREDIT = (
    ("the post", "appeared first on"), ("the post", "first appeared on"), ("l['’]articolo", "proviene da"),
    ("l['’]articolo", "sembra essere il primo su"), ("der beitrag", "erschien zuerst auf"),
    ("(?:l['’]article|cet article)", "est apparu en premier sur"), ("la entrada", "se publicó primero en"),
    ("la entrada", "aparece primero en"), ("o post", "apareceu primeiro em"), ("o conteúdo", "aparece primeiro em"),
    ("het bericht", "verscheen eerst op"), ("inlägget", "dök först upp på"), ("indlægget", "blev først udgivet på"),
    ("innlegget", "dukket først opp på"), ("artikkeli", "julkaistiin ensimmäisenä"), ("artykuł", "pochodzi z serwisu"),
    ("příspěvek", "se nejdříve objevil na"), ("príspevok", "zobrazený ako prvý na"),
    ("articolul", "apare prima dată în"), ("postarea", "apare prima dată în"), ("публикацията", "за пръв път на"),
    ("сообщение", "появились сначала на"), ("запись", "впервые появилась"),
    ("запис", "спершу з.явиться на"), ("objava", "pojavila se prvi puta na"),
    ("το άρθρο", "εμφανίστηκε πρώτα στο"), ("ظهرت المقالة", "أولاً على"), ("نوشته", "اولین بار در"),
    ("bài viết", "xuất hiện đầu tiên vào ngày"),
)  # fmt: skip
_CREDIT_LINES = [rf"{opening} .{{1,300}}? {said} .{{1,120}}" for opening, said in _CREDIT]
CREDIT = "|".join(_CREDIT_LINES)
"""What WordPress puts under each article of a feed, in its translations."""
CREDIT_IN_LINE = "|".join(_CREDIT_LINES[:4])
"""In English and Italian: where they end a paragraph too, they are no sentence of the article."""
CREDITED = tuple(said.partition(".")[0] for _, said in _CREDIT)
"""What such a line says."""
