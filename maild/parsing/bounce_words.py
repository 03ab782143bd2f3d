"""How servers without a report for machines say that a mail did not arrive: data for bounces.py.

All patterns run over a notice of bounded length, and none of them repeats what repeats itself.
"""

import re

_FAILED = (
    # Exim, Postfix, sendmail, qmail, Exchange, Gmail, Yahoo, Domino, GroupWise, MDaemon, IMail and their kin
    r"could ?n[o'’]t be (?:delivered|reached)|could not be (?:delivered|reached)|cannot be delivered",
    r"w(?:as|ere)(?: not|n['’]t) (?:able to deliver|delivered)|unable to deliver|not able to deliver",
    r"undeliver(?:able|ed)|failed to deliver|did not reach|deliver\w* (?:has |to the following \w+ )?fail",
    r"permanent(?: fatal)? error|fatal delivery error|failed address|returned mail|returned to sender",
    r"(?:user|recipient|mailbox|address|account) (?:is |was )?(?:unknown|not found|unavailable|does ?n[o'’]t exist)",
    r"unknown user|no such (?:user|recipient|mailbox|address)|no valid recipients|address not found",
    r"message (?:was )?(?:blocked|rejected)|not listed in|failure notice|\bfailed mail\b|\bmail failed\b",
    r"error (?:has )?occurred while (?:attempting|trying) to deliver|recipients?(?:\(s\))? (?:was|were) aborted",
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Russian, Japanese, Chinese
    r"nicht zugestellt|nicht zustellbar|unzustellbar|zustellung\b[^\n]{0,60}fehlgeschlagen",
    r"n['’]a pas pu être (?:remis|distribu|délivr|livr)|n['’]ont pas pu être",
    r"non remis|non distribu|échec de (?:la )?remise",
    r"no se (?:pudo|ha podido) entregar|no ha podido ser entregado|no entregado|error (?:de|en la) entrega",
    r"impossibile recapitare|mancato recapito|non è stato (?:possibile )?(?:recapitat|consegn)",
    r"não (?:pôde|foi possível|pode) (?:ser )?entreg|não entregue",
    r"kon niet worden (?:bezorgd|afgeleverd)|onbestelbaar|nie (?:można było|udało się) dostarczyć|niedostarcz",
    r"kunde inte levereras|gick inte att leverera|не (?:удалось )?доставлен|не удалось доставить|недоставлен",
    r"n['’]est pas parvenu|falha na entrega|nu a putut fi livrat|se nezdařil|nedoručiteln|nedoručen|nepodařilo doručit",
    r"(?:kan|kunne) ikke levere|mislyk(?:kedes|tes)|ei voi(?:da|tu) toimittaa|epäonnistui|teslim edilem",
    r"nem sikerült (?:a )?kézbesít|kézbesíthetetlen|не (?:удалось|удаётся|удается|вдалося) (?:выполнить )?достав",
    r"δεν (?:ήταν δυνατή|κατέστη δυνατή) η παράδοση|המסירה נכשלה|לא ניתן למסירה|(?:فشل|تعذر)[^\n]{0,10}تسليم",
    r"배달(?:되지 않|하지 못)|전송하지 못|반송|邮件失败|被退回",
    r"配信できません|配信不能|送信できませんでした|メールエラー|无法(?:投递|送达|传递)|未能送达|退信",
)
_DELAYED = (
    r"still undelivered|not yet been delivered|has not been delivered|(?:has been|is|was) delayed",
    r"delivery (?:is )?delay|will (?:keep trying|be retried|continue to|try again)|warning message only",
    r"do not need to resend|could not send message for|notification \(delay|message \S{1,40} delayed",
    r"has been postponed|temporary (?:problem|failure)|\bwill retry\b|delivery incomplete",
    r"verzögert|noch nicht zugestellt|retardé|retraso|ritardo|vertraagd|задерж|遅延|延迟",
)

