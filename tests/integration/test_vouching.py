"""Who vouches for a sender: the servers that we trust first, our own check for whom they leave open."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from maild.config import TrustConfig
from maild.keys import SenderKeys
from maild.model.decision import Verdict
from maild.model.limits import ReadingLimits
from maild.parsing import parse
from maild.vouching import authenticate
from tests.fakes.dns import NameServer, name_server
from tests.fakes.signing import Signer
from tests.unit.desk_values import HOUSE

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
OURS = "mx.acme.example"
BANK = Signer("bank.example")
RAW = (
    b"From: Alice <alice@bank.example>\r\nSubject: Printer\r\nDate: Sat, 28 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <1@bank.example>\r\n\r\n#take\r\n"
)


@pytest.fixture
def server():
    with name_server({BANK.name: [BANK.record]}) as server:
        yield server


def vouched(server: NameServer, *results: str, raw: bytes = RAW, internal: str | None = None):
    house = replace(HOUSE, trust=TrustConfig(authserv_id=OURS, internal=internal, verify_dkim=True))
    head = "".join(f"Authentication-Results: {OURS}; {each}\r\n" for each in results).encode()
    message = parse(head + BANK.sign(raw), ReadingLimits(seals=4))
    keys = SenderKeys(("127.0.0.1", server.port), lambda: 0.0)
    (found,) = authenticate([message], house, keys, NOW)
    return found


@pytest.mark.parametrize(
    "results", [(), ("spf=none smtp.mailfrom=x.example",), ("dmarc=none header.from=bank.example",)]
)
def test_a_signature_proves_whom_the_server_leaves_open(server, results):
    """No results, none about the domain, no policy."""
    found = vouched(server, *results)

    assert found.verdict is Verdict.PASS
    assert found.proof == "our own check: dkim=pass header.d=bank.example"


def test_what_the_server_says_is_not_overruled(server):
    """A failure stands, with and without a policy; DNS is not even asked."""
    failed = vouched(server, "dmarc=fail (p=reject) header.from=bank.example")
    mild = vouched(server, "dmarc=fail (p=none) header.from=bank.example")
    passed = vouched(server, "dmarc=pass header.from=bank.example")

    assert [each.verdict for each in (failed, mild, passed)] == [Verdict.FAIL, Verdict.NONE, Verdict.PASS]
    assert not server.asked


def test_a_sign_in_at_our_server_proves_without_dns(server):
    """It is the shorter way, and the surer one."""
    found = vouched(server, "auth=pass smtp.auth=alice@bank.example", internal="auth")

    assert (found.verdict, found.proof) == (Verdict.PASS, "auth=pass smtp.auth=alice@bank.example")
    assert not server.asked


def test_why_a_signature_proves_nothing_is_told(server):
    """`explain` shows it."""
    server.records.clear()

    found = vouched(server)

    assert found.verdict is Verdict.NONE
    assert found.proof == f"no results of {OURS}; the signature of bank.example has no key at {BANK.name}"


def test_nobody_is_asked_about_a_mail_without_sender_or_signature(server):
    """Nor is anything proved."""
    house = replace(HOUSE, trust=TrustConfig(verify_dkim=True))
    messages = [parse(each, ReadingLimits(seals=4)) for each in (RAW, BANK.sign(RAW.replace(b"From:", b"X-From:")))]

    found = authenticate(messages, house, SenderKeys(("127.0.0.1", server.port), lambda: 0.0), NOW)

    assert [each.verdict for each in found] == [Verdict.NONE, Verdict.NONE]
    assert not server.asked
