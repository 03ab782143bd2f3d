"""A customer's mail that an agent passes on, as the usual clients write it in their users' languages."""

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.mail import Address, Forwarded, Forwarding
from maild.parsing import Flag, parse
from tests.unit.client_phrases import HEADINGS

BOB = Address("bob@shop.example", "Bob Miller")
WORDS = "Hello,\n\nthe printer is dead. It says: paper jam.\n\nRegards\nBob"
OWN = "#p2 #take\nPlease look after him."

# By language: the word in front of the subject, and how dividers of Thunderbird and Apple announce a forward.
LANGUAGES = {
    "en": ("FW", "Forwarded Message", "Begin forwarded message:"),
    "de": ("WG", "Weitergeleitete Nachricht", "Anfang der weitergeleiteten Nachricht:"),
    "fr": ("TR", "Message transféré", "Début du message réexpédié :"),
    "es": ("RV", "Mensaje reenviado", "Inicio del mensaje reenviado:"),
    "it": ("I", "Messaggio inoltrato", "Inizio messaggio inoltrato:"),
    "pt": ("ENC", "Mensagem encaminhada", "Início da mensagem encaminhada:"),
    "nl": ("FW", "Doorgestuurd bericht", "Begin doorgestuurd bericht:"),
    "sv": ("VB", "Vidarebefordrat meddelande", "Vidarebefordrat brev:"),
    "da": ("VS", "Videresendt meddelelse", "Start på videresendt besked:"),
    "fi": ("VL", "Välitetty viesti", "Välitetty viesti alkaa:"),
    "pl": ("PD", "Przekazana wiadomość", "Początek przekazywanej wiadomości:"),
    "cs": ("FW", "Přeposlaná zpráva", "Začátek přeposílané zprávy:"),
    "tr": ("İLT", "İletilen mesaj", "İletilen ileti:"),
    "ru": ("FW", "Пересылаемое сообщение", "Начало переадресованного сообщения:"),
    "ja": ("FW", "転送メッセージ", "転送されたメッセージ:"),
    "zh": ("转发", "转发的邮件", "以下是转发的邮件:"),
}


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def outlook(head, language, sender="Bob Miller <bob@shop.example>"):
    from_, sent, to, subject, date = head
    block = f"{from_}: {sender}\n{sent}: {date}\n{to}: Alice Reyes <alice@acme.example>\n{subject}: Printer"
    return f"{OWN}\n\nAlice\n\n{block}\n\n{WORDS}"


def outlook_old(head, language):
    text = outlook(head, language, "Miller, Bob [mailto:bob@shop.example]")
    return text.replace(f"\n{head[0]}:", f"\n-----Original Message-----\n{head[0]}:")


def outlook_web(head, language):
    text = outlook(head, language, "Bob Miller <bob@shop.example<mailto:bob@shop.example>>")
    return text.replace(f"\n{head[0]}:", f"\n________________________________\n{head[0]}:")


def outlook_spaced(head, language):
    above, block, below = outlook(head, language).partition(f"{head[0]}:")
    rest, mark, words = below.partition("Printer\n")
    return above + block + rest.replace("\n", "\n\n") + mark + words


def gmail(head, language):
    from_, _, to, subject, date = head
    divider = "---------- Forwarded message ---------"
    block = f"{from_}: Bob Miller <bob@shop.example>\nDate: {date}\n{subject}: Printer\n{to}: <alice@acme.example>"
    return f"{OWN}\n\n{divider}\n{block}\n\n\n{WORDS}"


def apple(head, language):
    from_, sent, to, subject, date = head
    block = f"{from_}: Bob Miller <bob@shop.example>\n{subject}: Printer\n{sent}: {date}\n{to}: alice@acme.example"
    return f"{OWN}\n\n{LANGUAGES[language][2]}\n\n{marked(f'{block}{chr(10) * 2}{WORDS}')}"


def iphone(head, language):
    from_, sent, to, subject, date = head
    block = f"{from_}: Bob Miller <bob@shop.example>\n{sent}: {date}\n{to}: alice@acme.example\n{subject}: Printer"
    return f"{OWN}\n\nSent from my iPhone\n\n{LANGUAGES[language][2]}\n\n{marked(block)}\n> \n{marked(WORDS)}"


def thunderbird(head, language):
    from_, sent, to, subject, date = head
    block = (
        f"{subject}: \tPrinter\n{sent}: \t{date}\n{from_}: \tBob Miller <bob@shop.example>\n{to}: \talice@acme.example"
    )
    return f"{OWN}\n\n\n-------- {LANGUAGES[language][1]} --------\n{block}\n\n\n\n{WORDS}"


