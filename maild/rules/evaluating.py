"""What a rule set says of a message: every rule in the order written, each seeing what earlier ones set. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from maild.config import kinds
from maild.model.rates import Counted, RateOf, RateQuestion
from maild.rules.conditions import OneOfTest, RateTest, TextTest
from maild.rules.effects import AtLeast, JoinIncident, SameTicket, SetValue, Stop, TakeRequester
from maild.rules.engine import Prepared, leaves, single, texts_of
from maild.rules.fold import PLACEHOLDER, Fold
from maild.rules.implying import parts
from maild.rules.occasions import (
    RESTING,
    Evidence,
    On,
    Origin,
    RateAnswers,
    RuleQuestions,
    Seen,
    TicketView,
    Verdict,
    Verdicts,
)
from maild.rules.reasons import reasons
from maild.rules.scene import Scene, holds, rate_key
from maild.rules.values import Rules
from maild.rules.written import Rule

_LONGEST_KEY = 200
_MOST_REQUESTERS = 10
_NO_TIME = datetime.min.replace(tzinfo=UTC)


def evaluate(  # noqa: PLR0917 - the door's arguments, each of its own type
    rules: Rules,
    on: frozenset[On],
    seen: Seen,
    ticket: TicketView,
    answers: RateAnswers,
    now: datetime,
    *,
    in_full: bool = False,
    are_resting: bool = False,
) -> Verdicts:
    """Hold all rules against a message; `on` says what the mail does to its ticket.

    The verdicts are of the rules that held; `in_full`, for explaining, also of those that did not, with the reason.
    Where rules rest none is asked, and what stands beside them (defaults, customers, fields) goes on.
    """
    held = rules.engine.read(seen)
    fold = Fold(rules, seen, ticket)
    _begin(fold, rules, on, seen, held)
    scene = Scene(rules, seen, held, fold.view, answers, now)
    verdicts: list[Verdict] = []
    counted: list[Counted] = []
    stopped: Rule | None = None
    asked = () if are_resting else rules.engine.prepared if in_full else rules.engine.concerned(held)
    for each in asked:
        rule = each.rule
        if stopped is not None or not rule.on & on:
            verdicts += _not_asked(rule, stopped) if in_full else ()
            continue
        scene.rule, scene.view = rule.name, fold.view
        is_matched = bool(holds(rule.when, scene))
        if each.has_rate and _is_counted(rule, scene):
            counted.append(Counted(RateOf.RULE, rule.name))
        if is_matched or in_full:
            rates = tuple(_rates_of(rule, scene)) if each.has_rate else ()
            verdicts.append(Verdict(origin_of(rule), is_matched, tuple(reasons(rule.when, scene)), rates))
        if is_matched:
            _carry_out(fold, each, on, seen, held)
            stopped = rule if Stop() in rule.then else None
            if stopped is not None and not in_full:
                break
    scene.view = fold.view
    counted += _counted_as_new(scene) if On.NEW in on else ()
    fold.end()
    return Verdicts(
        verdicts=tuple(verdicts),
        done=tuple(fold.done),
        after=fold.view,
        counted=tuple(counted),
        digest=RESTING if are_resting else rules.digest,
        on=on,
        seen=seen,
        before=ticket,
        answers=answers,
    )


def ask_rules(rules: Rules, seen: Seen) -> RuleQuestions:
    """Say what must be known of the store before rules can be asked: of every rule that may still hold."""
    held = rules.engine.read(seen)
    scene = Scene(rules, seen, held, None, RateAnswers(), _NO_TIME)
    rates: dict[RateQuestion, None] = {}
    keys: dict[SameTicket, None] = {}
    requesters: dict[str, None] = {}
    may_join = False
    for each in rules.engine.concerned(held):
        if not each.needs_store:
            continue
        same = [effect for effect in each.rule.then if isinstance(effect, SameTicket)]
        taken = [effect for effect in each.rule.then if isinstance(effect, TakeRequester)]
        joins = any(isinstance(effect, JoinIncident) for effect in each.rule.then)
        scene.rule = each.rule.name
        if _may_hold(each.rule, scene):
            may_join = may_join or joins
            rates |= dict.fromkeys(_rates_of(each.rule, scene))
            captures = _captures(each, seen, held)
            keys |= dict.fromkeys(key for effect in same if (key := _same_ticket(effect, seen, captures)) is not None)
            requesters |= dict.fromkeys(one for effect in taken for one in _requesters(effect, scene))
    return RuleQuestions(tuple(rates), tuple(keys), may_join, tuple(requesters)[:_MOST_REQUESTERS])


def origin_of(rule: Rule) -> Origin:
    """Name a rule as whose an effect is."""
    return Origin(f"rules.{rule.name}", rule.place)


def _begin(fold: Fold, rules: Rules, on: frozenset[On], seen: Seen, held: frozenset[TextTest]) -> None:
    """Give a new ticket its defaults and what its customer has, and any ticket the fields found in the mail."""
    if On.NEW in on:
        priorities = rules.priorities
        origin = Origin("priorities.default", priorities.place)
        for field, value in (("impact", priorities.impact), ("urgency", priorities.urgency)):
            if getattr(fold.view, field) is None:
                fold.apply(SetValue(field, value), origin)
        _be_customer(fold, rules, seen)
    for name, test in rules.engine.finding.items():
        if test in held and not fold.view.fields.get(name):
            found = single(test).find(texts_of(seen, test.asked))
            if found is not None:
                fold.set_field(name, found.captures.get(name, ""), Origin(f"fields.{name}", rules.fields[name].place))


def _be_customer(fold: Fold, rules: Rules, seen: Seen) -> None:
    """Give what is known of the requester, unless somebody else wrote in their name."""
    if seen.trust == "forged":
        return
    contact, customer = rules.find_contact(fold.view.requester), rules.find_customer(fold.view.requester)
    if contact is not None and contact.language:
        fold.speak(contact.language, Origin("contacts", contact.place))
    if customer is None:
        return
    origin = Origin(f"customers.{customer.key}", customer.place)
    if customer.language and fold.view.language is None:
        fold.apply(SetValue("language", customer.language), origin)
    if customer.urgency:
        fold.apply(AtLeast("urgency", customer.urgency), origin)


def _carry_out(fold: Fold, each: Prepared, on: frozenset[On], seen: Seen, held: frozenset[TextTest]) -> None:
    origin, captures = origin_of(each.rule), _captures(each, seen, held)
    for name, value in captures.items():
        fold.set_field(name, value, origin)
    for effect in each.rule.then:
        wanted = _same_ticket(effect, seen, captures) if isinstance(effect, SameTicket) else effect
        if wanted is not None:
            fold.apply(wanted, origin)
        if isinstance(effect, TakeRequester) and On.NEW in on:
            _be_customer(fold, fold.rules, seen)


def _captures(each: Prepared, seen: Seen, held: frozenset[TextTest]) -> dict[str, str]:
    """Give what the patterns of a rule caught; where two catch the same name, the first."""
    caught: dict[str, str] = {}
    for test in each.catching:
        found = single(test).find(texts_of(seen, test.asked)) if test in held else None
        caught = {**(found.captures if found else {}), **caught}
    return caught


def _is_counted(rule: Rule, scene: Scene) -> bool:
    """Whether a mail counts for a rule's own rate: whether it would hold if its rates did, or if they did not."""
    if not any(isinstance(test, RateTest) and test.of is RateOf.RULE for test in leaves(rule.when)):
        return False
    return any(holds(rule.when, replace(scene, rates=rates)) for rates in (True, False))


