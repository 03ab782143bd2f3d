"""Threading: a mail joins its recipient's conversation by ids that this recipient may see."""

import pytest

from maild.composing.lineage import lineage
from maild.marks import Keyring, SigningKey, message_id, root_id, sign
from maild.model.decision import Decision, OpenTicket, Outcome, OutcomeKind, RememberIds, Sender, Standing, Trust
from maild.model.facts import ThreadFacts, TicketFacts
from maild.model.mail import Address, Conversation
from maild.model.outgoing import Meaning, Template, Thread, Wanted
from maild.model.ticket import State

KEY = SigningKey("k1", b"a secret of thirty-two octets ...")
KEYS = Keyring(KEY, {"k1": KEY})
BOB, ALICE = "bob@customer.example", "alice@acme.example"
TOKEN, FIRST, OTHER = "a" * 16, "b" * 16, "c" * 16
DOMAIN = "acme.example"


def wanted(to=BOB, thread=Thread.CUSTOMER, in_reply_to=None):
    meaning = Meaning.CUSTOMER if thread is Thread.CUSTOMER else Meaning.RELAY
    return Wanted(Template.REPLY, to, "", None, 1042, thread, meaning, in_reply_to=in_reply_to)


def decision(sender=BOB, message="<new@customer.example>", references=(), named=None, trust=Trust.PROVED):
    steps = (RememberIds(1042, message, references, frozenset({sender}), named),) if message else ()
    who = Sender(sender, "", Standing.PARTICIPANT, trust, "", None)
    return Decision(Outcome(OutcomeKind.ENTRY, 1042), steps, (), (), who, ())


def known(references=(), last=None, root=FIRST, to=BOB, *, thread=Thread.CUSTOMER, named=None):
    ticket = OpenTicket(1042, "x", State.NEW, "support", None, None, Address(BOB), "en")
    return TicketFacts(ticket, (), 1, {(to, thread): ThreadFacts(root, tuple(references), last, named)})


def placed(wish, decided, facts=None):
    return lineage(wish, decided, facts, TOKEN, keyring=KEYS, domain=DOMAIN)


def root_of(token, to=BOB):
    return root_id(sign(token, to, KEYS), DOMAIN)


def test_the_first_mail_of_a_thread_is_its_own_root():
    """References begin with our pseudo-root and go on with what the customer's mail referred to, then that mail."""
    line = placed(wanted(), decision(references=("<old@customer.example>",)))

    assert line.root == TOKEN
    assert line.references == (root_of(TOKEN), "<old@customer.example>", "<new@customer.example>")
    assert line.in_reply_to == "<new@customer.example>"


def test_later_mails_keep_the_root_of_the_first():
    """Every mail of a thread to one recipient hangs under one root."""
    line = placed(wanted(), decision(), known(["<1@customer.example>"], "<1@customer.example>"))

    assert (line.root, line.references[0]) == (FIRST, root_of(FIRST))
    assert line.references[1:] == ("<1@customer.example>", "<new@customer.example>")


def test_a_relay_carries_nothing_of_the_agents_mail():
    """The mail decided is the agent's: neither its id nor what it referred to reaches the customer."""
    agents = message_id(sign(OTHER, ALICE, KEYS), DOMAIN)
    decided = decision(ALICE, "<alices-laptop@acme.example>", (agents, "<client@acme.example>"))
    line = placed(
        wanted(in_reply_to="<alices-laptop@acme.example>"), decided, known(["<1@c.example>"], "<1@c.example>")
    )

    assert line.references == (root_of(FIRST), "<1@c.example>")
    assert line.in_reply_to == "<1@c.example>"


def test_marks_of_other_recipients_are_dropped():
    """Of our own ids only those issued to this recipient stay, forged ones neither."""
    own = message_id(sign(FIRST, BOB, KEYS), DOMAIN)
    agents = message_id(sign(OTHER, ALICE, KEYS), DOMAIN)
    forged = own.replace(".k1.", ".k2.")
    line = placed(wanted(), decision(references=(own, agents, forged, agents.upper())), known([own, agents]))

    assert line.references == (root_of(FIRST), own, "<new@customer.example>")


def test_long_conversations_are_capped():
    """Twelve references at most: the first four and the last eight, root and newest among them."""
    line = placed(wanted(), decision(), known([f"<{n}@customer.example>" for n in range(40)]))

    assert len(line.references) == 12
    assert line.references[:4] == (root_of(FIRST), *(f"<{n}@customer.example>" for n in range(3)))
    assert line.references[-2:] == ("<39@customer.example>", "<new@customer.example>")


def test_what_is_no_message_id_is_no_reference():
    """Whatever stood in the customer's References, only ids come back."""
    line = placed(wanted(), decision(message="<a b>", references=("x", "<\r\nBcc: y@z>", "<ok@x>")))

    assert line.references[1:] == ("<ok@x>",)
    assert line.in_reply_to == "<ok@x>"


def test_colleagues_follow_the_newest_mail_of_their_thread():
    """A notice answers the last notice to the same person; the first one hangs under the root alone."""
    first = placed(wanted(ALICE, Thread.NOTICE), decision())
    before = message_id(sign(FIRST, ALICE, KEYS), DOMAIN)
    later = placed(wanted(ALICE, Thread.NOTICE), decision(), known([before], to=ALICE, thread=Thread.NOTICE))

    assert first.references == (first.in_reply_to,) == (root_of(TOKEN, ALICE),)
    assert later.references == (root_of(FIRST, ALICE), before)
    assert later.in_reply_to == before


OUTLOOK, LATER = Conversation("AdxE", "Printer"), Conversation("AdxF", "Printer")


@pytest.mark.parametrize(
    ("wish", "decided", "before", "given"),
    [
        (wanted(), decision(named=LATER), OUTLOOK, LATER),
        (wanted(), decision(), OUTLOOK, OUTLOOK),
        (wanted(), decision(ALICE, named=LATER), OUTLOOK, OUTLOOK),
        (wanted(), decision(ALICE, named=LATER), None, None),
        (wanted(), decision(trust=Trust.CLAIMED, named=LATER), OUTLOOK, None),
        (wanted(ALICE, Thread.NOTICE), decision(named=LATER), None, None),
    ],
)
def test_outlooks_name_of_a_thread_goes_back_to_its_owner(wish, decided, before, given):
    """Of the mail in hand, else of an earlier one; never another's, never a claimed sender's, never to colleagues."""
    assert placed(wish, decided, known(named=before)).conversation == given


def test_threads_of_one_person_are_apart():
    """What colleagues write about a ticket internally is another conversation than its notices."""
    line = placed(wanted(ALICE, Thread.INTERNAL), decision(), known(["<n@x>"], to=ALICE, thread=Thread.NOTICE))

    assert line.root == TOKEN
    assert line.references == (root_of(TOKEN, ALICE),)