def samsung(head, language):
    from_, sent, to, subject, _ = head
    block = f"{from_}: Bob Miller <bob@shop.example> \n{sent}: 02/04/2012  18:26  (GMT+01:00) \n"
    return (
        f"{OWN}\n\n-------- Original message --------\n{block}{to}: alice@acme.example \n{subject}: Printer \n\n{WORDS}"
    )


def yahoo(head, language):
    from_, sent, to, subject, date = head
    block = f"{from_}: Bob Miller <bob@shop.example>To: alice@acme.example\n{sent}: {date}\n{subject}: Printer"
    block = block.replace("To: ", f"\n{to}: ")
    return f"{OWN}\n\n   ----- {LANGUAGES[language][1]} ----- {chr(10)}{block}\n \n{WORDS}"


CLIENTS = (outlook, outlook_old, outlook_web, outlook_spaced, gmail, apple, iphone, thunderbird, samsung, yahoo)


def forwarding(text: str, subject: str = "FW: Printer", **more) -> Forwarding | None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "alice@acme.example", "support@acme.example", subject
    mail.set_content(text, cte="8bit")
    for name, value in more.items():
        mail[name] = value
    message = parse(mail.as_bytes())
    assert Flag.UNREADABLE not in message.flags
    return message.forwarding


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_the_customers_mail_is_found_in_the_forward(client, language):
    """Whose it was, about what and when, their words and the agent's own."""
    head = HEADINGS[language]

    found = forwarding(client(head, language), f"{LANGUAGES[language][0]}: Printer")

    assert found is not None
    (mail,) = found.mails
    assert mail.sender.address == BOB.address
    assert mail.sender.name in {"Bob Miller", "Miller, Bob"}
    assert (mail.subject, mail.text, mail.reply, mail.message_id) == ("Printer", WORDS, WORDS, None)
    assert mail.date in {head[4], "02/04/2012 18:26 (GMT+01:00)"}
    assert found.own_words.startswith(OWN)
    assert "bob@shop.example" not in found.own_words
    assert "iPhone" not in found.own_words


def test_a_forward_without_own_words_is_one():
    """Most are: the agent only presses the button."""
    found = forwarding(gmail(HEADINGS["en"], "en").removeprefix(OWN))

    assert found is not None
    assert found.own_words == ""
    assert found.mails[0].text == WORDS


def test_files_of_the_customer_come_along():
    """The client hangs them on the forward."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "alice@acme.example", "Fwd: Printer"
    mail.set_content(thunderbird(HEADINGS["en"], "en"))
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="invoice.pdf")

    found = parse(mail.as_bytes()).forwarding

    assert found is not None
    assert [each.name for each in found.mails[0].attachments] == ["invoice.pdf"]


def test_quotes_of_the_customer_stay_in_the_text_and_not_in_the_new_words():
    """They answered somebody once."""
    text = "Ok then.\n\nOn Mon, Apr 2, 2012 at 6:26 PM, Mina Oakes <mina@acme.example> wrote:\n\n> Is it dead?"

    found = forwarding(gmail(HEADINGS["en"], "en").replace(WORDS, text))

    assert found is not None
    assert (found.mails[0].text, found.mails[0].reply) == (text, "Ok then.")


def test_a_forward_of_a_forward_tells_both():
    """A colleague had passed it on to the agent."""
    inner = gmail(HEADINGS["en"], "en").replace(OWN, "For you?")
    block = (
        "From: Carol <carol@acme.example>\nDate: Mon, 2 Apr 2012 18:26\nSubject: Fwd: Printer\nTo: alice@acme.example"
    )

    found = forwarding(f"{OWN}\n\n---------- Forwarded message ---------\n{block}\n\n\n{inner}", "Fwd: Fwd: Printer")

    assert found is not None
    (carols,) = found.mails
    assert carols.sender == Address("carol@acme.example", "Carol")
    assert carols.forwarding is not None
    assert carols.forwarding.own_words == "For you?"
    assert (carols.forwarding.mails[0].sender, carols.forwarding.mails[0].text) == (BOB, WORDS)


def test_an_html_forward_is_read():
    """Outlook on the web sends no plain text."""
    page = (
        '<div>#take</div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><font><b>Von:</b> Bob'
        " Miller &lt;bob@shop.example&gt;<br><b>Gesendet:</b> Montag, 2. April 2012 18:26<br><b>An:</b> Alice"
        " &lt;alice@acme.example&gt;<br><b>Betreff:</b> Printer</font><div>&nbsp;</div></div>"
        "<div><p>It is dead.</p></div>"
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = "alice@acme.example", "WG: Printer"
    mail.set_content(page, subtype="html")

    found = parse(mail.as_bytes()).forwarding

    assert found is not None
    assert found.own_words == "#take"
    assert (found.mails[0].sender, found.mails[0].text) == (BOB, "It is dead.")


def a_mail(number: int = 1, **more: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = (
        "Bob Miller <bob@shop.example>",
        "alice@acme.example",
        f"Printer {number}",
    )
    mail["Date"], mail["Message-ID"] = "Mon, 02 Apr 2012 18:26:10 +0200", f"<{number}@shop.example>"
    for name, value in more.items():
        del mail[name]
        mail[name] = value
    mail.set_content(f"It is dead.\n\n> old {number}")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return mail


def with_attached(*inner: EmailMessage, text: str = "#take\n", **more) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "alice@acme.example", "support@acme.example", "Printer"
    if text:
        mail.set_content(text)
    for each in inner:
        mail.add_attachment(each, **more)
    return mail


def test_attached_mails_are_found_each_with_its_files():
    """Forwarded as attachments: headers, ids and files are whole."""
    found = parse(with_attached(a_mail(1), a_mail(2)).as_bytes()).forwarding

    assert found is not None
    assert found.own_words == "#take"
    for number, mail in enumerate(found.mails, 1):
        assert isinstance(mail, Forwarded)
        assert (mail.sender, mail.subject, mail.message_id) == (BOB, f"Printer {number}", f"<{number}@shop.example>")
        assert (mail.date, mail.reply) == ("Mon, 02 Apr 2012 18:26:10 +0200", "It is dead.")
        assert mail.text == f"It is dead.\n\n> old {number}"
        assert [each.name for each in mail.attachments] == [f"{number}.pdf"]


def test_an_attached_mail_alone_is_no_word_of_the_agent():
    """Whoever forwards it without a word says nothing; the words shown are the customer's."""
    found = parse(with_attached(a_mail(), text="").as_bytes()).forwarding

    assert found is not None
    assert found.own_words == ""
    assert found.mails[0].sender == BOB


