"""What mail clients write of themselves into a mail, in the world's languages: data, and nothing else.

Phrases are compared folded (see folding.py): one case, composed letters, single blanks, no full-width colon.
"""

from typing import Final

from maild.parsing.folding import fold


def _words(table: str) -> frozenset[str]:
    return frozenset(fold(word) for word in table.replace("|\n", "|").split("|"))


# Verbs of an attribution ("On … wrote:"); those after which the name may come; verbs that say so only beside a date.
WRITING: Final = _words(
    """
    wrote|writes|written|schrieb|geschrieben|schreibt|schreef|geschreven|skreef|geskryf|schriew|écrit|ecrit|
    écrivait|escribió|escribio|escrito|escreveu|escribiu|scritto|scrisse|escriure|escrigué|idatzi|scris|
    skrifaði|skrev|skreiv|skrivit|skrevet|kirjoitti|kirjoittaa|kirjutas|kirjutab|rakstīja|raksta|rašė|parašė|
    pisze|napisał|napisała|napisano|napisana|napsal|napsala|napíše|napísal|napísala|píše|написал|написала|
    пишет|писал|писала|написав|пише|написа|пишува|напісаў|піша|написао|napisao|napisala|napisal|piše|pise|
    írta|ír|irta|yazdı|yazdi|yazmış|yazdılar|yazıb|έγραψε|εγραψε|γράφει|shkroi|shkruan|كتب|كتبت|نوشت|نوشته|
    כתב|כתבה|כתבת|لکھا|menulis|menuliskan|tulis|viết|sumulat|aliandika|ysgrifennodd|scríobh|skrifar|დაწერა|
    წერდა|գրել|quoting|zitat|citando|citat|цитирую
    """
)

SENDING: Final = _words(
    """
    said|says|sent|sagte|meinte|dixit|dit|dijo|disse|zei|сказал|сообщил
    """
)

WRITING_BEFORE_NAME: Final = _words(
    """
    schrieb|geschrieben|schreef|skrev|skreiv|escribió|escreveu|scris|pisze|napisał|napisała|napsal|napsala|
    napísal|написал|написала|написа|written|wrote|كتب|כתב|viết|menulis
    """
)

LEADS: Final = _words(
    """
    on|am|um|le|missatge|el|em|il|op|den|på|dne|dňa|dnia|w|in|la|pe|lúc|vào|στις|την|στο|在|於|于|בתאריך|ב|в|
    у|на|от|da|at|from|quoting|zitat|citando|d|dana|datuma|ngày|pada|tanggal|a|à|an|mån|tir|kl|klo
    """
)

HEADING_FROM: Final = _words(
    """
    from|von|de|da|van|od|från|fra|frá|lähettäjä|nadawca|feladó|feladta|de la|от|от кого|від|від кого|ад|
    kimden|gönderen|差出人|送信者|发件人|發件人|寄件者|寄件人|发信人|보낸 사람|보낸사람|발신|발신인|من|
    المرسل|מאת|از|absender|afzender|avsändare|avsender|afsender|expéditeur|expediteur|mittente|remitente|
    remetente|expeditor|odesílatel|odosielateľ|saatja|kellelt|no|sūtītājs|nuo|siuntėjas|pošiljatelj|šalje|
    pošiljalac|пошиљалац|подател|изпратено от|од|από|αποστολέας|người gửi|từ|dari|pengirim|จาก|ผู้ส่ง|प्रेषक|
    nork|igorlea|remitent|nga|kimdən
    """
)

