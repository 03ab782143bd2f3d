"""What of an agent's answer goes to the customer: all of their own words, and no line of the mail they answered."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.desk.answering import MOST_CHARACTERS, outgoing_words
from maild.desk.hearing import as_shown
from maild.desk.likeness import holds, words_of
from maild.model.facts import Facts, IssuedMail
from maild.model.mail import Address
from maild.model.outgoing import OutgoingMail
from maild.model.ticket import Contact, EntryKind
from maild.parsing.html import html_to_text
from tests.unit import desk_values
from tests.unit.clients import CLIENTS, Client, bottom_posted, inline, quote, top_posted
from tests.unit.composing_values import (
    BOB,
    a_composer,
    a_decision,
    an_entry,
    html_of,
    text_of,
    to_alice,
    write,
)

ASKED = """Hello,

since this morning the printer on floor 3 prints blank pages only, whatever I send to it.
Which driver should I install?
And who can come here tomorrow?

Thank you very much
Bob Miller"""
OWN = """Hello Bob,

please install the driver 4.2 and try once more.

Thank you very much
Alice"""
ANSWERS = {
    "Which driver should I install?": "Version 4.2, from the page of its maker.",
    "And who can come here tomorrow?": "Peter comes at ten.",
}
CREATED_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = ("Acme Support", "support@acme.example")


def issued_of(mail: OutgoingMail) -> IssuedMail:
    """What the store keeps of a mail, as an answer to it will find it."""
    return desk_values.issued(
        "a",
        created_at=CREATED_AT,
        **{name: getattr(mail, name) for name in ("token", "subject", "ours", "quoted")},
    )


NOTICE = write(to_alice(), a_decision(an_entry(text=ASKED)))
TEXT = text_of(NOTICE)
ISSUED = issued_of(NOTICE)


def a_full_notice(language: str) -> OutgoingMail:
    """A notice with all that one can show."""
    wanted = to_alice(others=(Address("dave@x.example"), Address("erin@y.example", "Erin")))
    contact = Contact(BOB.address, BOB.name, "Miller & Sons", "+44 20 7946 0000")
    other = desk_values.a_ticket(1017, subject="VPN does not connect from the office in Leeds", requester=BOB)
    facts = Facts(1042, contacts={BOB.address: contact}, open_tickets={BOB.address: (other,)})
    decided = a_decision(an_entry(1, "An earlier question of mine."), an_entry(2, ASKED))
    return write(wanted, decided, a_composer(locale=language), facts)


each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


def leaked(text: str, issued: IssuedMail = ISSUED) -> list[str]:
    """Give the lines of ours that stand in a text, however they are broken."""
    words = words_of(text)
    return [line for line in issued.ours.split("\n") if holds(words, words_of(line))]


@each_client
def test_a_top_posted_answer_goes_out_as_it_was_written(client: Client):
    """Words above the quote go out with their signature, and nothing of the quote does."""
    words = outgoing_words(top_posted(client, ISSUED.subject, TEXT, OWN), ISSUED, NAMES)

    assert words.reasons == ()
    assert words.text == f"{OWN}\n\n{client.sign}".rstrip()


@each_client
def test_a_bottom_posted_answer_goes_out_as_it_was_written(client: Client):
    """Words below the quote go out, and nothing of the quote does."""
    words = outgoing_words(bottom_posted(client, ISSUED.subject, TEXT, OWN), ISSUED, NAMES)

    assert words.reasons == ()
    assert words.text == OWN


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
@each_client
def test_a_notice_that_shows_everything_is_recognised(client: Client, *, is_html: bool, language: str):
    """Facts, contact, other tickets, who else got it, the buttons of its HTML: nothing of it goes out."""
    notice = a_full_notice(language)
    issued = issued_of(notice)
    seen = html_to_text(html_of(notice)).text if is_html else text_of(notice)
    subject = issued.subject

    for answer in (top_posted(replace(client, sign=""), subject, seen, OWN), bottom_posted(client, subject, seen, OWN)):
        words = outgoing_words(answer, issued, NAMES)

        assert (words.text, words.reasons) == (OWN, ())
    rest = outgoing_words("\n".join([OWN, "", *quote(client, subject, seen)[::2]]), issued, NAMES)
    assert rest.reasons or leaked(rest.text, issued) == []


@each_client
def test_answers_inside_the_quote_keep_the_questions_between_them(client: Client):
    """Customer's lines between the agent's stay, marked as a quote; lines of ours go wherever they stand."""
    words = outgoing_words(inline(client, ISSUED.subject, TEXT, ANSWERS), ISSUED, NAMES)

    assert words.reasons == ()
    lines = [line for line in words.text.split("\n") if line]
    assert lines == [
        "Version 4.2, from the page of its maker.",
        "> And who can come here tomorrow?",
        "Peter comes at ten.",
    ]


@each_client
@pytest.mark.parametrize("own", ["", "\n\n", "--\n"])
def test_a_quote_alone_leaves_nothing(client: Client, own: str):
    """An answer without own words sends nothing, in any client."""
    words = outgoing_words(top_posted(replace(client, sign=""), ISSUED.subject, TEXT, own), ISSUED, NAMES)

    assert words.text == ""
    assert words.reasons == ("no words of your own were left",)


@each_client
def test_short_words_above_a_quote_are_kept(client: Client):
    """The shortest answer is an answer; that the customer wrote the same words takes nothing from it."""
    for own in ("Yes.", "👍", "Thank you very much", "Hello,", "Bob Miller"):
        words = outgoing_words(top_posted(replace(client, sign=""), ISSUED.subject, TEXT, own), ISSUED, NAMES)

        assert (words.text, words.reasons) == (own, ())


@each_client
def test_answers_at_both_ends_lose_nothing(client: Client):
    """Words above and a signature below the quote go out, and no line of ours between them."""
    text = top_posted(client, ISSUED.subject, TEXT, OWN) + "\n\nAcme Ltd, 1 High Street"

    words = outgoing_words(text, ISSUED, NAMES)

    assert words.reasons == ()
    assert leaked(words.text) == []
    assert words.text.startswith(OWN)
    assert words.text.endswith("Acme Ltd, 1 High Street")


@each_client
@pytest.mark.parametrize("kept", [slice(0, 12), slice(6, None), slice(10, 20), slice(0, None, 2)])
def test_a_quote_that_was_shortened_still_leaks_nothing(client: Client, kept: slice):
    """Whatever part of the quote an agent leaves in, no line of ours goes out."""
    text = "\n".join([OWN, "", *quote(client, ISSUED.subject, TEXT)[kept]])

    words = outgoing_words(text, ISSUED, NAMES)

    assert words.reasons or leaked(words.text) == []
    assert words.text.startswith(OWN)


WORDS = st.lists(
    st.sampled_from(
        ["please", "the", "driver", "printer", "on", "floor", "a", "no", "yes", "colleagues", "with", "thank", "you"]
    ),
    min_size=1,
    max_size=9,
).map(" ".join)


@given(st.sampled_from(CLIENTS), st.lists(WORDS, min_size=1, max_size=3), st.data())
@settings(max_examples=150)
def test_no_place_in_the_quote_leaks_a_line(client: Client, own: list[str], data: st.DataObject):
    """Words typed anywhere into any client's quote never take a line of ours along without a reason."""
    lines = quote(client, ISSUED.subject, TEXT)
    for words in own:
        at = data.draw(st.integers(0, len(lines)))
        lines[at:at] = ["", words, ""]

    sent = outgoing_words("\n".join(lines), ISSUED, NAMES)

    assert sent.reasons or leaked(sent.text) == []
    assert sent.reasons or ISSUED.token[:10] not in sent.text


