"""The new words under what the world's mail clients write: attributions, header blocks, dividers, telephones."""

from collections.abc import Iterator

import pytest

from maild.parsing.replies import ReplyFlag, new_words
from tests.unit.client_phrases import ATTRIBUTIONS, DIVIDERS, HEADINGS, MOBILE, NEEDS_QUOTE

OWN = "Thank you, now it prints.\n\nRegards\nBob Miller"
QUOTE = "> Hello Bob,\n> did it work?\n"
ORIGINAL = "Hello Bob,\ndid it work?\n"
ATTRIBUTED = "On Mon, Apr 2, 2012 at 6:26 PM, Mina Oakes <mina@acme.example> wrote:\n> Hi\n"


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_attribution_goes_with_the_quote_below_it(attribution: str):
    """Whatever the language and wherever the line is broken, the attribution is no new word."""
    for gap in ("\n\n", "\n"):
        for below in ("\n\n", "\n"):
            assert new_words(f"{OWN}{gap}{attribution}{below}{QUOTE}").reply == OWN


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_attribution_goes_above_a_bottom_posted_answer(attribution: str):
    """Who answers below the quote has written nothing above it."""
    assert new_words(f"{attribution}\n{QUOTE}\n{OWN}\n").reply == OWN


@pytest.mark.parametrize("client", [each for each in ATTRIBUTIONS if each not in NEEDS_QUOTE])
def test_attribution_ends_the_words_when_the_quote_has_no_marks(client: str):
    """Telephones quote without marks: a whole attribution alone says where the quote begins."""
    found = new_words(f"{OWN}\n\n{ATTRIBUTIONS[client]}\n\n{ORIGINAL}")

    assert found.reply == OWN


def test_unmarked_quote_is_a_guess():
    """Only the attribution's words say that what follows is a quote, so a flag does too."""
    attribution = ATTRIBUTIONS["apple-en"]

    assert ReplyFlag.GUESSED in new_words(f"{OWN}\n\n{attribution}\n\n{ORIGINAL}").flags
    assert not new_words(f"{OWN}\n\n{attribution}\n\n{QUOTE}").flags


def blocks(heading: tuple[str, str, str, str, str]) -> Iterator[str]:
    """Write a header block in the ways that clients, gateways and HTML converters have."""
    sender, date, to, subject, at = heading
    yield f"{sender}: Mina Oakes <mina@acme.example>\n{date}: {at}\n{to}: Bob <bob@acme.example>\n{subject}: RE: x"
    yield f"{sender}: Mina Oakes\n{date}: {at}\n{to}: Bob Miller\n{subject}: RE: Printer"
    yield f"*{sender}:* Mina [mailto:mina@acme.example]\n*{date}:* {at}\n*{to}:* Bob\n*Cc:* John\n*{subject}:* RE: x"
    yield f"{sender}\xa0: Mina Oakes <mina@acme.example>\n{date}\xa0: {at}\n{to}\xa0: Bob\n{subject}\xa0: RE: Printer"
    yield f"{sender}：Mina Oakes <mina@acme.example>\n{date}：{at}\n{to}：Bob\n{subject}：RE: Printer"
    yield f"{sender}: Mina Oakes <mina@acme.example>\n{date}: {at}\n{to}: Bob Miller"
    yield (
        f"{sender}: Mina <mina@acme.example>\n{date}: {at}\n{to}: Bob <bob@acme.example>; Jane <jane@acme.example>;\n"
        f" John Doe <john@acme.example>\n{subject}: RE: Printer on the second floor that\n is broken"
    )
    yield f"{sender}: Mina Oakes <mina@acme.example>\n\n{date}: {at}\n\n{to}: Bob Miller\n\n{subject}: RE: Printer"
    yield f"{sender}:\tMina Oakes <mina@acme.example>\n{date}:\t{at}\n{to}:\tBob Miller\n{subject}:\tRE: Printer"


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS.keys())
def test_header_block_ends_the_words(heading: tuple[str, str, str, str, str]):
    """Outlook, Exchange and many others put the old headers above the old mail, in the writer's language."""
    for block in blocks(heading):
        assert new_words(f"{OWN}\n\n{block}\n\n{ORIGINAL}").reply == OWN


@pytest.mark.parametrize("divider", DIVIDERS)
def test_divider_ends_the_words(divider: str):
    """A divider announces headers, be they in a language that nobody here knows."""
    for block in (
        "From: Mina Oakes\nSent: Monday, April 2, 2012 6:26 PM\nTo: Bob\nSubject: x",
        "Xx: Mina Oakes <mina@acme.example>\nYy: April 2, 2012 6:26 PM\nZz: Bob",
    ):
        for gap in ("\n", "\n\n"):
            assert new_words(f"{OWN}\n\n{divider}{gap}{block}\n\n{ORIGINAL}").reply == OWN


@pytest.mark.parametrize("line", MOBILE)
def test_telephones_line_is_no_word(line: str):
    """ "Sent from my iPhone" goes at the end of a mail, right below the words, and above a quote."""
    assert new_words(f"{OWN}\n\n{line}\n").reply == OWN
    assert new_words(f"{OWN}\n{line}\n").reply == OWN
    assert new_words(f"{OWN}\n\n{line}\n\n{ATTRIBUTED}").reply == OWN


@pytest.mark.parametrize(
    "line",
    [
        "I sent it from my iPhone yesterday.",
        "My iPhone does not work.",
        "The mail was sent from my iPhone, not from the laptop.",
        "Gesendet habe ich das Paket am Montag.",
        "Das habe ich mit meinem iPhone gesendet",
        "Mit meinem iPhone geht es auch nicht.",
        "Von meinem iPhone aus kann ich keine Mails senden.",
        "Sent from my chair, not from the telephone in the hall.",
        "Sent by mistake, please cancel my order",
        "Sent from the wrong account and nobody noticed it until the next day, sorry",
        "Enviado el paquete ayer",
        "Enviado a partir de los negocios de Lima",
        "Outlook for iOS crashes",
        "Download Outlook is slow on windows",
        "Get the report please",
        "Yahoo Mail rejects my messages since Monday",
        "Wysłane zostało wczoraj",
        "Verzonden met PostNL op maandag",
        "Odesláno ze skladu v pondělí",
        "發送失敗",
    ],
)
def test_sentence_about_sending_stays(line: str):
    """A person may speak of telephones and of sending."""
    for text in (f"Hello\n\n{line}", f"{line}\n\nBob", f"Hello\n{line}\nBob"):
        assert new_words(text).reply == text