HEADING_DATE: Final = _words(
    """
    date|sent|sent on|sent at|date sent|gesendet|gesendet am|datum|envoyé|envoye|envoyé le|date d'envoi|
    enviado|enviado el|enviado em|enviada|enviada em|enviados|enviat|enviado a las|fecha|fecha de envío|data|
    inviato|inviato il|inviata|verzonden|verstuurd|skickat|skickades|sendt|dato|lähetetty|päivämäärä|päiväys|
    wysłano|data wysłania|odesláno|odoslané|dátum|elküldve|küldve|küldés ideje|trimis|trimis la|дата|
    отправлено|отправлен|дата отправки|надіслано|відправлено|изпратено|испратено|адпраўлена|poslano|послато|
    poslato|tarih|gönderildi|gönderme tarihi|gönderim tarihi|送信日時|送信日|日付|日時|发送时间|發送時間|
    傳送時間|寄件日期|日期|时间|時間|发送日期|보낸 날짜|보낸날짜|날짜|보낸 시간|일시|تاريخ الإرسال|أرسلت|
    تم الإرسال|التاريخ|נשלח|תאריך|تاریخ|saadetud|kuupäev|nosūtīts|datums|išsiųsta|siųsta|ημερομηνία|στάλθηκε|
    εστάλη|đã gửi|ngày|ngày gửi|gửi|dikirim|terkirim|tanggal|tarikh|วันที่|ส่ง|ส่งเมื่อ|दिनांक|भेजा गया|
    bidalia|sendt dato|senda|göndərildi|ipinadala|dërguar|datë
    """
)

HEADING_TO: Final = _words(
    """
    to|an|à|a|para|pour|destinataire|destinataires|aan|til|till|vastaanottaja|vastaanottajat|do|adresat|komu|
    címzett|címzettek|către|catre|кому|до|до кого|каму|προς|παραλήπτης|kime|alıcı|宛先|收件人|收件者|
    받는 사람|받는사람|수신|수신인|إلى|المستلم|אל|به|za|prima|primatelj|kellele|saaja|kam|adresāts|adressaat|
    kome|destinatario|destinatari|destinatário|empfänger|mottaker|mottagare|modtager|đến|tới|người nhận|
    kepada|penerima|ถึง|ผู้รับ|per a|प्रति|nori|per|gavėjas|на|për|kimə|tot|naar
    """
)

HEADING_SUBJECT: Final = _words(
    """
    subject|betreff|betr|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|efni|aihe|otsikko|temat|
    předmět|predmet|tárgy|subiect|тема|относно|предмет|θέμα|konu|件名|主题|主題|主旨|標題|标题|제목|الموضوع|
    נושא|نושא|موضوع|teema|temats|tēma|tema|zadeva|naslov|chủ đề|tiêu đề|perihal|subjek|subyek|เรื่อง|หัวข้อ|
    विषय|assumpte|gaia|mövzu|тэма|paksa|subjekti
    """
)

HEADING_OTHER: Final = _words(
    """
    cc|kopie|kopia|kopi|copie|copie à|copia|còpia|cópia|kopio|dw|kópia|másolat|másolatot kap|копия|копія|
    копие|копија|κοιν|κοινοποίηση|bilgi|抄送|副本|参照|참조|نسخة|نسخة إلى|עותק|رونوشت|koopia|kopija|tembusan|
    สำเนา|đồng gửi|bcc|cci|cco|ccn|blindkopie|importance|priority|attachments|attachment|reply-to|reply to|
    organization|anlagen|anhang|anhänge|wichtigkeit|priorität|antwort an|pièces jointes|importancia|
    prioridad|adjuntos|datos adjuntos|anexos|importância|allegati|priorità|bijlagen|bijlage|prioriteit|
    bilagor|prioritet|vedlegg|vedhæftede filer|liitteet|załączniki|ważność|вложения|важность|添付ファイル|
    附件|重要度|优先级|첨부|첨부파일|öncelik|ekler|sensitivity|categories|on behalf of|message-id|x-mailer|
    resent-from|sender|delivered-to|mailed-by|signed by|thread-topic|topic|received|conversation|répondre à|
    responder a|antwoord aan|svar til|rispondi a
    """
)

