"""DKIM signatures, checked without a network: what proves a sender, and what is left out."""

import re
import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from maild.model.limits import ReadingLimits
from maild.parsing import parse
from maild.parsing.proving import prove
from maild.parsing.seals import read_seals
from tests.fakes.signing import SIGNED, Signer

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
BANK = Signer("bank.example")
EVIL = Signer("evil.example")
KEYS = {BANK.name: BANK.record, EVIL.name: EVIL.record}
ALICE = "alice@bank.example"
RAW = (
    b"From: Alice Reyes <alice@bank.example>\r\nTo: support@acme.example\r\n"
    b"Subject: Re: [#1042]\r\n  Printer \t dead\r\n"
    b"Date: Sat, 28 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@bank.example>\r\nMIME-Version: 1.0\r\n\r\n"
    b"#resolve  It works \t\r\n\r\nagain. \r\n\r\n\r\n"
)


def proved(raw: bytes, sender: str = ALICE, keys=KEYS, now: datetime = NOW) -> bool:
    return prove(read_seals(raw, sender, 4), keys, now)[0]


def with_tag(raw: bytes, old: bytes, new: bytes) -> bytes:
    """Change a tag of the signature and leave all else."""
    assert old in raw
    return raw.replace(old, new, 1)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "ed25519-sha256"])