def _may_hold(rule: Rule, scene: Scene) -> bool:
    return holds(rule.when, scene) is not False


def _rates_of(rule: Rule, scene: Scene) -> Iterator[RateQuestion]:
    for test in leaves(rule.when):
        if not isinstance(test, RateTest):
            continue
        key = rate_key(test.of, scene)
        keys: Iterable[str] = (key,) if key is not None else _possible_keys(test.of, rule, scene)
        yield from (RateQuestion(test.of, each, test.within) for each in keys if each)


def _possible_keys(of: RateOf, rule: Rule, scene: Scene) -> Iterable[str]:
    """Give what may turn out to be the key: of categories those that the rule asks for, where it asks for any."""
    if of is not RateOf.CATEGORY:
        return scene.rules.customers
    wanted = [part for part in parts(rule.when) if isinstance(part, OneOfTest) and part.asked.key == "category"]
    return [key for key in scene.rules.categories if all(key in part.values for part in wanted)]


def _counted_as_new(scene: Scene) -> Iterator[Counted]:
    """Say under what a mail counts that opens a ticket, whatever becomes of it."""
    for of in (RateOf.ADDRESS, RateOf.SENDER_DOMAIN, RateOf.CATEGORY, RateOf.CUSTOMER):
        key = rate_key(of, scene)
        if key:
            yield Counted(of, key)


def _same_ticket(effect: SameTicket, seen: Seen, captures: Mapping[str, str]) -> SameTicket | None:
    """Fill in the key by this mail alone, as the store was asked for it; one with a hole in it is no key."""
    names = {"sender": seen.sender.lower(), "sender_domain": seen.sender.rpartition("@")[2].lower(), **captures}
    if not all(names.get(name) for name in PLACEHOLDER.findall(effect.key)):
        return None
    return replace(effect, key=_as_key(PLACEHOLDER.sub(lambda match: names[match[1]], effect.key)))


def _requesters(effect: TakeRequester, scene: Scene) -> Iterator[str]:
    """Give every address that a rule may take: what stands there, is found there, or any rule may capture there."""
    for name in PLACEHOLDER.findall(effect.address):
        for value in _possible_values(name, scene):
            with suppress(ValueError):
                yield kinds.address(value)


def _possible_values(name: str, scene: Scene) -> Iterator[str]:
    rules, seen, held = scene.rules, scene.seen, scene.held
    if name == "reply_to":
        yield from seen.reply_to[:1]
    test = rules.engine.finding.get(name)
    found = single(test).find(texts_of(seen, test.asked)) if test is not None and test in held else None
    if found is not None:
        yield found.captures.get(name, "")
    for each in rules.engine.concerned(held):
        yield _captures(each, seen, held).get(name, "")


def _as_key(text: str) -> str:
    """Write a key so that one host is one however it is spelled; of a long one, captured anywhere, the sum tells."""
    key = "".join(letter for letter in " ".join(text.split()).casefold() if letter.isprintable())
    return key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]} {sha256(key.encode()).hexdigest()}"


def _not_asked(rule: Rule, stopped: Rule | None) -> tuple[Verdict]:
    why = (
        f"on {' or '.join(sorted(each.value for each in rule.on))}" if stopped is None else f"stopped by {stopped.name}"
    )
    return (Verdict(origin_of(rule), is_matched=False, evidence=(Evidence(why, "", is_met=False),)),)
