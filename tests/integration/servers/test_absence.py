"""A server that is not installed skips a test with a clear word, and fails it in CI."""

import pytest

from tests.servers.absence import need


def test_a_missing_server_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine the test says what to install."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install dovecot-imapd"):
        need("no-such-server", "dovecot-imapd")


def test_in_ci_nothing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing server in CI is an error, not a green line."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nothing is skipped"):
        need("no-such-server", "dovecot-imapd")
