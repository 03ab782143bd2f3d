"""XOAUTH2: a token instead of a password, renewed once; and what Microsoft says to those who come too often."""

import base64
from datetime import timedelta

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError
from maild.imap import Mailbox
from tests.fakes.imap import ABILITIES, Act, FakeImap, answer, answer_and_cut
from tests.fakes.wire import Talk
from tests.integration.imap.conftest import connected
from tests.servers.accounts import mailbox_at

AUTH = {"oauth2": "microsoft", "client_id": "x", "tenant": "y"}
WITH_XOAUTH2 = ABILITIES.replace("AUTH=PLAIN", "AUTH=PLAIN AUTH=XOAUTH2")
REFUSED = "{tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"


class Tokens:
    """Gives one token after the other, and knows which were refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def __call__(self, refused: str | None = None) -> str:
        if refused is not None:
            self.refused.append(refused)
        return f"token-{len(self.refused) + 1}"


def no(heard: list[bytes], *last: str) -> Act:
    """Take a token, say why not as a challenge, and want the empty answer before the NO."""

    def act(talk: Talk, line: str) -> None:
        talk.say("+ ")
        heard.append(base64.b64decode(talk.hear()))
        talk.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        heard.append(talk.hear().encode())
        answer(*last)(talk, line)

    return act


def mailbox_by(server: FakeImap, tokens: Tokens) -> Mailbox:
    return Mailbox(mailbox_at(server, password_file=None, auth=AUTH), "INBOX", tokens)


def test_a_token_that_is_refused_is_renewed_once() -> None:
    """The second serves; the server is answered as it wants to be, and the password's way is not tried."""
    heard: list[bytes] = []
    with FakeImap(abilities=WITH_XOAUTH2) as server:
        server.plan("AUTHENTICATE", no(heard, REFUSED))
        box = mailbox_by(server, tokens := Tokens())
        box.connect()
        box.close()
        assert heard == [b"user=desk@acme.example\x01auth=Bearer token-1\x01\x01", b""]
        assert tokens.refused == ["token-1"]
        assert [line.split()[2] for line in server.heard if "AUTHENTICATE" in line] == ["XOAUTH2"] * 2


def test_two_refused_tokens_are_for_a_person() -> None:
    """There is no third try, whoever gives the tokens hears of both, and none is in the words."""
    with FakeImap(abilities=WITH_XOAUTH2) as server:
        server.plan("AUTHENTICATE", no([], REFUSED), no([], REFUSED))
        with pytest.raises(MailboxRefusedError, match="Invalid credentials") as caught:
            mailbox_by(server, tokens := Tokens()).connect()
        assert tokens.refused == ["token-1", "token-2"]
        assert "token-" not in str(caught.value)


def test_a_server_without_xoauth2_gets_no_token() -> None:
    """Neither by XOAUTH2 nor as a password."""
    with FakeImap() as server:
        with pytest.raises(MailboxRefusedError, match="offers no sign-in by OAuth 2"):
            mailbox_by(server, Tokens()).connect()
        assert not any("AUTHENTICATE" in line or "LOGIN" in line for line in server.heard)


@pytest.mark.parametrize(
    ("step", "act", "seconds"),
    [
        ("SELECT", answer("{tag} BAD User is authenticated but not connected."), 60),
        ("SELECT", answer("{tag} BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds"), 92.415),
        ("UID SEARCH", answer("{tag} BAD Request is throttled. Suggested Backoff Time: 3000 milliseconds"), 3),
        ("UID SEARCH", answer_and_cut("* BYE Suggested Backoff Time: 7000 milliseconds"), 7),
    ],
    ids=["not connected", "select", "search", "bye"],
)
def test_microsoft_says_how_long_to_stay_away(step: str, act: Act, seconds: float) -> None:
    """It passes by itself: no person is called, and the time it asks for is told on."""
    with FakeImap() as server:
        server.plan(step, act)
        with pytest.raises(MailboxUnavailableError) as caught, connected(server) as box:
            box.unseen(frozenset())
        assert caught.value.again_in == timedelta(seconds=seconds)