@given(st.text(max_size=400))
def test_any_text_is_read(text: str):
    """Nothing that can be written raises; without a quote nothing is lost."""
    words = outgoing_words(text, ISSUED, NAMES)

    assert words.reasons or words_of(words.text) == words_of(text)


def test_six_words_of_ours_are_asked_about():
    """Copying our facts into own words keeps the mail back; five words or the customer's own words do not."""
    six = "Bob, the ticket 1042 is new, with nobody so far."

    assert outgoing_words(six, ISSUED, NAMES).reasons == (
        "it still holds words of the desk: “ticket 1042 is new with nobody”",
    )
    assert outgoing_words("We have it, and ticket 1042 is new.", ISSUED, NAMES).reasons == ()
    assert outgoing_words("You say it prints blank pages only, whatever I send to it.", ISSUED, NAMES).reasons == ()


def test_the_notices_random_mark_never_goes_out():
    """The mark printed in a notice is found even when it was copied in pieces into own words."""
    mark = ISSUED.token[:10]

    for text in (f"See {mark} please", f"See {mark[:5]}\n> {mark[5:]} please", f"See {mark.upper()}."):
        assert any("random mark" in reason for reason in outgoing_words(text, ISSUED, NAMES).reasons)


def test_an_address_with_a_mark_never_goes_out():
    """An agent's reply address or Message-ID in the words keeps them back: it would speak as the agent."""
    secret = "support+r.zzzzzzzzzzzzzzzz.k1.abcdefghijklmnopqrstuvwx22@acme.example"

    assert outgoing_words(f"Write to {secret}", ISSUED, NAMES).reasons
    assert outgoing_words(f"Write to {secret}", None, NAMES).reasons