ORIGINAL: Final = _words(
    """
    original message|original-nachricht|originalnachricht|ursprüngliche nachricht|ursprüngliche mail|
    original-mail|ursprüngliche e-mail|message d'origine|message original|message initial|e-mail d'origine|
    mensaje original|mensagem original|missatge original|mensaxe orixinal|messaggio originale|
    messaggio originario|oorspronkelijk bericht|origineel bericht|oorspronkelijke bericht|
    ursprungligt meddelande|originalmeddelande|ursprungligt mail|oprindelig meddelelse|original meddelelse|
    opprinnelig melding|opprinneleg melding|original melding|alkuperäinen viesti|upphaflegt skeyti|
    upprunaleg skilaboð|wiadomość oryginalna|oryginalna wiadomość|oryginalna wiadomosc|wiadomość pierwotna|
    původní zpráva|původní e-mail|původní email|pôvodná správa|pôvodný e-mail|eredeti üzenet|mesaj original|
    mesajul original|исходное сообщение|первоначальное сообщение|оригинальное сообщение|исходное письмо|
    початкове повідомлення|оригінальне повідомлення|вихідне повідомлення|оригинално съобщение|
    оригинално писмо|првобитна порука|izvorna poruka|originalna poruka|izvirno sporočilo|prvotno sporočilo|
    αρχικό μήνυμα|orijinal mesaj|özgün ileti|özgün mesaj|orijinal ileti|algne kiri|algne sõnum|algsõnum|
    sākotnējais ziņojums|oriģinālais ziņojums|pradinis pranešimas|originalus laiškas|元のメッセージ|
    元のメール|original message follows|原始邮件|原始郵件|原邮件|原始信件|原始訊息|邮件原件|원본 메시지|
    원본 메일|원본메일|원본 이메일|الرسالة الأصلية|رسالة أصلية|ההודעה המקורית|הודעה מקורית|پیام اصلی|thư gốc|
    tin nhắn gốc|thông điệp gốc|pesan asli|mesej asal|ข้อความต้นฉบับ|ข้อความเดิม|मूल संदेश|jatorrizko mezua|
    original appointment|reply message|antwort nachricht|oprindelig besked|original e-mail|original email|
    replied message|ursprünglicher termin|antwortnachricht|rendez-vous d'origine|回复的原邮件|回覆的原郵件
    """
)

FORWARDED: Final = _words(
    """
    forwarded message|forwarded mail|forwarded e-mail|forwarded by|begin forwarded message|
    start of forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|
    anfang der weitergeleiteten e-mail|weitergeleitete e-mail|message transféré|message transmis|
    début du message transféré|début du message réexpédié|début de message réexpédié|mensaje reenviado|
    inicio del mensaje reenviado|mensagem encaminhada|mensagem reencaminhada|missatge reenviat|
    início da mensagem encaminhada|início da mensagem reencaminhada|inicie mensagem reencaminhada|
    messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht|
    vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|videresendt meddelelse|
    start på videresendt besked|videresendt besked|videresendt melding|begynnelse på videresendt melding|
    videresendt e-post|edelleenlähetetty viesti|välitetty viesti|välitetty viesti alkaa|
    wiadomość przekazana dalej|przekazana wiadomość|początek przekazywanej wiadomości|
    treść przekazywanej wiadomości|przesłana wiadomość|přeposlaná zpráva|začátek přeposílané zprávy|
    přeposlaný e-mail|preposlaná správa|továbbított üzenet|továbbított levél|továbbított levél kezdete|
    mesaj redirecționat|mesaj transmis|începutul mesajului redirecționat|пересылаемое сообщение|
    пересланное сообщение|начало переадресованного сообщения|начало переадресованного письма|
    пересылаемое письмо|переслане повідомлення|початок листа, що пересилається|препратено съобщение|
    προωθημένο μήνυμα|έναρξη προωθημένου μηνύματος|iletilen mesaj|iletilen ileti|
    yönlendirilmiş ileti başlangıcı|proslijeđena poruka|prosleđena poruka|posredovano sporočilo|
    edastatud kiri|pārsūtītais ziņojums|persiųstas laiškas|転送されたメッセージ|転送メッセージ|転送メール|
    转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|已转发邮件|以下是转发的邮件|開始轉寄郵件|전달된 메시지|
    전달된 메일|رسالة معاد توجيهها|بدء الرسالة المعاد توجيهها|הודעה שהועברה|thư đã chuyển tiếp|
    thư được chuyển tiếp|pesan terusan|pesan yang diteruskan|ข้อความที่ส่งต่อ|अग्रेषित संदेश|
    birzalitako mezua|weitergeleitet von|transféré par
    """
)

