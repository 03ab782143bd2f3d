"""What machines write in the subjects and first lines of their mails, in the languages of the world: data."""

import re

_ANSWERS = (
    # English, German
    r"auto(?:matic|mated|mail)?[ -]?(?:reply|response|responder)|out of (?:the )?office auto-?reply",
    r"(?:autom\.|automatische) (?:antwort|rückmeldung|abwesenheits\w*)|abwesenheitsnotiz",
    # Romance languages and Dutch
    r"réponse automatique|respuesta autom[áa]tica|resposta autom[àá]tica|risposta automatica|răspuns automat",
    r"automatisch antwoord|automatische reactie|automatisch bericht",
    # the North and the Baltic
    r"autosvar|automatiskt? svar|automaattinen vastaus|automaatvastus|automātiskā? atbilde|automatinis atsakymas",
    # Slavic languages
    r"automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź|automatick[áa] odpov[eě][ďd]|automatski odgovor",
    r"samodejni odgovor|автоматический ответ|автоответ|автоматична відповідь|автоматичен отговор",
    # Hungarian, Greek, Turkish, Hebrew, Arabic
    r"automatikus válasz|αυτόματη απάντηση|otomatik (?:yanıt|cevap)|(?:מענה|תשובה) אוטומטית?|رد تلقائي",
    # East Asia
    r"自動(?:応答|返信|回覆|回復|答覆)|自动(?:答复|回复)|자동 ?(?:회신|응답|답장)",
    r"trả lời tự động|balasan otomatis|การตอบกลับอัตโนมัติ",
)
# A machine's subject begins so and goes on with the one that it answers. A person's reply to it begins with Re.
ANSWER_SUBJECT = re.compile(
    rf"\W{{0,3}}(?:{'|'.join(_ANSWERS)})(?:\s*[:：\-–—()\[\]]|\s+(?:from|to|re|von|de|di|van)\b|\s*\Z)",
    re.IGNORECASE,
)

_ABSENCES = (
    # English
    r"\bout[ -]of[ -](?:the[ -])?office|\booo\b|\bon (?:annual |parental |maternity |sick )?leave\b",
    r"\bon (?:vacation|holidays?)\b|\bvacation (?:reply|message|notice|response)",
    r"\baway from (?:the|my) (?:office|desk|e?-?mail)|\b(?:am|['’]m|will be) (?:currently )?away\b|\baway until\b",
    # German
    r"\babwesen(?:d|heit)|außer haus|nicht im (?:büro|haus|hause)\b|\bim urlaub\b|nicht am platz",
    # French
    r"\babsen(?:t|te|ce) du bureau|\bactuellement absent|message d['’]absence|\ben congés?\b",
    r"\babsente? (?:jusqu|du \d)",
    # Spanish, Catalan, Portuguese, Italian
    r"fuera de (?:la )?oficina|\bde vacaciones\b|ausente de la oficina|fora d[oe] (?:escritório|despatx)",
    r"ausência|ausente do|\bde férias\b|fuori (?:ufficio|sede)|\bin ferie\b|assente dall|\bassenza\b",
    # Dutch and the North
    r"\bafwezig|niet op kantoor|(?:op|met) vakantie|\bfrånvar|\bfravær|på (?:semester|ferie)",
    r"(?:ikke|inte|ej) på kontoret|poissa(?: toimistosta|olo)|\blomalla\b",
    # Polish, Czech and Slovak, Hungarian, Romanian, Turkish
    r"poza biurem|nieobecn|na urlopie|mimo kancelář|nepřítom|na dovolen|házon kívül|nem vagyok az irodában",
    r"szabadságon|în afara biroului|în concediu|(?:ofis|büro) dışında|izindeyim",
    # Cyrillic, Greek, Hebrew, Arabic
    r"вне офиса|нет на (?:месте|рабочем)|отсутств|в отпуске|відсутн|у відпустці|извън офиса",
    r"εκτός γραφείου|απουσιάζω|מחוץ למשרד|לא במשרד|خارج المكتب",
    # East Asia
    r"不在(?:にして|通知|の(?:お知らせ|ため))|休暇(?:中|を)|外出(?:中|しており)",
    r"不在办公室|不在辦公室|休假|부재 ?중|휴가 ?중",
)
ABSENCE = re.compile("|".join(_ABSENCES), re.IGNORECASE)

# Gmail puts a mark into a link; the words beside it are in the writer's language.
GMAIL_REACTION = "utm_campaign=emojireactionemail"

_REACTED = (
    r"reacted to your message|hat auf Ihre Nachricht reagiert|a réagi à votre message",
    r"reaccionó a (?:su|tu) mensaje|ha reaccionado a (?:su|tu) mensaje|reagiu à sua mensagem",
    r"ha reagito al (?:tuo |suo )?messaggio|heeft op (?:uw|je) bericht gereageerd|reagerade på ditt meddelande",
)
# Outlook's for other people's clients: one line, perhaps with the picture's name before it, then the mail reacted to.
OUTLOOK_REACTION = re.compile(
    r"\s*(?:\[[^\]\n]{1,40}\][ \t]*)?[^\n]{1,200}?"
    rf"(?:{'|'.join(_REACTED)})[ \t]*:?[ \t]*(?:\n\s*_{{5,}}|\n\s*-{{5,}}|\s*\Z)",
    re.IGNORECASE,
)
OUTLOOK_DIGEST = re.compile(r"Reaction Daily Digest\b", re.IGNORECASE)

_RECALLS = (
    r"Recall|Message Recall (?:Report|Success|Failure)|Rückruf|Zurückrufen|Rappel(?:er)?|Recuperar|Retirar",
    r"Richiam[aio]|Intrekken|Terugroepen|Återkalla|Tilbagekald|Tilbakekall|Odwołaj|Отозвать|Отзыв",
    r"取消|撤回|召回|回收",
)
RECALL_SUBJECT = re.compile(rf"(?:{'|'.join(_RECALLS)})\s*[:：]", re.IGNORECASE)
_RECALLING = (
    r"would like to recall the message|möchte die Nachricht|souhaite(?:rait)? rappeler le message",
    r"(?:desea|quiere|desearía) (?:recuperar|retirar) el mensaje|(?:desidera|vorrebbe) richiamare il messaggio",
    r"wil het bericht|gostaria de (?:cancelar o envio d|recuperar )a mensagem|vill återkalla meddelandet",
    r"vil (?:gerne )?til(?:bage|bake)kalle?(?:de)? meddelelsen|chce odwołać wiadomość",
)
RECALL_TEXT = re.compile(rf"\s*[^\n]{{1,200}}?(?:{'|'.join(_RECALLING)})", re.IGNORECASE)
