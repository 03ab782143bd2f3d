"""A form's mail: a program sends it, and the matter is whose address stands in it (`requester`, `as: person`).

Anybody may have written any address into a form, as anybody may write any address into From. So whom it names is
claimed, never proved: they get the minimal acknowledgement, under the caps of unproved addresses, however well the
program itself is proved and whatever was proved of them before. A forged mail is nobody's form.
"""

from dataclasses import replace

from maild.desk.acknowledging import why_silent
from maild.desk.case import Case
from maild.desk.ruling import wants
from maild.model.decision import Sender, Trust
from maild.model.mail import Address
from maild.rules.effects import DoNotAcknowledge, TakeAsPerson, TakeRequester
from maild.rules.occasions import Verdicts


def named_requester(case: Case, verdicts: Verdicts) -> Address | None:
    """Give whose matter a mail is by the rules, of several the last; None where they name nobody, or it is forged."""
    if case.sender is not None and case.sender.trust is Trust.FORGED:
        return None
    taken = [done.effect.address for done in verdicts.done if isinstance(done.effect, TakeRequester)]
    if not taken or not taken[-1]:
        return None
    named = {each.address.lower(): each for each in case.message.reply_to}
    return named.get(taken[-1].lower(), Address(taken[-1]))


def as_written_by(case: Case, requester: Address, verdicts: Verdicts) -> Case:
    """Take a form's mail for that of whoever filled it in, where a rule says so."""
    sender = case.sender
    if sender is None or not wants(verdicts, TakeAsPerson):
        return case
    proof = f"a form of {sender.address} names them"
    claimed = Sender(requester.address, requester.name, sender.standing, Trust.CLAIMED, proof, None)
    message = replace(case.message, automatic=None, automatic_proof="", may_answer=True, sender=requester)
    counts = case.facts.requesters.get(requester.address.lower(), case.facts.acknowledgements)
    facts = replace(case.facts, acknowledgements=counts, was_proved_lately=False)
    return replace(case, message=message, sender=claimed, facts=facts)


def why_unanswered(case: Case, verdicts: Verdicts) -> str:
    """Say why rules leave a mail without an answer of the desk; "" where they do not."""
    if wants(verdicts, DoNotAcknowledge):
        return "a rule says so"
    if not wants(verdicts, TakeRequester):
        return ""
    requester = named_requester(case, verdicts)
    if requester is None:
        return "the form names nobody whose matter it could be"
    if not wants(verdicts, TakeAsPerson):
        return "a machine's mail names them"
    if requester.address.lower() not in case.facts.requesters:
        # Something that could not be foreseen filled the address in.
        return "how often they were answered was not asked"
    # Who fills a form in with an address has not written from there: it may still be gone.
    return why_silent(case.facts, requester.address, case.now)
