"""The new words of a mail: top-, bottom- and inline-posted, forwarded, signed, marked, and hostile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing.html import html_to_text
from maild.parsing.replies import NewWords, ReplyFlag, new_words
from tests.unit.client_pages import OWN, PAGES

WROTE = "On Mon, Apr 2, 2012 at 6:26 PM, Mina Oakes <mina@acme.example> wrote:\n"
OUTLOOK = "From: Mina Oakes\nSent: Monday, April 2, 2012 6:26 PM\nTo: Bob Miller\nSubject: RE: Printer\n\n"


def test_plain_words_are_all_new():
    """A first mail quotes nobody."""
    text = "Hello,\n\nthe printer is broken. On Monday it was not.\n\nRegards\nBob"

    assert new_words(text) == NewWords(text)


def test_nothing_is_nothing():
    """An empty mail has no words and no flag."""
    assert new_words("") == new_words(" \r\n\r\n") == NewWords("")


def test_top_posted_answer():
    """What stands above the quote is the answer."""
    assert new_words(f"It prints.\n\n{WROTE}> Hello Bob,\n> does it print?\n").reply == "It prints."


def test_bottom_posted_answer():
    """What stands below the quote is the answer, and the quote is no part of it."""
    assert new_words(f"{WROTE}> Hello Bob,\n> does it print?\n\nIt prints.\n").reply == "It prints."


def test_words_around_one_quote():
    """A greeting above and words below a quote that the client introduced belong together without it."""
    assert new_words(f"Hi,\n\n{WROTE}> does it print?\n\nIt prints.").reply == "Hi,\n\nIt prints."


def test_answers_between_the_lines_keep_what_they_answer():
    """The quoted line that is answered stays; the quote below the last answer goes."""
    text = f"{WROTE}> Does it print?\n\nNo.\n\n> Is it on?\n\nYes.\n\n> Regards\n> Mina\n"

    assert new_words(text) == NewWords("> Does it print?\n\nNo.\n\n> Is it on?\n\nYes.", (ReplyFlag.INTERLEAVED,))


def test_answers_between_the_lines_without_blank_lines():
    """Terse people leave no blank lines."""
    text = "Hi Mina,\n\n> Does it print?\nNo.\n> Is it on?\nYes.\n\nBob"

    assert new_words(text) == NewWords(text, (ReplyFlag.INTERLEAVED,))


def test_one_answer_within_a_quote_keeps_what_it_answers():
    """Words between two pieces of one quote answer the first."""
    text = f"{WROTE}> Hello Bob\n>\n> Does it print?\n\nNo, it does not.\n\n>\n> Regards\n> Mina"

    assert new_words(text).reply == "> Hello Bob\n>\n> Does it print?\n\nNo, it does not."


def test_long_context_is_cut_to_its_last_paragraph():
    """What is answered stands right above the answer."""
    quote = "".join(f"> line {number}\n" for number in range(40)) + ">\n> Does it print?\n"

    found = new_words(f"{WROTE}{quote}\nNo.\n\n> And the other?\n\nYes.")

    assert found.reply == "> Does it print?\n\nNo.\n\n> And the other?\n\nYes."


def test_pasted_lines_with_marks_are_kept_between_words():
    """A prompt is no quote as long as words stand around it."""
    text = "I ran\n\n>>> print(1)\n1\n>>> print(2)\n2\n\nand it works"

    assert new_words(text).reply == text


def test_end_of_a_line_that_a_mailer_wrapped_is_quote():
    """A wrapped quoted line loses the mark of what went over."""
    quote = "> this is a long line of more than seventy characters which somebody\nwrapped\n> again\n"

    assert new_words(f"Yes.\n\n{WROTE}{quote}") == NewWords("Yes.")


def test_quote_alone_is_the_whole_text():
    """Storing never loses words: where nothing would be left, all is kept, and a flag says so."""
    text = f"{WROTE}> hi\n> there"

    assert new_words(text) == NewWords(text, (ReplyFlag.WHOLE,))


def test_nested_quotes_go_with_the_outer_one():
    """What the other side had quoted is no answer within a quote."""
    text = f"Answer.\n\n{WROTE}> Am 02.04.2012 schrieb Bob:\n>> hi\n>\n> well\n>\n>> more\n\n"

    assert new_words(text) == NewWords("Answer.")


def test_below_outlooks_headers_all_is_quote():
    """Outlook marks no lines: what the old mail quoted and answered is not answered again."""
    text = f"Thanks.\n\n{OUTLOOK}> Does it print?\n\nNo.\n\n> Is it on?\n\nYes."

    assert new_words(text) == NewWords("Thanks.")


def test_line_of_underscores_goes_with_the_headers_below():
    """Outlook for telephones draws a line first."""
    assert new_words(f"Yes\n\n{'_' * 32}\n{OUTLOOK}text").reply == "Yes"


def test_lines_that_divide_own_words_stay():
    """Not every line of dashes or underscores has an old mail below it."""
    text = "Part one\n________________________________\nPart two\n---\nPart three"

    assert new_words(text).reply == text


@pytest.mark.parametrize(
    "text",
    [
        "New mail from your form:\n\nFrom: Bob <bob@acme.example>\nDate: 2012-04-02 18:26\nSubject: x\nMessage: Broken",
        "I want to go\nFrom: Berlin\nTo: Paris\nDate: 3 May 2012 10:30\n\nThanks",
        "Agenda\n\nDate: 3 May 2012 10:30\nSubject: Planning\nTo: everybody\n\nBring cake",
        "Please order:\n\n- From: warehouse A\n- To: warehouse B",
        "The scan is done.\n--------------------\nStarted: 7/2/2019 9:14:05 AM\nDevice: hall\nOutcome: good\nSheets: 3",
    ],
)
def test_forms_and_lists_are_no_header_blocks(text: str):
    """Bookings, agendas and web forms have a from, a to and a date of their own."""
    assert new_words(text) == NewWords(text)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("It prints. On Thu, Mar 7, 2019 at 8:12 AM, m@acme.example wrote:\n> Hi", "It prints."),
        ("It prints - still--- On Thu, Mar 7, 2019 at 8:12 AM, m@acme.example wrote:\n> Hi", "It prints - still"),
        (
            "See here\nor there On Jun 21, 2018, at 11:05 AM, Mina <\nm@acme.example>wrote:\n\n> Hi",
            "See here\nor there",
        ),
    ],
)
def test_attribution_that_shares_a_line_with_the_words(text: str, reply: str):
    """Converters lose the line end before it."""
    assert new_words(text).reply == reply


@pytest.mark.parametrize(
    "rest", ["   Try it again.\n\nAnn", "  Try it again.", "> Try it again.", " \xa0Try it again."]
)
def test_quote_that_shares_a_line_with_its_attribution(rest: str):
    """Telephones write the old mail behind the colon, blanks between them; what follows is quote as well."""
    text = f"It works.\n\n  On Mon, Nov 23, 2026 at 3:15 PM, Ann<ann@a.example> wrote:{rest}"

    assert new_words(text).reply == "It works."


def test_words_behind_somebodys_colon_stay():
    """Without date and address a sentence goes on as it likes."""
    text = "On Monday Ann wrote:  try it again.\n\nIt does not work."

    assert new_words(text).reply == text


def test_headers_in_boxes_begin_a_quote():
    """Notes draws a box around every header of the old mail."""
    box = "|------------>\n| {}:      |\n|------------>\n  >--------------|\n  |{}|\n  >--------------|\n"
    old = box.format("Von", "Ann <ann@a.example>") + box.format("Datum", "23.11.2026 15:15")

    assert new_words(f"It works.\n\n{old}\nTry it again.").reply == "It works."


def test_words_signed_in_the_text_are_the_words():
    """The armour, its headers and the marks before dashes are PGP's; what stands around it is the writer's too."""
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nIt works.\n\n- - first\n- - second\n"
        "-----BEGIN PGP SIGNATURE-----\nVersion: 1\n\niQEzBAEBCgAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n\nAnn"
    )

    assert new_words(text).reply == "It works.\n\n- first\n- second\n\nAnn"


def test_attribution_without_colon_needs_all_the_rest():
    """Lead, date, address and verb say enough."""
    text = "It prints.\n\nOn Tue, 5 Feb 2019 10:31:09 +0100 Mina <m@acme.example> wrote\n\nDoes it print?"

    assert new_words(text) == NewWords("It prints.", (ReplyFlag.GUESSED,))


def test_divider_with_unknown_words_above_known_headers():
    """What stands below says what it announces."""
    text = (
        "Ja.\n\n-------- Beskeden fra før --------\nFra: Bo <b@acme.example>\nDato: 04.07.2024 17.45\nTil: x\nEmne: y"
    )

    assert new_words(text) == NewWords("Ja.")


def test_date_and_receiver_of_a_mailer_are_headers():
    """No person writes a date like that."""
    text = "Done.\n\nDate: Fri, 8 Mar 2019 07:45:30 +0100\nTo: bob@acme.example"

    assert new_words(text) == NewWords("Done.")


def test_link_that_a_mailer_set_out_of_the_quote_is_quote():
    """Links in brackets go over the end of quoted lines without marks."""
    text = f"Done.\n\n{WROTE}> View (http://acme.example/action\n_nonce=3dd518)\n>\n (http://acme.example) >\n> bye\n>"

    assert new_words(text).reply == "Done."


def test_link_that_ends_on_the_next_line_opens_no_quote():
    """The bracket at the begin of a line belongs to the link above it."""
    text = "See <https://acme.example/a\n> for more."

    assert new_words(text) == NewWords(text)


def test_forward_in_quote_marks_is_kept_whole():
    """Apple Mail quotes the divider too."""
    text = "Please handle.\n\n> Begin forwarded message:\n>\n> From: Bob <bob@acme.example>\n> Subject: x\n>\n> Hi"

    assert new_words(text) == NewWords(text, (ReplyFlag.FORWARD,))


@pytest.mark.parametrize(
    "line",
    [
        "On Monday 3 May 2012 10:30 I wrote:",
        "On Monday 3 May 2012 at 10:30 your colleague wrote:",
        "Am 3.5.2012 um 10:30 schrieb ich:",
        "On each of our printers you will see:",
        "Please add these on 3.5.2012:",
        "The manual of 2012 says:",
        "We wrote:",
    ],
)
def test_sentence_that_looks_like_an_attribution_stays(line: str):
    """People tell what was written, and when; without a quote below, their sentence and what follows stay."""
    text = f"Hi,\n\n{line}\n\nPlease restart.\n\nBut that did not help."

    assert new_words(text) == NewWords(text)


def test_line_above_a_pasted_text_stays():
    """A sentence without writer, date or address introduces no mail."""
    text = "The program says:\n> Out of memory\n> Killed\nWhat now?"

    assert new_words(text).reply == text


@pytest.mark.parametrize(
    "divider",
    [
        "---------- Forwarded message ---------",
        "-------- Weitergeleitete Nachricht --------",
        "Begin forwarded message:",
        "Début du message réexpédié :",
        "-------- Пересылаемое сообщение --------",
        "---------- 转发的邮件 ---------",
    ],
)
def test_forward_is_kept_whole(divider: str):
    """What is passed on is what the mail is about."""
    text = f"Please handle.\n\n{divider}\n\nFrom: Bob <bob@acme.example>\nSubject: x\nDate: 2012-04-02\n\nHi\n> old"

    assert new_words(text) == NewWords(text, (ReplyFlag.FORWARD,))


@pytest.mark.parametrize(("subject", "reply"), [("FW: Printer", f"FYI\n\n{OUTLOOK}Hi"), ("RE: FW: Printer", "FYI")])
def test_subject_tells_outlooks_forward_from_its_answer(subject: str, reply: str):
    """Outlook writes the same block into both."""
    assert new_words(f"FYI\n\n{OUTLOOK}Hi", subject=subject).reply == reply


def test_forward_within_a_quote_goes_with_it():
    """Somebody else's forward is an old mail."""
    text = f"Done.\n\n-----Original Message-----\n{OUTLOOK}FYI\n\n---------- Forwarded message ----------\nFrom: x"

    assert new_words(text) == NewWords("Done.")


