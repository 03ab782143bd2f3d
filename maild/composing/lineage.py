"""Whom a mail answers: the ids that make it part of one conversation in its recipient's client (RFC 5322, 3.6.4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from maild.composing.headers import is_message_id
from maild.marks import Keyring, find_marks, is_genuine, root_id, sign
from maild.model.decision import Decision, RememberIds, Trust
from maild.model.facts import ThreadFacts, TicketFacts
from maild.model.mail import Conversation
from maild.model.outgoing import ACKNOWLEDGEMENTS, Thread, Wanted

_FIRST, _LAST = 4, 8  # of a long conversation: where it began, and where it is now


@dataclass(frozen=True, slots=True)
class Lineage:
    """The token of the thread's first mail, the ids for References and In-Reply-To, and how Outlook names it."""

    root: str
    references: tuple[str, ...]
    in_reply_to: str | None
    conversation: Conversation | None


def lineage(
    wanted: Wanted, decision: Decision, known: TicketFacts | None, token: str, *, keyring: Keyring, domain: str
) -> Lineage:
    """Place a mail in its recipient's thread, by ids that this recipient has seen and by none of anybody else's."""
    thread = _thread_of(wanted, known)
    own, newest = _just_received(wanted, decision)
    last = (thread.last,) if thread.last else ()
    seen = _unique(one for one in (*thread.references, *last, *own) if _may_be_shown(one, wanted.to, keyring))
    root_token = thread.root or token
    root = root_id(sign(root_token, wanted.to, keyring), domain)
    parent = _parent(wanted, thread, newest, seen)
    references = _unique((root, *seen, *((parent,) if parent else ())))
    if parent is None and wanted.thread is not Thread.CUSTOMER:
        parent = root
    return Lineage(root_token, _capped(references), parent, _conversation(wanted, decision, thread))


def _thread_of(wanted: Wanted, known: TicketFacts | None) -> ThreadFacts:
    if known is not None:
        for address in (wanted.to, wanted.to.lower()):
            if thread := known.threads.get((address, wanted.thread)):
                return thread
    return ThreadFacts(None, (), None)


def _just_received(wanted: Wanted, decision: Decision) -> tuple[tuple[str, ...], str | None]:
    """Give the ids of the mail that is being decided, if it is the recipient's own: its references, then itself.

    Anybody else's must not reach them: an agent's Message-ID names the agent's host and client.
    """
    if decision.sender is None or decision.sender.address.lower() != wanted.to.lower():
        return (), None
    for step in decision.steps:
        if isinstance(step, RememberIds) and step.number == wanted.ticket:
            own = (step.message_id,) if step.message_id else ()
            # What an unproved mail refers to may be anything, even words, and the recipient may never have seen it.
            is_proved = _is_proved(decision) or wanted.template not in ACKNOWLEDGEMENTS
            return (*(step.references if is_proved else ()), *own), step.message_id
    # A mail that changed nothing is answered too, and its writer knows its id.
    own = (wanted.in_reply_to,) if wanted.in_reply_to else ()
    return own, wanted.in_reply_to


def _conversation(wanted: Wanted, decision: Decision, thread: ThreadFacts) -> Conversation | None:
    """Give back how the recipient's own Outlook names the thread, by the mail in hand or by an earlier one."""
    if wanted.thread is not Thread.CUSTOMER:
        return None
    sender = decision.sender
    is_theirs = sender is not None and sender.address.lower() == wanted.to.lower()
    if is_theirs and not _is_proved(decision):
        return None
    for step in decision.steps:
        if (
            is_theirs
            and isinstance(step, RememberIds)
            and step.number == wanted.ticket
            and step.conversation is not None
        ):
            return step.conversation
    return thread.conversation


def _is_proved(decision: Decision) -> bool:
    return decision.sender is not None and decision.sender.trust is Trust.PROVED


def _parent(wanted: Wanted, thread: ThreadFacts, newest: str | None, seen: tuple[str, ...]) -> str | None:
    theirs = thread.last if wanted.thread is Thread.CUSTOMER else None
    for one in (wanted.in_reply_to, newest, theirs, *seen[-1:]):
        if one is not None and one in seen:
            return one
    return None


def _may_be_shown(one: str, recipient: str, keyring: Keyring) -> bool:
    if not is_message_id(one):
        return False
    return all(is_genuine(mark, recipient, keyring) for mark in find_marks((one,)))


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _capped(ids: tuple[str, ...]) -> tuple[str, ...]:
    return ids if len(ids) <= _FIRST + _LAST else (*ids[:_FIRST], *ids[-_LAST:])
