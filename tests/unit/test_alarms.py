"""What the administrators are told when the desk itself is in trouble."""

from dataclasses import replace
from datetime import timedelta

import pytest

from maild.desk import decide_alarm, words_of
from maild.model.outgoing import Meaning, Template
from maild.model.trouble import Alarm, TroubleKind, TroubleSpot
from tests.unit.desk_values import HOUSE, NOW

ALARM = Alarm(TroubleSpot(TroubleKind.RELAY, "main"), "mx.acme.example:587: 421 busy", timedelta(hours=2))


@pytest.mark.parametrize("kind", list(TroubleKind))
def test_every_trouble_has_words(kind: TroubleKind):
    """What is wrong, since when and why, and what that means for the mail; then that it is over."""
    alarm = Alarm(TroubleSpot(kind, "the-name"), "the reason", timedelta(hours=2))
    headline, why, meanwhile = words_of(alarm, NOW)
    over, last = words_of(replace(alarm, is_over=True), NOW)

    assert headline.startswith("alarm: ")
    assert over == f"all clear: it is over that {headline.removeprefix('alarm: ')}"
    assert why.endswith("UTC: the reason") and last.endswith("the reason")
    assert meanwhile.endswith(".")


def test_who_is_told_is_who_is_named():
    """`admins` are the administrators of today, anything else is an address; nobody's answer means anything."""
    mails = decide_alarm(ALARM, ("admins", "it@acme.example"), HOUSE, NOW).mails

    assert [mail.to for mail in mails] == ["rita@acme.example", "it@acme.example"]
    assert {(mail.template, mail.meaning, mail.ticket) for mail in mails} == {(Template.ALARM, Meaning.NOTHING, None)}
    assert mails[0].about[0] == "alarm: relay main takes no mail"
