"""`maild auth` on a terminal: a code typed in elsewhere, a browser that comes back, an address that is pasted."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.provider import CLIENT_SECRET, Answer, Provider
from tests.integration.oauth.a_wallet import USER, AWallet
from tests.servers.terminal import Terminal


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        yield server


class Desk(AWallet):
    """A desk's command line."""

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "maild", "--config", str(self.config), "auth", *words]

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )

    def login(self) -> Terminal:
        return Terminal(self.command("login", "support"))


@pytest.fixture
def microsoft(tmp_path: Path, provider: Provider) -> Desk:
    return Desk(tmp_path, provider.microsoft())


@pytest.fixture
def google(tmp_path: Path, provider: Provider) -> Desk:
    desk = Desk(tmp_path, "null")
    desk.write(f"{{oauth2: google, secret_file: {desk.secret_file(provider.desktop_file())}}}")
    return desk


def where_the_browser_ends(address: str) -> str:
    """Press "allow" in a browser that cannot follow to the loopback address."""

    class Stays(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    try:
        urllib.request.build_opener(Stays).open(address, timeout=30)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers["Location"])
    raise AssertionError("the browser was not sent on")


def test_a_code_is_typed_in_elsewhere(microsoft: Desk, provider: Provider):
    """Device sign-in: address and code are shown, pending is waited out, and no token is ever shown."""
    before = microsoft.run("status")
    assert before.returncode == 1
    assert "nobody has signed in yet: sign in by `maild auth login support`" in before.stderr
    with microsoft.login() as terminal:
        code = terminal.wait_for(r"\n\s+([0-9A-F]{8})\r")
        assert f"{provider.url}/device" in terminal.shown and USER in terminal.shown
        provider.sign_in(code, USER)
        assert terminal.wait_for_end() == 0
    assert "Signed in as support@acme.example (device sign-in) for mailbox support, relay main." in terminal.shown

    done = microsoft.run("status", "--json")

    [row] = json.loads(done.stdout)
    assert done.returncode == 0
    assert (row["user"], row["provider"], row["way"], row["ok"]) == (USER, "microsoft", "device sign-in", True)
    assert (row["mailboxes"], row["relays"], row["problem"]) == (["support"], ["main"], None)
    shown = terminal.shown + done.stdout + microsoft.run("status").stdout
    assert not any(token in shown for token in provider.tokens())


def test_a_provider_that_slows_us_down_is_waited_for(microsoft: Desk, provider: Provider):
    """429 while we ask for the code's outcome is no end of the sign-in; a no is."""
    provider.plan = [Answer(429, {}, {"Retry-After": "1"}), Answer(400, {"error": "access_denied"})]
    with microsoft.login() as terminal:
        terminal.wait_for(r"wants fewer questions \(HTTP 429\): asking again")
        assert terminal.wait_for_end() == 1
    assert "access_denied" in terminal.shown and "Traceback" not in terminal.shown


def test_the_browser_comes_back_to_our_port(google: Desk, provider: Provider):
    """Loopback redirect with PKCE; whoever comes with another state is shown the door and ends nothing."""
    with google.login() as terminal:
        address = terminal.wait_for(r"  (http://127\.0\.0\.1:\d+/auth\S+)\r")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256" and asked["access_type"] == "offline"
        assert asked["scope"] == "https://mail.google.com/" and asked["login_hint"] == USER
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{asked['redirect_uri']}?state=of-another&code=evil", timeout=30)
        with urllib.request.urlopen(address, timeout=30) as page:
            assert b"You may close this page" in page.read()
        assert terminal.wait_for_end() == 0
    assert "Signed in as support@acme.example (browser sign-in)" in terminal.shown
    assert not any(token in terminal.shown for token in provider.tokens())
    assert google.keeper().token() in provider.tokens()


def test_the_address_is_pasted(google: Desk, provider: Provider):
    """A browser on another machine: the address of the page that it could not open is enough; a wrong one is told."""
    with google.login() as terminal:
        address = terminal.wait_for(r"  (http://127\.0\.0\.1:\d+/auth\S+)\r")
        terminal.type("https://accounts.example/\n")
        terminal.wait_for("That is not the address at which this sign-in ended")
        terminal.type(where_the_browser_ends(address) + "\n")
        assert terminal.wait_for_end() == 0
    assert google.keeper().token() in provider.tokens()


def test_an_application_needs_no_person(tmp_path: Path, provider: Provider):
    """`login` tries the secret at once and says what came of it."""
    desk = Desk(tmp_path, "null")
    file = desk.secret_file(CLIENT_SECRET)
    desk.write(provider.microsoft(secret_file=file))
    assert "(client credentials)" in desk.run("login", "main").stdout
    file.write_text("an-older-secret")
    done = desk.run("login", "main")
    assert done.returncode == 1
    assert "invalid_client" in done.stderr and "an-older-secret" not in done.stderr


def test_who_signs_in_by_a_password_needs_none(tmp_path: Path):
    """No account of that name is wrong usage; one with a password is told."""
    desk = Desk(tmp_path, "null")
    account = f"user: {USER}, password_file: {desk.secret_file('hunter2')}"
    text = (desk.config / "maild.yaml").read_text().replace(f"user: {USER}, auth: null", account)
    (desk.config / "maild.yaml").write_text(text)
    assert desk.run("login", "supprt").returncode == 2
    assert desk.run("login", "support").returncode == 1
    assert desk.run("status").stdout == "none\n"
