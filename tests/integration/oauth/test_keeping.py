"""Tokens of a sign-in: renewed in time, refused once and not in a loop, put off, sealed."""

import os
import ssl
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from maild.errors import MailboxRefusedError, MailboxUnavailableError, RelayRefusedError, SignInRefusedError
from maild.oauth import Way, grants
from tests.fakes.provider import CLIENT_SECRET, Answer, Provider
from tests.integration.oauth.a_wallet import USER, AWallet

RIGHTS = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
HOUR = timedelta(hours=1)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


@pytest.fixture
def wallet(tmp_path: Path, provider: Provider) -> AWallet:
    """Somebody has signed in at Microsoft, and the first token is an hour old at most."""
    wallet = AWallet(tmp_path, provider.microsoft())
    sign_in(wallet, provider)
    return wallet


def sign_in(wallet: AWallet, provider: Provider) -> None:
    [found] = wallet.open().sign_ins
    client = found.client()
    began = grants.begin_device(client, wallet.clock())
    assert grants.ask_device(client, began, began.interval, wallet.clock()) == began.interval
    provider.sign_in(began.user_code, USER)
    tokens = grants.ask_device(client, began, began.interval, wallet.clock())
    assert not isinstance(tokens, timedelta)
    found.keeper.accept(tokens)
    provider.asked.clear()


def test_a_mailbox_and_a_relay_of_one_account_share_a_sign_in(wallet: AWallet, provider: Provider):
    """One device sign-in asks for both rights, and one token serves both."""
    opened = wallet.open()
    assert opened.of_mailbox("support")() == opened.of_relay("main")()
    assert provider.heard[-1]["grant_type"].endswith("device_code")
    [found] = opened.sign_ins
    tokens = found.keeper.find()
    assert tokens and set(tokens.scopes) == set(RIGHTS.split())


def test_a_token_is_renewed_when_four_fifths_of_its_life_are_over(wallet: AWallet, provider: Provider):
    """Not before; another process takes up what was renewed without asking itself."""
    keeper, other = wallet.keeper(), wallet.keeper()
    first = keeper.token()
    wallet.clock.go_on(minutes=47)
    assert keeper.look_after() is None and provider.asked == []
    wallet.clock.go_on(minutes=2)
    assert keeper.look_after() is None

    assert [kind for _, kind in provider.asked] == ["refresh_token"]
    assert keeper.token() == other.token() != first
    assert other.look_after() is None and len(provider.asked) == 1


def test_many_who_need_a_token_at_once_ask_once(wallet: AWallet, provider: Provider):
    """Folders and connections wait for the first one's request, those of another process too."""
    keepers = [wallet.keeper() for _ in range(4)]
    wallet.clock.go_on(hours=2)
    with ThreadPoolExecutor(16) as pool:
        tokens = set(pool.map(lambda n: keepers[n % 4].token(), range(64)))
    assert len(tokens) == len(provider.asked) == 1


def test_a_revoked_sign_in_is_refused_and_not_tried_in_a_loop(wallet: AWallet, provider: Provider):
    """An hour of looking every five seconds, over a restart, is six tries; words hold no token; a sign-in mends it."""
    keeper = wallet.keeper()
    keeper.token()
    hidden = provider.tokens()
    provider.revoke()
    wallet.clock.go_on(minutes=49)
    for second in range(0, 3600, 5):
        if second == 1800:
            keeper = wallet.keeper()
        trouble = keeper.look_after()
        assert trouble and trouble.is_refusal and "invalid_grant" in str(trouble.error)
        assert not any(token in str(trouble.error) for token in hidden)
        with pytest.raises(SignInRefusedError):
            keeper.token()
        wallet.clock.go_on(seconds=5)
    assert len(provider.asked) == 6

    sign_in(wallet, provider)

    assert keeper.look_after() is None
    assert keeper.token() in provider.tokens()


def test_who_wants_fewer_questions_gets_fewer(wallet: AWallet, provider: Provider):
    """Retry-After is kept to, then we come ever more rarely, six times an hour at most; the good token serves on."""
    provider.plan = [Answer(429, {"error": "slow_down"}, {"Retry-After": "120"})] * 50
    keeper = wallet.keeper()
    wallet.clock.go_on(minutes=49)
    asked_at, start = [], wallet.clock()
    while wallet.clock() < start + HOUR:
        before = len(provider.asked)
        trouble = keeper.look_after()
        assert trouble and not trouble.is_refusal
        asked_at += [(wallet.clock() - start).total_seconds()] * (len(provider.asked) - before)
        if wallet.clock() < start + timedelta(minutes=10):
            assert keeper.token()
        wallet.clock.go_on(seconds=5)
    assert asked_at[:2] == [0, 120]
    assert len(asked_at) <= 6

    provider.plan.clear()
    wallet.clock.go_on(hours=1)
    assert keeper.look_after() is None