@pytest.mark.parametrize("ways", ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"])
def test_a_signature_of_the_senders_domain_proves_them(algorithm, ways):
    """Both algorithms, every way of writing a mail down; in the parsed message too."""
    raw = BANK.sign(RAW, algorithm, ways)
    keys = {BANK.name: BANK.record if algorithm == "rsa-sha256" else BANK.ed25519_record}

    assert proved(raw, keys=keys)
    assert prove(parse(raw, ReadingLimits(seals=4)).seals, keys, NOW) == (
        True,
        "our own check: dkim=pass header.d=bank.example",
    )
    assert parse(raw).seals == ()


@pytest.mark.parametrize("ways", ["simple/simple", "relaxed/relaxed"])
def test_every_byte_that_is_signed_counts(ways):
    """Another word, another sender, another subject: no proof."""
    raw = BANK.sign(RAW, ways=ways)

    for old, new in ((b"works", b"fails"), (b"Alice", b"Alicf"), (b"1042", b"1043"), (b"support@", b"suppori@")):
        assert not proved(raw.replace(old, new))
    assert not proved(raw + b"more\r\n")


def test_what_relays_do_to_blanks_breaks_only_the_simple_way():
    """The relaxed way was made for them."""
    changed = {"simple/simple": False, "relaxed/relaxed": True}
    for ways, is_proved in changed.items():
        raw = BANK.sign(RAW, ways=ways)
        assert proved(raw.replace(b"Subject: Re:", b"SUBJECT:   Re:")) is is_proved
        assert proved(raw.replace(b"It works \t\r\n", b"It works\r\n")) is is_proved
        assert proved(raw + b"\r\n\r\n")


def test_bare_line_ends_are_written_as_they_were_sent():
    """A file and some servers keep lines without CR."""
    for ways in ("simple/simple", "relaxed/relaxed"):
        assert proved(BANK.sign(RAW, ways=ways).replace(b"\r\n", b"\n"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n",
        b"x",
        b" \r\n",
        b"x \t y \r\n \r\n",
        b"\t\r\nx\r\n",
        b"x\r\r\n\r\n",
        b"\r\r\n",
        b"x\r\n\r\r\n",
    ],
)
@pytest.mark.parametrize("ways", ["simple/simple", "relaxed/relaxed"])
def test_bodies_of_all_ends_are_hashed_as_others_hash_them(body, ways):
    """Empty ones, blanks at the end, no line end."""
    raw = RAW.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body

    assert proved(BANK.sign(raw, ways=ways))


def test_a_signature_speaks_for_its_domain_and_those_below_alone():
    """Not for the domain above it, nor for one that looks alike, nor for whoever else signed."""

    def signed_by(domain, sender):
        signer = Signer(domain)
        raw = signer.sign(RAW.replace(b"alice@bank.example", sender.encode()))
        return proved(raw, sender, {signer.name: signer.record})

    assert signed_by("bank.example", "alice@mail.bank.example")
    assert not signed_by("mail.bank.example", "alice@bank.example")
    assert not signed_by("notbank.example", "alice@bank.example")
    assert not signed_by("example", "alice@bank.example")
    assert not proved(EVIL.sign(RAW))


def test_one_good_signature_among_others_is_enough():
    """A list's, a broken one, and the sender's own."""
    broken = with_tag(BANK.sign(RAW), b"bh=", b"bh=AAAA")
    both = EVIL.sign(BANK.sign(RAW))

    assert proved(both)
    assert proved(broken.partition(b"From: ")[0] + BANK.sign(RAW))


def test_the_key_must_be_the_domains():
    """No record, a withdrawn key, another's, one for tests, for another hash, kind or service."""
    raw = BANK.sign(RAW)
    _, _, key = BANK.record.partition("p=")
    bad = (
        None, "", "v=DKIM1; p=", "p=;", "v=DKIM2; p=" + key, "k=ed25519; p=" + key, "h=sha1; p=" + key,
        "s=tlsrpt; p=" + key, "t=y; p=" + key, "p=AAAA", "p=!", EVIL.record, "p=" + key + "; p=" + key, "p=%",
        "nonsense", BANK.ed25519_record,
    )  # fmt: skip
    for record in bad:
        assert not proved(raw, keys={BANK.name: record}), record
    for record in (BANK.short_record, f"k=rsa; s=email:x; h=sha1 : sha256; t=s; n=x; p={key}", f"v=DKIM1;p={key};"):
        assert proved(raw, keys={BANK.name: record}), record
    assert not proved(raw, keys={})


def test_a_strict_key_signs_for_its_very_domain_only():
    """Flag s: the identity must not be of a subdomain."""
    strict = BANK.record.replace("v=DKIM1;", "v=DKIM1; t=s;")
    raw = BANK.sign(RAW, identity=b"@mail.bank.example")

    assert not proved(raw, keys={BANK.name: strict})
    assert proved(raw)
    assert proved(BANK.sign(RAW), keys={BANK.name: strict})


def test_a_weak_key_proves_nothing():
    """Below 1024 bits anybody can forge; RFC 8301, 3.2."""
    key = (
        b"0\\0\r\x06\t*\x86H\x86\xf7\r\x01\x01\x01\x05\x00\x03K\x000H\x02A\x00" + b"\xc1" * 64 + b"\x02\x03\x01\x00\x01"
    )

    found, why = prove(read_seals(BANK.sign(RAW), ALICE, 4), {BANK.name: f"p={b64encode(key).decode()}"}, NOW)

    assert not found
    assert "too weak" in why


def test_a_signature_ends_with_its_time():
    """x= is its last second; one that ends before it begins is none. The library that signs here knows no x=."""
    at = int(NOW.timestamp())
    raw = with_tag(BANK.sign(RAW), b"; t=", f"; x={at}; t=".encode())
    raw = re.sub(rb"; t=\d+;", b"; t=1;", raw)
    (seal,) = read_seals(raw, ALICE, 4)
    good = replace(seal, value=BANK.rsa.sign(seal.digest, PKCS1v15(), Prehashed(SHA256())))

    assert seal.expires_at == NOW
    assert prove([good], KEYS, NOW)[0]
    assert prove([good], KEYS, NOW + timedelta(seconds=1)) == (False, "the signature of bank.example has expired")
    for odd in (b"; x=1; t=", b"; x=-5; t=", b"; x=soon; t="):
        assert read_seals(with_tag(BANK.sign(RAW), b"; t=", odd), ALICE, 4) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v=1;", b"v=2;"),
        (b"v=1;", b"v=1; l=10;"),
        (b"v=1;", b"v=1; v=1;"),
        (b"v=1;", b"v=1; nonsense;"),
        (b"v=1;", b"v=1; q=http;"),
        (b"a=rsa-sha256", b"a=rsa-sha1"),
        (b"c=relaxed/relaxed", b"c=relaxed/nowsp"),
        (b"d=bank.example", b"d=bank..example"),
        (b"s=s1", b"s=../s1"),
        (b"i=@bank.example", b"i=@evil.example"),
        (b"h=from : to", b"h=to"),
    ],
)
def test_an_odd_signature_is_left_out(old, new):
    """Before a key is asked for: DNS hears of none of them."""
    raw = BANK.sign(RAW, identity=b"@bank.example")

    assert len(read_seals(raw, ALICE, 4)) == 1
    assert read_seals(with_tag(raw, old, new), ALICE, 4) == ()