# Written without blanks between words, or with signs that are no letters, so found anywhere in the line.
WRITING_UNSPACED: Final = tuple(
    _words(
        """
        写道|寫道|写到|寫到|書きました|書いた|のメール|のメッセージ|작성|썼습니다|님이 쓴|쓴 글|เขียนว่า|
        เขียน|សរសេរ|ရေးသား|लिखा|লিখেছেন|எழுதியது|రాశారు|എഴുതി|ಬರೆದಿದ್ದಾರೆ
        """
    )
)

# Words that may stand between the verb and the colon, or be what is left of a bracketed ending: "написал(а)".
AFTER_VERB: Final = _words(
    "a|la|ла|а|на|в|ה|the|following|følgende|följande|volgende|het|folgendes|ezt|this|v|so|como|ως|zuen|du|dio"
)

# Words of a sentence about somebody; no client writes them before a name.
POSSESSIVE: Final = _words(
    """
    my|your|our|his|her|their|mein|meine|dein|deine|ihr|ihre|unser|unsere|euer|eure|votre|notre|nos|vos|
    nuestro|vuestro|nostro|vostro|nosso|vosso|mijn|jullie|onze|ваш|наш|мой|twój|nasz|wasz|mój
    """
)
FIRST_PERSON: Final = _words(
    """
    i wrote|we wrote|i have written|i had written|we have written|i've written|i once wrote|ich schrieb|
    schrieb ich|wir schrieben|schrieben wir|ich geschrieben|wir geschrieben|j'ai écrit|nous avons écrit|
    he escrito|hemos escrito|ho scritto|abbiamo scritto|escrevi|ik schreef|schreef ik|skrev jag|skrev jeg|
    napisałem
    """
)

# "Sent from my iPhone": how such a line begins, or ends where the verb comes last, and what it must name besides.
SENT_BY: Final = (
    *_words(
        """
        from my|sent from|sent via|sent using|sent with|sent by|sent through|sent on the new|securely sent|
        get outlook for|gesendet von|gesendet mit|gesendet über|gesendet via|versendet mit|
        holen sie sich outlook für|provenance : courrier|envoyé de|envoyé depuis|envoyé à partir|envoyé avec|
        envoyé via|envoyé par|télécharger outlook pour|téléchargez outlook pour|obtenez outlook pour|
        enviado desde|enviado do|enviado de|enviado a partir|enviado via|enviado por|enviado pelo|
        enviado con|enviado com|enviat des|obtener outlook para|obter o outlook para|obtenha o outlook para|
        baixe o outlook para|inviato da|inviato dal|inviato con|inviata da|ottieni outlook per|
        scarica outlook per|verzonden vanaf|verzonden vanuit|verzonden met|verzonden via|verstuurd vanaf|
        download outlook voor|outlook voor ios|outlook voor android|skickat från|skickades från|skickat med|
        hämta outlook för|skaffa outlook för|sendt fra|sendt via|sendt med|hent outlook til|hent outlook for|
        få outlook for|lähetetty|hanki outlook for|wysłane z|wysłano z|wysłane za|wysłane przy|
        pobierz aplikację outlook|odesláno z|odesláno ze|získejte outlook|odoslané z|získajte outlook|
        elküldve az|elküldve|küldve|trimis de pe|trimis din|trimis cu|обзаведитесь outlook|отправлено с|
        отправлено со|отправлено из|отправлено через|послано с|скачать outlook|получить outlook|надіслано з|
        надіслано через|відправлено з|изпратено от|од|poslano iz|poslano s|poslano z|poslato sa|poslato iz|
        послато са|στάλθηκε από|εστάλη από|αποστολή από|gönderen|saadetud|nosūtīts no|išsiųsta iš|发自|發自|
        发送自|從我的|来自我的|來自我的|傳送自|获取|נשלח מ|נשלחה מ|أرسلت من|أُرسلت من|تم الإرسال من|مرسل من|
        نُرسل من|نُرسلت من|ارسال شده از|gửi từ|đã gửi từ|được gửi từ|dikirim dari|dihantar daripada|ส่งจาก|
        bidalia|seolta ó|anfonwyd o|yahoo mail:|aol app|get the new aol
        """
    ),
)
SENT_AT_END: Final = (
    *_words(
        """
        から送信|에서 보냈습니다|から送信されました|より送信|から送信しました|에서 보냄|에서 전송|로 보냄|
        gönderildi|gönderilmiştir|küldve|से भेजा गया|傳送|发送|ile gönderildi|saadetud|nosūtīts|を入手
        """
    ),
)
# The verb closes the line, and so much may stand before it that the beginning must be known too.
SENT_AROUND: Final = (
    ("von ", " gesendet"),
    ("vom ", " gesendet"),
    ("mit mein", " gesendet"),
    ("diese ", " gesendet"),
    ("von ", " verschickt"),
    ("az ", " küldve"),
    ("a ", " küldve"),
    ("nire ", " bidalia"),
    ("windows ", " ile gönderildi"),
)
DEVICES: Final = (
    *_words(
        """
        iphon|ipad|ipod|ios|אייפון|seznam|sprint|surface|android|samsung|galaxy|blackberry|nokia|lumia|
        huawei|xiaomi|redmi|oneplus|pixel|xperia|htc|motorola|oppo|realme|honor|windows|outlook|yahoo|gmail|
        proton|mail.ru|yandex|яндекс|почт|aol|gmx|web.de|t-online|freenet|k-9|bluemail|typeapp|spark|sparrow|
        airmail|mailspring|em client|edison|newton|smartphone|mobil|handy|téléphone|teléfono|telefon|
        telemóvel|celular|móvil|cellulare|puhelim|tablet|phone|cell|treo|palm|handheld|verizon|vodafone|
        superhuman|tutanota|tuta|zoho|canary|gsm|komórk|matkapuhel|мобильн|телефон|смартфон|携帯|手机|手機|
        휴대폰|スマートフォン|fastmail|mailbird|postbox|thunderbird|hey.com|mail app
        """
    ),
)