@pytest.mark.parametrize(
    "marker",
    [
        "##- Please type your reply above this line -##",
        "--- Bitte antworten Sie oberhalb dieser Linie ---",
        "Répondre au-dessus de cette ligne",
        "Answer → Bob Miller (customer)",
        "Antwort → nur Kollegen",
    ],
)
def test_desks_marker_ends_the_words(marker: str):
    """Ours and other desks' notices say at their head where the answer belongs."""
    assert new_words(f"My answer\n\n{marker}\n\nYour request was received") == NewWords("My answer")


def test_marker_at_the_head_of_a_mail_cuts_nothing():
    """A notice of another desk is a mail to us like any other."""
    text = "##- Please type your reply above this line -##\n\nYour request (123) was received"

    assert new_words(text) == NewWords(text)


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—"])
def test_signature_goes(delimiter: str):
    """RFC 3676, 4.3, and what clients make of it."""
    assert new_words(f"Answer.\n\n{delimiter}\nBob Miller\nAcme\n+44 1").reply == "Answer."
    assert new_words(f"Answer.\n\n{delimiter}\nBob Miller\n\n{WROTE}> hi\n").reply == "Answer."
    assert new_words(f"{WROTE}> hi\n\nAnswer.\n\n{delimiter}\nBob Miller").reply == "Answer."
    assert new_words(f"Answer.\n\n{WROTE}> hi\n\n{delimiter}\nBob Miller").reply == "Answer."


