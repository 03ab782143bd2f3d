"""Who wrote, by a grammar that leaves no second reading; to whom, as well as can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.mail import Address
from maild.parsing import Flag, ReadingLimits
from maild.parsing.adapter import scan_addresses
from maild.parsing.addresses import parse_addresses, parse_sender
from maild.parsing.charsets import clean_line

LIMITS = ReadingLimits()


def sender_of(*values: str | bytes) -> Address | None:
    return parse_sender([value if isinstance(value, bytes) else value.encode() for value in values], (), LIMITS)[0]


def listed(*values: str | bytes) -> list[str]:
    raw = [value if isinstance(value, bytes) else value.encode() for value in values]
    return [
        f"{each.name} <{each.address}>" if each.name else each.address for each in parse_addresses(raw, (), LIMITS)[0]
    ]


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("bob@example.com", "bob@example.com", ""),
        ("<bob@example.com>", "bob@example.com", ""),
        ("Bob Miller <bob@EXAMPLE.com>", "bob@example.com", "Bob Miller"),
        ("Bob.Miller@Example.COM", "Bob.Miller@example.com", ""),
        ('"Miller, Bob" <bob@example.com>', "bob@example.com", "Miller, Bob"),
        ('"Bob \\"Bobby\\" Miller" <bob@example.com>', "bob@example.com", 'Bob "Bobby" Miller'),
        ("bob@example.com (Bob Miller)", "bob@example.com", "Bob Miller"),
        ("Bob (at home) <bob@example.com>", "bob@example.com", "Bob"),
        ("Joe Q. Public <joe@example.com>", "joe@example.com", "Joe Q. Public"),
        ("[Acme] Bob <bob@example.com>", "bob@example.com", "[Acme] Bob"),
        ('"bob@home" <bob@example.com>', "bob@example.com", "bob@home"),
        ("bob@example.com <bob@example.com>", "bob@example.com", ""),
        ("=?utf-8?q?M=C3=BCller=2C_Bob?= <bob@example.com>", "bob@example.com", "Müller, Bob"),
        ("=?iso-8859-1?Q?M=FCller,=20Bob?= <bob@example.com>", "bob@example.com", "Müller, Bob"),
        (
            "=?utf-8?Q?M=C3=BCller?= =?utf-8?Q?,_Bob_(Sales)?= <bob@example.com>",
            "bob@example.com",
            "Müller, Bob (Sales)",
        ),
        ('"=?utf-8?q?M=C3=BCller?=" <bob@example.com>', "bob@example.com", "Müller"),
        ("Jöhn <jöhn@mächine.example>", "jöhn@mächine.example", "Jöhn"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp", ""),
        ('"bob miller"@example.com', '"bob miller"@example.com', ""),
        ("bob@[192.0.2.1]", "bob@[192.0.2.1]", ""),
    ],
)
def test_one_address_is_the_sender(value: str, address: str, name: str) -> None:
    """One address, however it is dressed, is who wrote."""
    assert sender_of(value) == Address(address, name)


@pytest.mark.parametrize(
    "value",
    [
        "alice@corp.example <bob@evil.example>",
        "alice@corp.example, bob@evil.example",
        "Alice <alice@corp.example>, bob@evil.example",
        "<alice@corp.example> <bob@evil.example>",
        "alice@corp.example bob@evil.example",
        "Staff: alice@corp.example;",
        "undisclosed-recipients:;",
        "=?utf-8?Q?alice@corp.example,?= <bob@evil.example>",
        "<@relay.example:alice@corp.example>",
        '(" ) <alice@corp.example> (") <bob@evil.example>',
        "Alice <alice@corp.example> (x",
        "Alice <alice@corp.example",
        "alice@corp.example>",
        "Alice alice@corp.example",
        "Alice <alice>",
        "<>",
        "Alice <alice@corp.example> trailing",
        "Alice\\ <alice@corp.example>",
        "Miller, Bob <bob@example.com>",
        "=?utf-8?q?alice=40corp.example?=",
        "=?utf-8?q?alice?=@corp.example",
        "alice@boo\u212a.example",
        "alice@\uff43orp.example",
        "alice@corp.example\rFrom: bob@evil.example",
        "alice@corp\x00.example",
        "alice@corp.example\x0b",
    ],
)
def test_a_second_reading_makes_the_sender_unknown(value: str) -> None:
    """What another program could read as somebody else, or as nobody, is nobody."""
    assert parse_sender([value.encode()], (), LIMITS) == (None, Flag.SENDER_UNKNOWN)


def test_two_from_fields_are_no_sender() -> None:
    """Which of two fields counts is anybody's guess, so neither does, not even when they agree."""
    twice = [b"alice@corp.example", b"alice@corp.example"]

    assert parse_sender(twice, (), LIMITS) == (None, Flag.SENDER_SEVERAL)