def test_a_provider_that_is_down_is_asked_again_within_the_minute(wallet: AWallet, provider: Provider):
    """Nobody answered, so nothing was tried; mail goes on until the token ends, and then it waits."""
    keeper, mailbox = wallet.keeper(), wallet.open().of_mailbox("support")
    provider.__exit__()
    wallet.clock.go_on(minutes=49)
    for _ in range(10):
        trouble = keeper.look_after()
        assert trouble and not trouble.is_refusal and trouble.until <= wallet.clock() + timedelta(minutes=1)
        wallet.clock.go_on(minutes=1)
    assert mailbox()
    wallet.clock.go_on(minutes=5)
    with pytest.raises(MailboxUnavailableError, match=r"127\.0\.0\.1:1: no access token: .* cannot be reached"):
        mailbox()


def test_a_token_that_a_server_refuses_is_renewed_once(wallet: AWallet, provider: Provider):
    """If the next is refused too, the account rests for twenty minutes: the others of the sign-in do not."""
    opened = wallet.open()
    mailbox, relay = opened.of_mailbox("support"), opened.of_relay("main")
    first = mailbox()
    second = mailbox(first)
    assert second != first and len(provider.asked) == 1
    assert mailbox(first) == second, "another folder with the old token is given the new one"
    with pytest.raises(MailboxRefusedError, match="two tokens in a row"):
        mailbox(second)
    wallet.clock.go_on(minutes=19)
    with pytest.raises(MailboxRefusedError, match="two tokens in a row"):
        mailbox()
    assert relay() == second

    wallet.clock.go_on(minutes=2)
    assert mailbox(mailbox()) != second
    assert len(provider.asked) == 2


def test_another_sign_in_ends_a_pause_at_once(wallet: AWallet, provider: Provider):
    """Whoever signed in as the wrong one and mends it does not wait."""
    mailbox = wallet.open().of_mailbox("support")
    with pytest.raises(MailboxRefusedError):
        mailbox(mailbox(mailbox()))
    with pytest.raises(MailboxRefusedError):
        mailbox()
    sign_in(wallet, provider)
    assert mailbox() in provider.tokens()


def test_nobody_has_signed_in_yet(tmp_path: Path, provider: Provider):
    """It says so, and what to do; the provider is not bothered."""
    wallet = AWallet(tmp_path, provider.microsoft())
    with pytest.raises(RelayRefusedError, match=r"nobody has signed in yet: sign in by `maild auth login support`"):
        wallet.open().of_relay("main")()
    assert provider.asked == []


def test_a_right_that_is_missing_is_named(tmp_path: Path, provider: Provider):
    """A relay that joins a mailbox's account later needs another sign-in."""
    wallet = AWallet(tmp_path, provider.microsoft())
    wallet.write(provider.microsoft(), relay="connections: 1")
    sign_in(wallet, provider)
    wallet.write(provider.microsoft())
    wallet.clock.go_on(hours=2)
    with pytest.raises(RelayRefusedError, match=r"for less than is needed now: smtp.send"):
        wallet.open().of_relay("main")()


def test_an_application_signs_in_by_its_own_secret(tmp_path: Path, provider: Provider):
    """Client credentials: no person, no refresh token; a wrong secret is refused without being told."""
    wallet = AWallet(tmp_path, "null")
    file = wallet.secret_file(CLIENT_SECRET + "\n")
    wallet.write(provider.microsoft(secret_file=file))
    keeper = wallet.keeper()
    assert keeper.look_after() is None and keeper.token() in provider.tokens()
    wallet.clock.go_on(minutes=49)
    assert keeper.look_after() is None
    assert [kind for _, kind in provider.asked] == ["client_credentials"] * 2

    wallet.secret_file("an-older-secret")
    wallet.clock.go_on(minutes=49)
    trouble = keeper.look_after()
    assert trouble and str(trouble.error).endswith(": mend its secret or its registration")
    assert "invalid_client" in str(trouble.error) and "an-older-secret" not in str(trouble.error)
    keeper.look_after()
    assert len(provider.asked) == 3

    wallet.secret_file(CLIENT_SECRET)

    assert keeper.look_after() is None and len(provider.asked) == 4


def test_a_service_account_signs_for_the_mailbox(tmp_path: Path, provider: Provider):
    """Google: a JWT signed by the account's key, in the name of the account's user."""
    wallet = AWallet(tmp_path, "null")
    wallet.write(f"{{oauth2: google, secret_file: {wallet.secret_file(provider.service_file())}}}")
    [found] = wallet.open().sign_ins
    assert found.client().way is Way.SERVICE_ACCOUNT
    assert found.keeper.token() in provider.tokens()
    assert provider.heard[-1]["grant_type"].endswith("jwt-bearer")