def test_dashes_within_words_are_no_signature():
    """Neither in a line nor above a long text."""
    assert new_words("A fix -- this is no signature.").reply == "A fix -- this is no signature."
    text = "First part\n--\n" + "\n".join(f"line {number}" for number in range(40))
    assert new_words(text).reply == text


def test_disclaimer_is_kept():
    """Below the words, in the signature and below the quote: its reader may have to obey it."""
    disclaimer = "This e-mail is confidential and intended for the\nrecipient only."

    assert new_words(f"Answer.\n\nBob\n\n{disclaimer}").reply == f"Answer.\n\nBob\n\n{disclaimer}"
    assert new_words(f"Answer.\n\n-- \nBob\nAcme\n\n{disclaimer}").reply == f"Answer.\n\n{disclaimer}"
    assert new_words(f"Answer.\n\n{WROTE}> hi\n\n{disclaimer}").reply == f"Answer.\n\n{disclaimer}"


def test_footer_of_a_mailing_list_goes():
    """Mailman writes it below every mail."""
    footer = "_" * 47 + "\nusers mailing list\nusers@lists.acme.example"

    assert new_words(f"Hi folks\n\n{footer}").reply == "Hi folks"
    assert new_words(f"Hi folks\n\n{WROTE}> hi\n{footer}").reply == "Hi folks"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(ending: str):
    """Clients and gateways disagree on line ends."""
    text = f"It prints.\n\n{WROTE}> Hello Bob,\n> does it print?\n"

    assert new_words(text.replace("\n", ending)).reply == "It prints."


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_answer_in_html_alone(page: str):
    """Markup tells quotes, attributions and signatures apart, in whatever language their words are."""
    text = html_to_text(page).text

    assert new_words(text, html=page).reply == OWN


