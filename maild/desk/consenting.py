"""What somebody outside says who was asked for an approval: a yes or a no, and nothing else.

Only they decide who were asked, in an answer to the mail that asked, proved, and in words in which but a yes or a no
is left after greeting, name, signature and courtesy. "It works now" is an answer to another question. More words are a
mail like any other, and so is what somebody else says.
"""

import re

from maild.desk.case import Case
from maild.desk.courtesy import Answer, find_answer
from maild.model.asked import Asked, all_asked
from maild.model.decision import Trust
from maild.model.outgoing import Template
from maild.model.ticket import APPROVAL_PREFIX, Change, Ticket

_YES = (
    r"yes please|yes|i approve|approved?|i agree|agreed|i consent|ja bitte|ja|ich stimme zu|zugestimmt|einverstanden|"
    r"genehmigt|oui|d'accord|sí|si|sì|sim|tak|ano"
)
_NO = (
    r"no|i reject|rejected?|i do not agree|i don't agree|nein|nicht einverstanden|abgelehnt|ich lehne ab|"
    r"non|não|nie|nee"
)
_WORD = re.compile(rf"(?<!\w)#?(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?!\w)", re.IGNORECASE)
_COURTESY = "thanks"
_LONGEST = 3000


def find_consent(case: Case, ticket: Ticket) -> Change | None:
    """Find what a mail decides about an approval of its ticket; None where it decides nothing."""
    sender, answered = case.sender, case.found.answered
    if sender is None or sender.trust is not Trust.PROVED or answered is None or case.message.attachments:
        return None
    if answered.template is not Template.APPROVAL_ASKED or answered.ticket != ticket.number:
        return None
    address = sender.address.lower()
    shown = {
        key: one for key, one in all_asked(ticket) if one.is_open and address in one.asked and one.n <= answered.seen
    }
    newest = max((one.n for one in shown.values()), default=0)
    candidates = [(key, one) for key, one in shown.items() if one.n == newest]
    is_yes = says_yes(case.message.reply, _names(case, ticket), ticket.language)
    if len(candidates) != 1 or is_yes is None:
        return None
    key, one = candidates[0]
    return Change(f"{APPROVAL_PREFIX}{key}", one.written(), _decided(one, address, is_yes=is_yes).written())


def says_yes(words: str, names: list[str], language: str | None) -> bool | None:
    """Say whether words are but a yes, or but a no; None where they are neither, or both, or more."""
    found = {match.lastgroup for match in _WORD.finditer(words[:_LONGEST])}
    if len(found) != 1 or len(words) > _LONGEST:
        return None
    # With thanks in the place of the word, nothing but courtesy must be left.
    rest = _WORD.sub(_COURTESY, words)
    is_bare = find_answer(rest, names, language) is Answer.COURTESY
    return "yes" in found if is_bare else None


def _decided(one: Asked, address: str, *, is_yes: bool) -> Asked:
    return one.approved_by(address) if is_yes else one.rejected_by(address, "")


def _names(case: Case, ticket: Ticket) -> list[str]:
    people = (case.message.sender, ticket.requester, *ticket.participants)
    return [each.name for each in (*case.house.people(case.now), *people) if each is not None]