def test_courtesy_beside_an_unmarked_quote_is_the_agents():
    """Where a client marks nothing, words that the customer used too are kept at either end of the quote."""
    assert outgoing_words(f"Thank you very much\n\n{TEXT}", ISSUED, NAMES).text == "Thank you very much"
    assert outgoing_words(f"{TEXT}\n\nThank you very much", ISSUED, NAMES).text == "Thank you very much"


def test_a_short_line_of_ours_alone_inside_an_answered_quote_goes():
    """Two words are no proof by themselves; between recognised lines of an unmarked quote they are ours."""
    sent = replace(ISSUED, ours=f"Answer → Bob Miller (customer)\nState: new\nNotice {ISSUED.token[:10]}", quoted="")
    first, second, third = sent.ours.split("\n")

    words = outgoing_words(f"{first}\n\nYes.\n\n{second}\n\nIt is.\n\n{third}", sent, NAMES)

    assert (words.text, words.reasons) == ("Yes.\n\nIt is.", ())
    assert outgoing_words("Yes.\n\nState: new", sent, NAMES).text == "Yes.\n\nState: new"


def test_an_attribution_over_a_deleted_quote_goes():
    """Who deletes the quote often leaves the line above it."""
    for client in CLIENTS:
        if not client.above.startswith((">", "--")):
            text = f"Done.\n\n{client.above.format(subject=ISSUED.subject)}"
            assert outgoing_words(text, ISSUED, NAMES).text == "Done."


def test_an_attribution_that_names_nobody_is_a_guess():
    """What stands above our lines and only looks like an attribution is cut with a reason, so a person looks."""
    text = "\n".join(
        ["Done.", "", "Am 23.11.2026 um 09:12 schrieb jemand:", *(f"> {line}" for line in TEXT.split("\n"))]
    )

    words = outgoing_words(text, ISSUED, NAMES)

    assert words.text == "Done."
    assert words.reasons == ("a line above the quote was cut by guess",)


def test_a_sentence_above_the_quote_is_no_attribution():
    """An agent's last line before the quote stays, even with our name, a colon or a date in it."""
    for last in ("Regards, Acme Support", "Tel. +44 20 1234 567", "Here is what I found:", "See you on 23.11.2026."):
        text = f"Done.\n{last}\n\n" + "\n".join(quote(CLIENTS[0], ISSUED.subject, TEXT))

        assert outgoing_words(text, ISSUED, NAMES).text == f"Done.\n{last}"