def test_markup_says_where_the_plain_text_must_be_cut():
    """A plain alternative in which nothing marks the quote is cut where the HTML says."""
    page = "<div>It prints.</div><div class=yahoo_quoted><div>Bob kirjoittaa eilen</div><div>Does it?</div></div>"
    text = "It prints.\n\nBob kirjoittaa eilen\n\nDoes it?"

    assert new_words(text).reply == text
    assert new_words(text, html=page).reply == "It prints."


def test_words_within_what_a_client_made_for_the_quote():
    """People write into Gmail's box for the quote, with an attribution below their words or without a quote at all."""
    page = "<div class=gmail_quote><div>It prints.</div><div><br></div><div>Bob</div></div>"
    assert new_words("It prints.\n\nBob", html=page) == NewWords("It prints.\n\nBob")

    page = "<div class=gmail_quote>It prints.<br><br>Bob<br><br>Xx Mina yy:<br><blockquote>Does it?</blockquote></div>"
    assert new_words(html_to_text(page).text, html=page) == NewWords("It prints.\n\nBob")


def test_markup_of_another_text_cuts_nothing():
    """If the two bodies do not say the same, the plain one is the truth."""
    page = "<div>Something else.</div><div class=yahoo_quoted>Does it?</div>"

    assert new_words("It prints.\n\nDoes it?", html=page).reply == "It prints.\n\nDoes it?"


