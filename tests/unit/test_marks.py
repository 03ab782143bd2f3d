"""Marks are ours or not, whatever a mailer does to their letters and whoever shows them."""

from hypothesis import given
from hypothesis import strategies as st

from maild.marks import (
    Keyring,
    Mark,
    SigningKey,
    bounce_address,
    find_marks,
    find_tags,
    is_genuine,
    message_id,
    new_token,
    reply_address,
    root_id,
    sign,
    subject_tag,
)

OLD = SigningKey("k1", b"an old secret of the desk")
NEW = SigningKey("k2", b"a new secret of the desk.")
RING = Keyring(NEW, {"k1": OLD, "k2": NEW})
TOKEN = new_token(bytes(range(10)))
BOB = "bob@customer.example"


def test_a_mark_proves_its_recipient_and_nobody_else():
    """A mark shown by another address than it was signed for proves nothing."""
    mark = sign(TOKEN, BOB, RING)

    assert is_genuine(mark, BOB, RING)
    assert is_genuine(mark, "Bob@Customer.Example", RING)
    assert not is_genuine(mark, "eve@customer.example", RING)


def test_a_rotated_key_still_proves_its_old_marks():
    """Key rotation leaves the marks of mails already sent genuine."""
    before = sign(TOKEN, BOB, Keyring(OLD, {"k1": OLD}))

    assert before.key == "k1"
    assert is_genuine(before, BOB, RING)
    assert not is_genuine(before, BOB, Keyring(NEW, {"k2": NEW}))


@given(st.integers(0, 25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_changed_letter_spoils_a_mark(place: int, letter: str):
    """No letter of a signature can be changed."""
    mark = sign(TOKEN, BOB, RING)
    forged = Mark(mark.token, mark.key, mark.signature[:place] + letter + mark.signature[place + 1 :])

    assert is_genuine(forged, BOB, RING) == (forged == mark)


def test_a_mark_of_one_mail_is_none_of_another():
    """Neither the token nor the key's id can be exchanged under a signature."""
    mark = sign(TOKEN, BOB, RING)

    assert not is_genuine(Mark(new_token(bytes(10)), mark.key, mark.signature), BOB, RING)
    assert not is_genuine(Mark(mark.token, "k1", mark.signature), BOB, RING)


def test_every_written_form_is_read_back():
    """Message-ID, pseudo-root, reply and bounce address all name the mail, in any letter case."""
    mark = sign(TOKEN, BOB, RING)
    forms = (
        message_id(mark, "acme.example"),
        root_id(mark, "acme.example"),
        reply_address(mark, "support@acme.example"),
        bounce_address(mark, "support@acme.example"),
    )

    for form in forms:
        assert find_marks([form]) == (mark,)
        assert find_marks([form.upper()]) == (mark,)
        assert find_marks([f"SRS0=xy=tt=acme.example={form}"]) == (mark,)
    assert find_marks(forms) == (mark,)


def test_a_reply_address_fits_the_standard():
    """A mark of an ordinary queue's address leaves the local part within RFC 5321's 64 octets."""
    local, _, domain = reply_address(sign(TOKEN, BOB, RING), "support@acme.example").partition("@")

    assert domain == "acme.example"
    assert len(local) <= 64


def test_marks_come_in_the_order_met():
    """The caller's order (newest reference first) decides, so the finder keeps it."""
    first, second = sign(new_token(b"a" * 10), BOB, RING), sign(new_token(b"b" * 10), BOB, RING)

    assert find_marks([f"{message_id(second, 'x')} {message_id(first, 'x')}", root_id(second, "x")]) == (second, first)


@given(st.lists(st.text(max_size=200), max_size=5))
def test_hostile_text_is_welcome(texts: list[str]):
    """Whatever stands in a header, looking for marks and tags raises nothing."""
    for mark in find_marks(texts):
        assert not is_genuine(mark, BOB, RING)
    for text in texts:
        find_tags(text, "", ["Ticket#"])


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_can_be_signed(address: str, other: str):
    """Signing copes with every alphabet and with halves of characters; equal means equal in lower case."""
    assert is_genuine(sign(TOKEN, address, RING), other, RING) == (address.lower() == other.lower())


@given(st.integers(1, 10**11), st.sampled_from(["", "ACME", "a.b+c"]), st.text(max_size=30))
def test_a_written_tag_is_read_back(number: int, tag: str, rest: str):
    """The tag that we write in a subject is found in it, whatever stands around it."""
    assert number in find_tags(f"{rest} {subject_tag(number, tag)} {rest}", tag, [])


def test_tags_of_others_are_text():
    """With a tag of our own, plain numbers and other desks' tags claim nothing; near misses never do."""
    assert find_tags("[#17] and [OTHER #18]", "ACME", []) == ()
    assert find_tags("[ACME #17]", "", []) == ()
    assert find_tags("#17 [17] [# 17] [#17b] [#x] [#]", "", []) == ()
    assert find_tags("[#" + "9" * 40 + "]", "", []) == ()


def test_internal_and_old_tags_count():
    """Internal matters and the desk that was here before have tags that find their ticket too."""
    assert find_tags("Re: [#1042 internal] Printer", "", []) == (1042,)
    assert find_tags("[Ticket#2201] [rt.acme #2202] [#5] [#5]", "", ["Ticket#", "rt.acme"]) == (5, 2201, 2202)
    assert find_tags("[2203]", "", ["", " "]) == ()