def test_what_stands_right_above_an_undressed_quote_is_weighed():
    """A full attribution is cut, half of one is a guess, and a sentence with a date or our name alone stays."""
    marked = "\n".join(f"> {line}" for line in TEXT.split("\n"))

    def above(line: str) -> tuple[str, bool]:
        words = outgoing_words(f"Done.\n{line}\n\n{marked}", ISSUED, NAMES)
        return words.text, bool(words.reasons)

    assert above("On 23/11/2026 09:12, Acme Support wrote:") == ("Done.", False)
    assert above("Here is what Acme Support wrote:") == ("Done.", True)
    assert above("Acme Support opens again on 23.11.2026.") == ("Done.\nAcme Support opens again on 23.11.2026.", False)
    called = "I called on 23.11.2026"
    assert above(f"{called}\nOn 23/11/2026 09:12, Acme Support wrote:") == (f"Done.\n{called}", False)


def test_a_quote_of_something_else_is_asked_about():
    """Marked lines that are not of our mail may be anybody's: they are kept, and a person looks."""
    words = outgoing_words("See below.\n\n> the customer is a nuisance\n> do not tell him", ISSUED, NAMES)

    assert words.reasons == ("something is quoted that is not of the mail that you answered",)
    assert "> the customer is a nuisance" in words.text


def test_words_hidden_among_quoted_lines_are_asked_about():
    """What a client quoted beside our lines and we did not send is cut, and a person looks."""
    lines = [f"> {line}" for line in TEXT.split("\n")]
    lines.insert(3, "> our boss says that this one can wait until next year")

    words = outgoing_words("\n".join(["Done.", "", *lines]), ISSUED, NAMES)

    assert words.text == "Done."
    assert words.reasons == ("quoted lines were cut that are not of the mail that you answered",)


@each_client
def test_a_banner_in_the_notice_is_asked_about(client: Client):
    """What an agent's mail server wrote into the notice parts the quote from its head: a person looks."""
    banner = "CAUTION: this mail comes from outside, do not click on links."

    words = outgoing_words(top_posted(client, ISSUED.subject, f"{banner}\n\n{TEXT}", OWN), ISSUED, NAMES)

    assert words.reasons
    assert leaked(words.text) == []


def test_without_a_mail_of_ours_every_quote_is_a_reason():
    """Where nothing can be compared, plain words go and quotes of any kind are asked about."""
    assert outgoing_words("Please restart it.", None, NAMES).reasons == ()
    for client in CLIENTS:
        text = top_posted(client, "Printer", "internal words", "Please restart it.")
        assert outgoing_words(text, None, NAMES).reasons, client.name


def test_too_long_a_mail_is_not_sent_unread():
    """A mail beyond what is compared is kept back whole."""
    text = "word " * (MOST_CHARACTERS // 5 + 1)

    assert outgoing_words(text, ISSUED, NAMES).reasons


def test_a_colleagues_note_is_no_quote_of_the_customers():
    """A note that the notice showed is cut even between own lines, and six words of it keep a mail back."""
    note = "This customer never pays in time, be polite but slow."
    entries = (desk_values.an_entry(1, text=ASKED), desk_values.an_entry(2, EntryKind.NOTE, "alex", note))
    mail = write(to_alice(), a_decision(an_entry(text=ASKED), an_entry(2, note, EntryKind.NOTE, "alex")))
    shown = as_shown(issued_of(mail), desk_values.known(None, *entries))

    lines = [f"> {line}" for line in text_of(mail).split("\n")]
    between = outgoing_words("\n".join(["First.", *lines, "Last."]), shown, NAMES)
    copied = outgoing_words("You never pays in time, be polite but slow.", shown, NAMES)

    assert "polite" not in between.text
    assert "> Which driver should I install?" in between.text
    assert copied.reasons


def test_a_notice_quoted_by_html_without_lines_is_recognised():
    """A client that runs all lines together, or breaks each word apart, hides nothing."""
    words = TEXT.split()

    for ran in (" ".join(words), "\n".join(words)):
        sent = outgoing_words(f"Done.\n\n{ran}", ISSUED, NAMES)
        assert sent.reasons or leaked(sent.text) == []
