"""Secrets are masked wherever the desk carries words on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.outgoing import Template
from maild.rules.scrubbing import EVERY_KIND, MASK, Scrub
from tests.unit.composing_values import a_composer, a_decision, an_entry, read, text_of, to_alice, to_customer, write
from tests.unit.rules_values import ALICE, problems_of, rules_of


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Card 4111 1111 1111 1111 12/27", f"Card {MASK} 1111 12/27"),
        ("5555-5555-5555-4444", f"{MASK} 4444"),
        ("amex 378282246310005.", f"amex {MASK} 0005."),
        ("call +44 20 7946 0958 or 4111111111111111", f"call +44 20 7946 0958 or {MASK} 1111"),
        ("My password is kumquat3q.", f"My password is {MASK}"),
        ("password: hunter2", f"password: {MASK}"),
        ("PASSWORD=hunter", f"PASSWORD={MASK}"),
        ("Passwort lautet: geheim", f"Passwort lautet: {MASK}"),
        ("Passwort:\n> Geheim!1", f"Passwort:\n> {MASK}"),
        ("contraseña: abc123", f"contraseña: {MASK}"),
        ("пароль: qwerty12", f"пароль: {MASK}"),
        ("I set the password to Foo#bar1 today", f"I set the password to {MASK} today"),
        ('password is "correct horse', f"password is {MASK} horse"),
        ("key AKIAIOSFODNN7EXAMPLE, rest", f"key {MASK}, rest"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", MASK),
        ("sk_live_0123456789abcdefABCDEF", MASK),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", f"{MASK} x"),
    ],
)
def test_secrets_are_masked(text: str, masked: str):
    """Cards by their checksum, passwords after the usual words, keys by their shapes."""
    assert EVERY_KIND.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "The password is required",
        "My password is wrong, and the new one is not accepted.",
        "password reset please",
        "Das Passwort ist abgelaufen.",
        "order 1234 5678 9012 3456",
        "tracking 9999 9999 9999 9995",
        "0049 30 1234567",
        "ticket [#1042] of 2026-11-28 10:00",
        "Error 809 on AKIA",
        "Set a new password: https://acme.example/reset?user=7",
        "Neues Passwort:\n<https://acme.example/Reset#7>",
    ],
)
def test_words_and_other_numbers_stay(text: str):
    """What is none of these goes on as it is."""
    assert EVERY_KIND.mask(text) == text


@given(st.text(alphabet="4157 -\npasword:=is1Xé", max_size=200))
def test_masked_twice_is_masked_once(text: str):
    """And no card number is left."""
    masked = EVERY_KIND.mask(text)

    assert EVERY_KIND.mask(masked) == masked
    assert not re.search(r"4111 ?1111 ?1111 ?1111", masked)


def test_only_what_is_named_is_masked():
    """And patterns of one's own."""
    scrub = Scrub(["passwords"], [r"EMP-\d{6}"])

    assert scrub.mask("4111 1111 1111 1111, password: x1y2, emp-123456") == (
        f"4111 1111 1111 1111, password: {MASK} {MASK}"
    )


SECTION = "privacy:\n  scrub: [card-numbers, {employee: 'EMP-\\d{6}'}]\n"


def test_the_section_names_kinds_and_patterns():
    """Each kind by its word; a pattern of one's own by a name."""
    rules = rules_of(ALICE, SECTION)

    assert rules.scrub.mask("EMP-123456 4111111111111111 password: x1") == f"{MASK} {MASK} 1111 password: x1"


def test_no_mail_carries_what_is_masked():
    """Neither a notice, in its subject, nor an answer to the customer: whoever wrote the words."""
    composer = a_composer(scrub=EVERY_KIND)
    decision = a_decision(an_entry(text="It says: password: hunter2."), subject="Card 4111 1111 1111 1111")

    notice = write(to_alice(), decision, composer)
    answer = write(to_customer(Template.REPLY, text="The new password: hunter2.", by="alice"), decision, composer)

    assert f"password: {MASK}" in text_of(notice)
    assert f"The new password: {MASK}" in text_of(answer)
    for mail in (notice, answer):
        assert b"hunter2" not in mail.wire
        assert "4111 1111" not in str(read(mail)["Subject"])


def test_an_acknowledgement_repeats_no_secret():
    """Their own words come back to them without it: this mail, too, lies around."""
    decision = a_decision(an_entry(text="The password is hunter2x, hurry."))

    mail = write(to_customer(), decision, a_composer(scrub=EVERY_KIND))

    assert f"> The password is {MASK} hurry." in text_of(mail)
    assert b"hunter2x" not in mail.wire


def test_unknown_kinds_are_complained_of():
    """At their place, and with what there is."""
    (problem,) = problems_of(ALICE, "privacy:\n  scrub: [cards]\n")

    assert problem.startswith("2.yaml:2:11: privacy.scrub")
