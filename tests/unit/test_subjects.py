"""What mailers and servers put in front of a subject, in the world's languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desk.subjects import ticket_subject
from maild.subjects import PREFIXES, Prefix, find_prefixes, is_forward, without_prefixes

ANSWERED = [(language, word) for language, words in PREFIXES.items() for word in words[0].split("|")]
FORWARDED = [(language, word) for language, words in PREFIXES.items() for word in words[1].split("|")]


def dressed(word: str) -> list[str]:
    return [f"{word}:", f"{word.upper()}:", f"{word.title()} :", f"{word}[5]:", f"{word}(2):", f"{word}：", f"{word}²:"]


@pytest.mark.parametrize(("language", "word"), [*ANSWERED, *FORWARDED])
def test_prefixes_of_the_worlds_mailers_are_stripped(language, word):
    """In any letter case and with any way of counting, alone or in a chain."""
    for prefix in dressed(word):
        assert without_prefixes(f"{prefix} Printer: dead") == "Printer: dead"
        assert without_prefixes(f"Re: {prefix}{prefix} Fwd: Printer") == "Printer"


def test_at_least_twenty_five_languages_are_known():
    """The contract's number."""
    assert len(PREFIXES) >= 25


@pytest.mark.parametrize(("language", "word"), FORWARDED)
def test_forwards_are_known(language, word):
    """A forward is no answer, also behind the desk's tag, a banner or another prefix."""
    kind = Prefix.EITHER if word == "vs" else Prefix.FORWARD
    for prefix in dressed(word):
        assert find_prefixes(f"{prefix} [#1042] Printer") == (kind,)
        assert find_prefixes(f"[ACME #1042] {prefix} Printer") == (kind,)
        assert find_prefixes(f"[EXTERNAL] AW: {prefix} Printer") == (Prefix.ANSWER, kind)
        assert is_forward(f"AW: {prefix} Printer") is (word != "vs")


@pytest.mark.parametrize(("language", "word"), ANSWERED)
def test_answers_are_no_forwards(language, word):
    """Finnish "VS" alone may be one: Danes and Norwegians write it before what they pass on."""
    for prefix in dressed(word):
        assert find_prefixes(f"{prefix} [#1042] Printer") == (Prefix.EITHER if word == "vs" else Prefix.ANSWER,)
        assert not is_forward(f"{prefix} Printer")


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [EXTERNAL] Re: Printer",
        "[EXT] AW: WG: Printer",
        "AW: [EXTERN] Printer",
        "[External Sender] Re: Printer",
        "[EXTERNAL EMAIL] FW: [External] Printer",
        "TR: [EXTERNE] RE : Printer",
        "EXTERNAL: Re: Printer",
        "EXT: Printer",
        "***SPAM*** Re: Printer",
        "[SPAM?] Printer",
        "{Spam?} Re: Printer",
        "RE: [!!EXTERNAL!!] Printer".replace("!!", "!"),
        "回复: 【外部】Re: Printer",
        "[Внешнее письмо] Отв: Printer",
        "\u200fRe: Printer",
        "Re:Re:Re: Printer",
        "Re: Re[2]: AW: Fwd: RE^3: Re*4: Printer",
        "Ｒｅ：Printer",
        "Re∶ Printer",
        "RÉ\xa0: Printer",
        "Va\u0301: Printer",
        "İLT: Printer",
        "  re :Printer  ",
    ],
)
def test_banners_and_odd_signs_are_stripped(subject):
    """What a gateway writes between the prefixes is not the matter either."""
    assert without_prefixes(subject) == "Printer"


@pytest.mark.parametrize(
    "subject",
    [
        "Reset: how?", "Printer: dead", "External hard disk", "external: hard disk", "[Printer] dead", "Spam filter",
        "Forwarding does not work", "I have a question", "R2D2", "[#1042] Re: Printer", "Re",
        "Trip: Rome", "①: first", "CT: scan", "[EXTERNALLY] x", "Video: x",
    ],
)  # fmt: skip
def test_subjects_without_prefix_stay_as_they_are(subject):
    """Words that only look like a prefix are the matter itself."""
    assert without_prefixes(subject) == subject
    assert find_prefixes(subject) == ((Prefix.ANSWER,) if subject.startswith("[#1042]") else ())


def test_the_matter_itself_is_not_rewritten():
    """Full-width letters and ligatures behind a prefix are the sender's own."""
    assert without_prefixes("Re: ﬁle ① ２") == "ﬁle ① ２"


def test_a_ticket_has_a_subject():
    """Whatever is left of the first mail's, within bounds."""
    assert ticket_subject("Re: [EXTERNAL] Fwd: Printer") == "Printer"
    assert ticket_subject("Re: ") == "(no subject)"
    assert ticket_subject("  ") == "(no subject)"
    assert len(ticket_subject("x" * 9999)) == 500


@pytest.mark.parametrize("piece", ["Re:", "Re: ", "[EXTERNAL]", "[", "*", " ", "Re[", "\u200b", "[ext ", "fw 1"])
def test_a_hostile_subject_costs_nothing(piece):
    """The cost grows with the length alone."""
    started = time.process_time()
    without_prefixes(piece * (16_000 // len(piece)))
    find_prefixes(piece * (16_000 // len(piece)))
    assert time.process_time() - started < 0.5


@given(
    st.lists(st.sampled_from(["Re:", " ", "[EXT]", "Fwd", ":", "x", "[#1]", "İ", "ß", "\ud800"])).map("".join)
    | st.text()
)
def test_stripping_ends_and_strips_all(subject):
    """Stripped once, there is nothing left to strip."""
    rest = without_prefixes(subject)
    assert without_prefixes(rest) == rest
