"""Commands that say more about a ticket: who takes part, tags, fields, subject, language, knowledge."""

import re

from maild.desk.hints import hint
from maild.desk.house import is_same
from maild.desk.identity import FIELD as IDENTITY
from maild.desk.identity import forgotten
from maild.desk.orders.plan import Plan
from maild.desk.subjects import ticket_subject
from maild.model.decision import AddParticipant, RemoveParticipant
from maild.model.mail import Address
from maild.model.saying import say
from maild.model.ticket import FIELD_PREFIX
from maild.rules import Field

KB_TAG = "kb"
_MOST = 20
_PARTICIPANT = re.compile(
    r"([+-])? ?((?:\"[^\"]*\"|[^<>,;+\"@-][^<>,;+\"@]*?) ?<[^<>\s]+@[^<>\s]+>|<?[^<>\s,;+-][^<>\s,;]*@[^<>\s,;]+>?)"
)
_NAMED = re.compile(
    r"(?:for |to |at )?\"?(?P<name>[^\"<>]*?)\"? ?<?(?P<address>[^<>\s\"]+@[^<>\s]+?)>?\Z", re.IGNORECASE
)
_TAGS = re.compile(r"([+-]?)([^\s,;]+)")
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\Z")
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?\Z")


def cc(plan: Plan, argument: str) -> None:
    """Let people take part, or no more."""
    for sign, written in _PARTICIPANT.findall(argument):
        who = read_address(written)
        if sign == "-":
            _remove(plan, who)
        elif _may_take_part(plan, who, "cc"):
            _join(plan, who)


def requester(plan: Plan, argument: str) -> None:
    """Say whose matter it is; whoever was that before hears no more of it."""
    who = read_address(argument)
    if not plan.house.is_outside(who.address, plan.now):
        plan.refuse(
            say("#requester {argument}: {address} is an address of this desk", argument=argument, address=who.address)
        )
        return
    if not plan.set("requester", who.address):
        plan.done.append(f"it was {who.address}'s matter already")
        return
    plan.set("requester_name", who.name)
    if plan.set(IDENTITY, None):  # what was proved is another's
        plan.add(*forgotten(plan.ticket.number))
    for each in plan.ticket.participants:
        if is_same(each.address, who.address):
            plan.take_part(RemoveParticipant(plan.ticket.number, each.address))
    plan.done.append(f"{who.address} is the requester now")


def tag(plan: Plan, argument: str) -> None:
    """Set and remove tags."""
    for sign, name in _TAGS.findall(argument):
        has_it = name in plan.ticket.tags
        if sign == "-" and not has_it:
            plan.refuse(
                say("#tag -{name}: the ticket has no such tag{hint}", name=name, hint=hint(name, plan.ticket.tags))
            )
        elif sign == "-":
            plan.remove_value("tag", name)
            plan.done.append(f"tag {name} removed")
        elif not has_it:
            plan.add_value("tag", name)
            plan.done.append(f"tagged {name}")


def field(plan: Plan, argument: str) -> None:
    """Set a field of the rule files; an empty value removes it."""
    name, _, value = (part.strip() for part in argument.partition("="))
    value = value.strip('"').strip()
    known = plan.house.rules.fields
    if name not in known:
        plan.refuse(say("#field {name}: the rule files have no such field{hint}", name=name, hint=hint(name, known)))
        return
    problem = _problem_with(known[name], value) if value else ""
    if problem:
        plan.refuse(say("#field {name}={value}: {problem}", name=name, value=value, problem=problem))
        return
    plan.set(f"{FIELD_PREFIX}{name}", value or None)
    plan.done.append(f"{name} = {value}" if value else f"{name} removed")


def subject(plan: Plan, argument: str) -> None:
    """Call it otherwise."""
    new = ticket_subject(argument)
    plan.set("subject", new)
    plan.done.append(f"it is called “{new}” now")


def language(plan: Plan, argument: str) -> None:
    """Choose the language that the desk writes to the customer in."""
    code = argument.lower()
    if not _LANGUAGE.match(code):
        plan.refuse(say("#language {argument}: write the language's code, like en or de", argument=argument))
        return
    plan.set("language", code)
    plan.done.append(f"the desk writes in {code} now")


def kb(plan: Plan, _argument: str) -> None:
    """Mark the resolution as worth an article."""
    if KB_TAG not in plan.ticket.tags:
        plan.add_value("tag", KB_TAG)
    plan.done.append("its resolution is marked for the knowledge base")


def feedback(plan: Plan, argument: str) -> None:
    """Keep what somebody says of the procedure, for its reviewer."""
    plan.notes.append((argument, ("feedback",)))
    plan.done.append(f"your feedback was kept: {argument}")


def read_address(written: str) -> Address:
    """Read an address as a command takes it, with or without a name."""
    match = _NAMED.match(written.strip())
    if match is None:
        return Address(written.strip("<> "), "")
    local, at, domain = match["address"].rpartition("@")
    return Address(f"{local}{at}{domain.lower().rstrip('.')}", match["name"].strip())


def _problem_with(known: Field, value: str) -> str:
    """Say why a value is none of a field's type."""
    match known.type:
        case "number" | "money" if not _NUMBER.match(value):
            return "it takes a number"
        case "one-of" if value not in known.one_of:
            return f"it takes one of {', '.join(known.one_of)}"
        case "date" if not _DATE.match(value):
            return "it takes a day like 2026-11-30"
        case _:
            return ""


def _may_take_part(plan: Plan, who: Address, word: str) -> bool:
    person = plan.house.find_agent(who.address, plan.now)
    if person is not None:
        plan.refuse(
            say(
                "#{word} {address}: {name} works here and sees the ticket; #note tells colleagues",
                word=word,
                address=who.address,
                name=person.name,
            )
        )
    elif plan.house.is_ours(who.address):
        plan.refuse(say("#{word} {address}: this is an address of the desk itself", word=word, address=who.address))
    elif len(plan.ticket.participants) >= _MOST:
        plan.refuse(
            say("#{word} {address}: {count} people take part already", word=word, address=who.address, count=_MOST)
        )
    else:
        return True
    return False


def _join(plan: Plan, who: Address) -> None:
    owner = plan.ticket.requester
    there = (*plan.ticket.participants, *((owner,) if owner else ()))
    if any(is_same(each.address, who.address) for each in there):
        plan.done.append(f"{who.address} takes part already")
        return
    plan.take_part(AddParticipant(plan.ticket.number, who))
    plan.done.append(f"{who.address} takes part from the next mail on")


def _remove(plan: Plan, who: Address) -> None:
    for each in plan.ticket.participants:
        if is_same(each.address, who.address):
            plan.take_part(RemoveParticipant(plan.ticket.number, each.address))
            plan.done.append(f"{each.address} takes part no more")
            return
    others = ", ".join(each.address for each in plan.ticket.participants) or "nobody"
    plan.refuse(say("#cc -{address}: they take no part in it; {others} does", address=who.address, others=others))