FAILED = re.compile("|".join(_FAILED), re.IGNORECASE)
DELAYED = re.compile("|".join(_DELAYED), re.IGNORECASE)
# What a server says to everybody, in any language: the answer that it got, with its number (RFC 3463).
REFUSED = re.compile(r"\b5\d\d[ -]#?5\.[0-7]\.\d{1,3}\b|#5\.[0-7]\.\d{1,3}\b")
FINAL = re.compile(
    r"given up|giving up|(?<!fails )permanent|no longer|aufgegeben|dauerhaft|returned mail", re.IGNORECASE
)
SUBJECTS = re.compile(
    rf"{FAILED.pattern}|{DELAYED.pattern}|delivery (?:status|failure|report)|mail delivery", re.IGNORECASE
)

# Where the returned copy begins: "--- Below this line is a copy of the message.", "----- Original message -----" …
_COPY = (
    r"(?:below this line|this is a copy|a copy of|original|returned|unsent|ursprüngliche"
    r"|headers?\b|message (?:headers?|text)\b)"
)
RETURNED = re.compile(
    rf"^[ \t|>*]{{0,20}}[-=_*]{{2,}}[^\w\n]{{0,20}}(?:the |your )?{_COPY}[^\n]{{0,80}}$"
    r"|^[^\n]{0,60}\b(?:(?:original|unsent|returned) message|headers?) follows?\b[^\n]{0,40}$"
    r"|^(?:return-path|received|message-id)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)

_ADDRESS = r"([^\s<>;,:()\"'\[\]]{1,128}@[\w.-]{1,255}\w)"
_DRESS = r"^[ \t]*(?:[>*•-]{1,3}[ \t]{1,4})?"
# The shapes in which notices name who was not reached, the surest first.
RECIPIENTS = (
    re.compile(rf"{_DRESS}<{_ADDRESS}>", re.MULTILINE),
    # Exchange names them as X.400 does, MailEnable after it.
    re.compile(rf"\bSMTP[:=]{_ADDRESS}"),
    re.compile(
        rf"{_DRESS}['\"]?{_ADDRESS}['\"]?"
        r"(?:[ \t]+on[ \t]+(?:\w{2,3},[ \t]*)?\d[^\n]*|[ \t]*:|[ \t]*\([^\n]*)?[ \t]*$",
        re.MULTILINE,
    ),
    re.compile(
        r"(?:delivered to|deliver (?:it |your message |the message )?to|message to|mail to|undeliverable to|reach"
        rf"|unknown user|failed address|recipients?|address|delivery to)[ \t]*:?\s{{1,20}}['\"<]?{_ADDRESS}",
        re.IGNORECASE,
    ),
)

_WHO = r"(?:user|recipient|addressee|account|mailbox|address)"
# What a person reads out of words where no number is given.
REASONS = (
    (
        "5.1.1",
        re.compile(
            rf"{_WHO}s? (?:is |was |name is )?(?:unknown|not found|not known|not recognized|not listed)"
            rf"|{_WHO} (?:does ?n[o'’]t|does not) exist|unknown {_WHO}|no such {_WHO}|no mailbox|not a valid mailbox"
            rf"|not listed in|does ?n[o'’]t have an? [^\s@]{{1,80}} account|invalid (?:\w+ ){{0,2}}(?:{_WHO}|userid)"
            r"|(?:empfänger|benutzer|adresse)\w* (?:ist )?(?:unbekannt|existiert nicht)"
            r"|unbekannter (?:empfänger|benutzer)",
            re.IGNORECASE,
        ),
    ),
    (
        "5.1.2",
        re.compile(
            r"(?:host|domain)(?: name)? (?:is )?(?:unknown|not found|lookup (?:failed|did not complete))"
            r"|(?:unknown|no such) (?:host|domain)|domain(?: name)? does ?n[o'’]t exist"
            r"|unrouteable (?:mail )?domain|could ?n[o'’]t find any host",
            re.IGNORECASE,
        ),
    ),
    (
        "5.2.2",
        re.compile(
            r"over (?:\w+ ){0,2}quota|quota (?:is )?exceed|exceed\w* (?:\w+ ){0,2}quota|mail(?:box|folder) (?:is )?full"
            r"|メールボックスが(?:一杯|いっぱい)|inbox (?:is )?full|postfach (?:ist )?voll"
            r"|(?:not enough|insufficient) (?:disk |storage )?space",
            re.IGNORECASE,
        ),
    ),
)