# What a desk's notice says at its head about where to write.
WRITE_ABOVE: Final = (
    *_words(
        """
        reply above this line|type your reply above|write above this line|respond above this line|
        reply above the line|reply above this text|answer above this line|reply between these lines|
        oberhalb dieser linie|über dieser linie|oberhalb dieser zeile|über dieser zeile|
        au-dessus de cette ligne|por encima de esta línea|encima de esta línea|sobre esta línea|
        arriba de esta línea|acima desta linha|sopra questa riga|sopra questa linea|boven deze lijn|
        boven deze regel|ovanför denna rad|ovanför den här raden|over denne linje|over denne linjen|
        tämän rivin yläpuolelle|powyżej tej linii|nad tímto řádkem|nad touto čarou|nad týmto riadkom|
        e sor fölé|a vonal fölé|deasupra acestei linii|выше этой строки|выше этой линии|вище цього рядка|
        над този ред|iznad ove linije|nad to črto|πάνω από αυτή τη γραμμή|bu satırın üzerine|
        bu satırın üstüne|この行より上|この行の上|在此行上方|在此行之上|이 줄 위|فوق هذا السطر|מעל שורה זו|
        trên dòng này|di atas baris ini|เหนือบรรทัดนี้
        """
    ),
)
ANSWER_LINE: Final = (*_words("answer →|antwort →"),)

LIST_FOOTER: Final = (*_words("mailing list|mailman/listinfo|/listinfo/|mailing-list|to unsubscribe|mailingliste"),)

DISCLAIMER: Final = (
    *_words(
        """
        confidential|disclaimer|intended recipient|intended solely|privileged|vertraulich|haftungsausschluss|
        confidentiel|destinataire|confidencial|riservat|vertrouwelijk|konfidentiell|fortrolig|luottamuks|
        poufn|důvěrn|dôvern|bizalmas|confidențial|конфиденц|конфіденц|поверител|povjerljiv|poverljiv|zaupn|
        εμπιστευτικ|gizli|機密|機密情報|保密|机密|기밀|سري|חסוי|bảo mật|rahasia
        """
    ),
)