@pytest.mark.parametrize("field", [b"Subject: #close", b"From: alice@bank.example", b"Message-ID: <2@x>", b"Date: now"])
def test_a_second_field_above_the_signed_one_takes_the_proof(field):
    """Readers differ in which of two they show."""
    assert not proved(field + b"\r\n" + BANK.sign(RAW))


def test_what_names_a_mail_must_be_signed():
    """Unsigned, the subject could hold another command and the id could hide that the mail was seen before."""
    for name in (b"subject", b"message-id", b"date"):
        assert not proved(BANK.sign(RAW, include_headers=[each for each in SIGNED if each != name]))
    assert proved(BANK.sign(RAW, include_headers=[b"from", b"subject", b"message-id", b"date"]))
    assert proved(BANK.sign(RAW, include_headers=[*SIGNED, b"from", b"subject", b"cc"]))


def test_a_header_block_with_anything_else_in_it_proves_nothing():
    """What a lenient reader skips, another may take for the end."""
    raw = BANK.sign(RAW)

    assert not proved(raw.replace(b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nno field\r\nX-A: b\r\n"))
    assert parse(raw.replace(b"To:", b"no field\r\nTo:"), ReadingLimits(seals=4)).seals == ()


def test_only_so_many_signatures_are_tried():
    """Each costs a hash of the mail."""
    raw = RAW
    for _ in range(10):
        raw = BANK.sign(raw)

    assert len(read_seals(raw, ALICE, 4)) == 4


def test_a_large_mail_is_hashed_once():
    """However many signatures it has."""
    raw = RAW + b"x \t" * 7_000_000
    signed = raw
    for _ in range(4):
        signed = BANK.sign(RAW).partition(b"From:")[0] + signed
    started = time.process_time()

    read_seals(signed, ALICE, 4)

    assert time.process_time() - started < 2


@pytest.mark.parametrize("piece", [b" ", b"\t\r\n", b";", b"h=:", b"b=", b"a=b;", b"\r\n ", b"="])
def test_a_hostile_signature_costs_nothing(piece):
    """The cost grows with the length alone."""
    head = b"DKIM-Signature: v=1; " + piece * (200_000 // len(piece)) + b"\r\n"
    started = time.process_time()

    assert read_seals(head + RAW, ALICE, 4) == ()
    assert time.process_time() - started < 0.5


PIECES = st.sampled_from([b" ", b"\t", b"\r\n", b"x", b"\n", b":", b"\xe4", b"\r\n\r\n", b"From: a\r\n", b"\r"])


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from(["simple/simple", "relaxed/relaxed"]))
def test_any_body_that_others_sign_we_believe(body, ways):
    """What a library that is not ours signs is what we hash; SMTP ends every last line."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"") + b"\n"
    raw = RAW.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + lines.replace(b"\n", b"\r\n")

    assert proved(BANK.sign(raw, ways=ways))


@given(st.binary(max_size=300))
def test_any_bytes_are_read(noise):
    """Wherever they stand."""
    assert read_seals(noise, ALICE, 4) == ()
    assert read_seals(b"DKIM-Signature: v=1; a=rsa-sha256; b=" + noise + b"\r\n" + RAW, ALICE, 4) == ()
    read_seals(BANK.sign(RAW) + noise, ALICE, 4)