def test_the_secret_comes_from_systemd(tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch):
    """A credential is read where systemd puts it; without that folder it cannot be had."""
    wallet = AWallet(tmp_path, "null")
    wallet.secret_file(CLIENT_SECRET)
    wallet.write(provider.microsoft().replace("}", ", secret_credential: secret}"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert wallet.open().of_mailbox("support")() in provider.tokens()
    wallet.clock.go_on(hours=2)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(MailboxRefusedError, match=r"systemd handed over no credentials: .* or use secret_file"):
        wallet.open().of_mailbox("support")()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s3cret", "is no JSON"),
        ("[1]", "is no JSON"),
        ('{"web": {}}', "neither of a desktop client nor of a service account"),
        ('{"installed": {"client_id": "x"}}', "lacks one of client_id, client_secret"),
        (
            '{"type": "service_account", "client_email": "x", "private_key": "PRIVATE", "token_uri": "http://x.example"}',
            "write https",
        ),
        (
            '{"type": "service_account", "client_email": "x", "private_key": "PRIVATE", "token_uri": "https://127.0.0.1"}',
            "cannot sign",
        ),
    ],
)
def test_a_file_that_is_not_of_googles_console_is_refused_in_words(tmp_path: Path, text: str, words: str):
    """What is in it is not told."""
    wallet = AWallet(tmp_path, "null")
    wallet.write(f"{{oauth2: google, secret_file: {wallet.secret_file(text)}}}")
    with pytest.raises(MailboxRefusedError, match=words) as caught:
        wallet.open().of_mailbox("support")()
    assert "s3cret" not in str(caught.value) and "PRIVATE" not in str(caught.value)


def test_tokens_are_sealed(wallet: AWallet, provider: Provider):
    """No file of the state directory holds a token, and all of them are their owner's alone."""
    wallet.keeper().token()
    files = [file for file in (wallet.folder / "state").rglob("*") if file.is_file()]
    assert {file.name for file in files} >= {"token.key", "lock"}
    for file in files:
        assert not any(token.encode() in file.read_bytes() for token in provider.tokens())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((wallet.folder / "state" / "tokens").stat().st_mode) == 0o700


def test_what_another_key_sealed_is_refused_until_somebody_signs_in(
    wallet: AWallet, provider: Provider, tmp_path: Path
):
    """The key of systemd opens nothing that the directory's own key sealed, and seals anew; it is made nowhere."""
    (tmp_path / "token-key").write_bytes(b"k" * 32)
    keeper = wallet.keeper(CREDENTIALS_DIRECTORY=str(tmp_path))
    trouble = keeper.look_after()
    assert (
        trouble and trouble.is_refusal and "sealed with another key than the systemd credential" in str(trouble.error)
    )
    (wallet.folder / "state" / "token.key").unlink()

    [found] = wallet.open(CREDENTIALS_DIRECTORY=str(tmp_path)).sign_ins
    began = grants.begin_device(found.client(), wallet.clock())
    provider.sign_in(began.user_code, USER)
    tokens = grants.ask_device(found.client(), began, began.interval, wallet.clock())
    assert not isinstance(tokens, timedelta)
    found.keeper.accept(tokens)

    assert keeper.look_after() is None and keeper.token() == tokens.access_token
    assert not (wallet.folder / "state" / "token.key").exists()


def test_tokens_that_cannot_be_sealed_are_used_and_sealed_later(wallet: AWallet, provider: Provider):
    """A disk that is full when a token is renewed costs no sign-in."""
    keeper = wallet.keeper()
    keeper.token()
    folder = wallet.folder / "state" / "tokens"
    [sealed] = [file for file in folder.iterdir() if file.name != "lock"]
    in_the_way = folder / f".{sealed.name}.{os.getpid()}"  # what keeps root, too, from writing
    in_the_way.mkdir()
    wallet.clock.go_on(minutes=49)
    trouble = keeper.look_after()
    assert trouble and not trouble.is_refusal and "cannot be written" in str(trouble.error)
    token = keeper.token()
    assert len(provider.asked) == 1

    in_the_way.rmdir()
    wallet.clock.go_on(minutes=1)

    assert keeper.look_after() is None
    assert wallet.keeper().token() == token and len(provider.asked) == 1


def test_a_provider_must_show_a_certificate_that_we_trust(tmp_path: Path, server_context: ssl.SSLContext):
    """TLS is verified: a token server under another name is told nothing."""
    with Provider(server_context) as right, Provider(server_context, host="127.0.0.2") as wrong:
        wallet = AWallet(tmp_path, right.microsoft())
        [found] = wallet.open().sign_ins
        assert grants.begin_device(found.client(), wallet.clock()).user_code
        wallet.write(wrong.microsoft())
        [found] = wallet.open().sign_ins
        with pytest.raises(Exception, match=r"127\.0\.0\.2.*cannot be reached: .*certificate"):
            grants.begin_device(found.client(), wallet.clock())