HOSTILE = {
    "on": "On " * 17000,
    "marks": ">" * 50000,
    "marked-lines": ">\n" * 50000,
    "attributions": "On 3 May 2012 12:30\n" * 20000,
    "colons": "a:\n" * 100000,
    "headers": "From: a@b.example\n" * 40000,
    "blocks": "From: a@b.example\nDate: 12:30\n\n" * 20000,
    "rules": ("_" * 40 + "\nFrom: x\n") * 15000,
    "answers": "yes\n> y\n" * 40000,
    "delimiters": "-- \n" * 100000,
    "telephones": "Sent from my iPhone\n\n" * 30000,
    "verbs": "wrote: " * 100000,
    "long-attribution": "On Mon, Apr 2, 2012 at 6:26 PM, " + "x" * 1_000_000 + " wrote:",
    "blank": "\n" * 500_000,
    "blanks": " " * 500_000,
    "invisible": "\u200b" * 300_000,
    "addresses": "a@" * 300_000 + ":",
    "clocks": "12:30 " * 100_000 + ":",
    "dividers": "-----Original Message-----\n" * 30000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_comes_to_an_end(text: str):
    """A search that grows with the square of such a text would not end within any patience."""
    found = new_words(text)

    assert bool(found.reply) == bool(text.strip())


LINES = st.sampled_from(
    (
        *("", " ", "Yes.", "> quoted", ">> deeper", WROTE.strip(), "On Monday", "wrote:", "From: a@b.example"),
        *("Date: 12:30", "Subject: x", "-- ", "--", "____", "-----Original Message-----", "Sent from my iPhone"),
        *("Answer → x", "confidential"),
    )
)


@given(st.lists(LINES, max_size=30), st.sampled_from(["", "Fw: x", "Re: x"]))
def test_nothing_is_invented_and_something_is_left(lines: list[str], subject: str):
    """Each line of the new words is one of the mail's, in their order; a mail with words has new words."""
    text = "\n".join(lines)

    reply = new_words(text, subject=subject).reply

    assert bool(reply) == bool(text.strip())
    rest = iter(line.strip() for line in lines)
    assert all(line.strip() in rest for line in reply.split("\n") if line.strip())


@given(st.text(), st.text())
def test_any_text_is_read(text: str, html: str):
    """No text and no markup raises."""
    new_words(text, html=html + "<div class=gmail_quote>").reply.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(("sender", "reply"), [("Fra", "FYI\n\n{block}"), ("Lähettäjä", "FYI")])
def test_danes_forward_with_the_word_by_which_finns_answer(sender: str, reply: str):
    """The header block tells them apart."""
    block = f"{sender}: Mina Oakes <mina@acme.example>\nSendt: 2. april 2012 18:26\nTil: Bob\nEmne: Printer\n\nHi"
    if sender != "Fra":
        block = block.replace("Sendt", "Lähetetty").replace("Til:", "Vastaanottaja:").replace("Emne", "Aihe")

    assert new_words(f"FYI\n\n{block}", subject="VS: Printer").reply == reply.format(block=block)