def test_a_file_that_is_a_mail_is_one():
    """Some clients call it application/octet-stream and give it the name of one."""
    mail = with_attached()
    mail.add_attachment(a_mail().as_bytes(), maintype="application", subtype="octet-stream", filename="Printer.EML")

    found = parse(mail.as_bytes()).forwarding

    assert found is not None
    assert found.mails[0].message_id == "<1@shop.example>"


def test_a_mail_of_which_nobody_is_the_sender_cannot_be_answered():
    """Two addresses, none, or a name alone: it stays what it is, words and files of the agent's mail."""
    assert parse(with_attached(a_mail(From="a@x.example, b@x.example")).as_bytes()).forwarding is None
    for sender in ("Bob Miller", "", "a@x.example on behalf of b@x.example", "Bob <bob@@shop.example>", "bob@"):
        assert forwarding(outlook(HEADINGS["en"], "en", sender)) is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (outlook(HEADINGS["en"], "en"), "RE: Printer"),
        (outlook(HEADINGS["en"], "en"), "RE: FW: Printer"),
        ("Hello", "FW: Printer"),
        (f"Done.\n\n-----Original Message-----\n{outlook(HEADINGS['en'], 'en')}", "Re: x"),
        ("On Mon, Apr 2, 2012 at 6:26 PM, Bob <bob@shop.example> wrote:\n> Hello", "Fwd: x"),
    ],
)
def test_answers_and_other_mails_pass_nothing_on(text, subject):
    """The same block stands in an answer, where it heads a quote."""
    assert forwarding(text, subject) is None


def test_a_machines_mail_passes_nothing_on():
    """A bounce returns our own mail; nobody asks anything on its sender's behalf."""
    mail = with_attached(a_mail())
    mail["Auto-Submitted"] = "auto-replied"

    assert parse(mail.as_bytes()).forwarding is None


def test_mails_within_mails_have_an_end():
    """Neither depth nor number makes reading dear."""
    mail = a_mail()
    for _ in range(40):
        mail = with_attached(mail)
    deep = mail.as_bytes()
    wide = with_attached(*[with_attached(a_mail()) for _ in range(200)]).as_bytes()
    started = time.process_time()

    found, many = parse(deep).forwarding, parse(wide).forwarding

    assert time.process_time() - started < 2
    assert found is not None and found.mails[0].forwarding is None
    assert many is not None and len(many.mails) == 10


LINES = st.sampled_from(
    ["From: Bob <bob@x.example>", "Von: ", "Date: 2 April 2012 18:26", "Subject: x", "To: a@x.example,", "", "> ", "Hi",
     "-------- Forwarded Message --------", "Begin forwarded message:", "> From: <mailto:a@b.example>", "____________",
     "*De :* [mailto:x@y.example]", ":", "From:", "---", "发件人：b@x.example"]
)  # fmt: skip


@given(st.lists(LINES).map("\n".join), st.sampled_from(["Fwd: x", "Re: x", ""]))
def test_whatever_is_passed_on_it_has_a_sender(text, subject):
    """Any lines may stand in any order."""
    found = forwarding(text, subject)

    if found is not None:
        assert all("@" in mail.sender.address for mail in found.mails)