def test_no_from_is_no_sender() -> None:
    """An empty field and a missing one say the same: nobody."""
    assert parse_sender([], (), LIMITS) == (None, Flag.SENDER_MISSING)
    assert parse_sender([b""], (), LIMITS) == (None, Flag.SENDER_MISSING)


def test_fifty_thousand_brackets_are_no_sender() -> None:
    """Nested comments, on which the standard library recurses to its death, are counted and refused."""
    assert sender_of("(" * 9_000 + "alice@corp.example") is None
    assert sender_of("(" * 50_000 + ")" * 50_000 + "alice@corp.example") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@x.example, b@y.example", ["a@x.example", "b@y.example"]),
        ("a@x.example; b@y.example;", ["a@x.example", "b@y.example"]),
        ("a@x.example b@y.example", ["a@x.example", "b@y.example"]),
        ("A Group: Ann <a@x.example>, b@y.example;, c@z.example", ["Ann <a@x.example>", "b@y.example", "c@z.example"]),
        ("undisclosed-recipients:;", []),
        ('"x; y" <a@x.example>,, <b@y.example>,', ["x; y <a@x.example>", "b@y.example"]),
        ("Mikel@Home <a@x.example>, tom@y.example", ["Mikel@Home <a@x.example>", "tom@y.example"]),
        ("a@x.example, A@X.example, a@X.EXAMPLE", ["a@x.example", "A@x.example"]),
        ("=?utf-8?b?w4Q=?= <a@x.example>", ["Ä <a@x.example>"]),
        ("not an address, a@x.example", ["a@x.example"]),
    ],
)
def test_lists_are_read_as_they_were_meant(value: str, expected: list[str]) -> None:
    """Groups are opened, semicolons and blanks part members, what is no address is left out, nobody comes twice."""
    assert listed(value) == expected


def test_every_field_of_a_name_counts() -> None:
    """A second To is read too: nobody whom the sender addressed is lost."""
    assert listed("a@x.example", "b@y.example") == ["a@x.example", "b@y.example"]


def test_recipients_over_the_limit_are_cut_and_flagged() -> None:
    """Ten thousand recipients cost what five hundred do."""
    value = ", ".join(f"u{n}@x.example" for n in range(600)).encode()

    found, flags = parse_addresses([value], (), ReadingLimits(address_field=100_000))

    assert len(found) == 500
    assert flags == {Flag.RECIPIENTS_CUT}


def test_an_endless_address_field_is_cut_between_addresses() -> None:
    """Half an address at the cut is nobody's address."""
    value = ", ".join(f"some.user.with.a.name.{n}@x.example" for n in range(490)).encode()

    found, flags = parse_addresses([value], (), LIMITS)

    assert flags == {Flag.ADDRESSES_CUT}
    assert all(each.address.endswith("@x.example") for each in found)


ATOMS = st.text("abcXYZ019._-", min_size=1, max_size=12).filter(lambda word: word[0] != ".")
DOMAINS = st.lists(st.text("abcz019", min_size=1, max_size=8), min_size=1, max_size=3).map(".".join)
ADDRESSES = st.builds("{}@{}".format, ATOMS, DOMAINS)
NAMES = st.text(
    st.characters(min_codepoint=32, exclude_characters='"\\', exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf"))
)


@given(st.lists(st.tuples(NAMES, ADDRESSES), min_size=1, max_size=8))
def test_a_well_formed_list_is_read_whole(members: list[tuple[str, str]]) -> None:
    """Whatever stands in quotes, each member's address is found, in order, and none besides."""
    value = ", ".join(f'"{name}" <{address}>' for name, address in members)

    assert [each.address for each in parse_addresses([value.encode()], (), LIMITS)[0]] == list(
        dict.fromkeys(address for _, address in members)
    )


@given(st.text('ab@.<>()",:;\\ =?[]\r\n\t\0é', max_size=60))
def test_a_sender_is_never_seen_otherwise_by_mail_parser(value: str) -> None:
    """Whom the strict grammar names, an independent reader names too, and nobody else."""
    sender = sender_of(value)
    if sender is not None:
        others = {address.rpartition("@")[0] for _, address in scan_addresses(value)[0]}
        assert others <= {sender.address.rpartition("@")[0]}


@given(st.binary(max_size=300))
def test_no_bytes_break_the_address_readers(value: bytes) -> None:
    """Any bytes are an answer, never an error, and the answer is fit to be shown."""
    sender, why = parse_sender([value], (), LIMITS)
    assert (sender is None) == (why is not None)
    for each in parse_addresses([value], (), LIMITS)[0]:
        assert clean_line(each.name) == each.name
        assert "@" in each.address
