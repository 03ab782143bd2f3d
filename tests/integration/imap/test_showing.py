"""What became of a mail is shown by the best that the server has, and nobody else's mail is touched."""

from collections.abc import Callable

import pytest

from maild.model.decision import OutcomeKind
from tests.fakes.imap import ABILITIES, FakeImap, answer
from tests.integration.imap.conftest import RAW, connected
from tests.servers.dovecot import Dovecot

DOES_ALL = ""
NO_MOVE = "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE\n"
NO_UIDPLUS = "imap_capability = IMAP4rev1 LITERAL+ NAMESPACE\n"
BELOW_INBOX = "namespace inbox {\n  inbox = yes\n  prefix = INBOX.\n  separator = .\n}\n"
READ_ONLY = "mail_plugins = acl\nprotocol imap {\n  mail_plugins = acl\n}\nplugin {\n  acl = vfile\n}\n"


def mails(*names: str) -> list[bytes]:
    return [f"Subject: {name}\r\n\r\n\r\n".encode() for name in names]


def filled(server: Dovecot, *names: str) -> str:
    user = server.new_user()
    for raw in mails(*names):
        server.append(user, raw)
    return user


@pytest.mark.parametrize("settings", [DOES_ALL, NO_MOVE], ids=["MOVE", "UIDPLUS"])
def test_outcomes_move_to_their_folders(dovecot_with: Callable[[str], Dovecot], settings: str) -> None:
    """What was handled goes to Handled, what is held to Held, the rest stays; twice is as once."""
    server = dovecot_with(settings)
    user = filled(server, "entry", "held", "duplicate", "not yet")
    outcomes = {OutcomeKind.ENTRY: [1], OutcomeKind.HELD: [2], OutcomeKind.DUPLICATE: [3]}

    with connected(server, user) as mailbox:
        for _ in range(2):
            mailbox.show(outcomes)

    assert server.messages(user) == mails("not yet")
    assert sorted(server.messages(user, "Handled")) == mails("duplicate", "entry")
    assert server.messages(user, "Held") == mails("held")


def test_a_mail_that_somebody_moved_away_is_a_success(dovecot: Dovecot) -> None:
    """Of a batch, what is gone already hinders nobody."""
    user = filled(dovecot, "one", "two")
    with connected(dovecot, user) as mailbox, dovecot.client(user) as other:
        other.select()
        other.create("Elsewhere")
        other.uid("MOVE", "1", "Elsewhere")
        mailbox.show({OutcomeKind.ENTRY: [1, 2, 77]})

    assert dovecot.messages(user) == []
    assert dovecot.messages(user, "Handled") == mails("two")


@pytest.mark.parametrize("settings", [NO_MOVE, NO_UIDPLUS], ids=["UIDPLUS", "COPY alone"])
def test_what_others_deleted_is_not_removed(dovecot_with: Callable[[str], Dovecot], settings: str) -> None:
    """A mail that a person marked as deleted can still be taken back by them: it is never expunged by us."""
    server = dovecot_with(settings)
    user = filled(server, "theirs", "ours")
    with server.client(user) as other:
        other.select()
        other.uid("STORE", "1", "+FLAGS", r"(\Deleted)")

    with connected(server, user) as mailbox:
        for _ in range(2):
            mailbox.show({OutcomeKind.ENTRY: [1, 2]})

    assert server.messages(user)[0] == mails("theirs")[0]
    assert server.messages(user, "Handled") == mails("ours")


def test_without_uidplus_the_original_stays_marked(dovecot_with: Callable[[str], Dovecot]) -> None:
    """Where one UID cannot be expunged alone, nothing is: the mail is copied and marked as deleted."""
    server = dovecot_with(NO_UIDPLUS)
    user = filled(server, "ours")

    with connected(server, user) as mailbox:
        mailbox.show({OutcomeKind.ENTRY: [1]})

    assert server.messages(user, "Handled") == mails("ours")
    assert server.messages(user) == mails("ours")
    assert [r"\Deleted" in flags for flags in server.flags(user)] == [True]


def test_a_keyword_is_set_where_it_is_wished(dovecot: Dovecot) -> None:
    """`done: {keyword: …}` moves nothing."""
    user = filled(dovecot, "one", "two")

    with connected(dovecot, user, done={"keyword": "$Done"}, held={"keyword": "$Kept"}) as mailbox:
        mailbox.show({OutcomeKind.ENTRY: [1], OutcomeKind.HELD: [2]})

    assert [flags & {"$Done", "$Kept"} for flags in dovecot.flags(user)] == [{"$Done"}, {"$Kept"}]


def test_folders_below_inbox_are_found_by_their_short_names(dovecot_with: Callable[[str], Dovecot]) -> None:
    """Where a server keeps all folders below `INBOX.`, Handled is INBOX.Handled."""
    server = dovecot_with(BELOW_INBOX)
    user = filled(server, "one")

    with connected(server, user) as mailbox:
        mailbox.show({OutcomeKind.ENTRY: [1]})

    assert server.messages(user, "INBOX.Handled") == mails("one")


def test_a_folder_of_another_alphabet_is_made(dovecot: Dovecot) -> None:
    """Folder names are written in modified UTF-7 on the wire and as themselves in the settings."""
    user = filled(dovecot, "one")

    with connected(dovecot, user, done={"move": "Erledigt & geprüft"}) as mailbox:
        mailbox.show({OutcomeKind.ENTRY: [1]})

    assert dovecot.messages(user, "Erledigt &- gepr&APw-ft") == mails("one")


def test_a_read_only_mailbox_is_read_and_left_alone(dovecot_with: Callable[[str], Dovecot]) -> None:
    """Where we may only look, we look: mail is fetched, and nothing is shown."""
    server = dovecot_with(READ_ONLY)
    user = filled(server, "one")
    (server.maildir(user) / "dovecot-acl").write_text("owner lr\n", encoding="ascii")

    with connected(server, user) as mailbox:
        assert mailbox.unseen(set()) == [1]
        assert [mail.raw for mail in mailbox.fetch([1], 1000)] == mails("one")
        mailbox.show({OutcomeKind.ENTRY: [1]})
        assert mailbox.unseen(set()) == [1]


def test_a_folder_that_cannot_be_had_leaves_a_keyword() -> None:
    """MOVE refused for good: the mail is marked where it lies, and nothing is lost or raised."""
    with FakeImap([RAW, RAW]) as server, connected(server) as box:
        server.plan("UID MOVE", *[answer("{tag} NO [NOPERM] no")] * 6)
        server.plan("CREATE", *[answer("{tag} NO no")] * 6)
        box.show({OutcomeKind.ENTRY: [1], OutcomeKind.HELD: [2]})
        assert [message.flags for message in server.messages.values()] == [{"$MaildDone"}, {"$MaildHeld"}]


@pytest.mark.parametrize("flags", [r"\Seen \Deleted", ""])
def test_where_nothing_can_be_shown_the_ledger_is_enough(flags: str) -> None:
    """No folder and no keywords: nothing is said, nothing fails."""
    with FakeImap([RAW], permanent_flags=flags) as server, connected(server) as box:
        server.plan("UID MOVE", *[answer("{tag} NO no")] * 3)
        box.show({OutcomeKind.ENTRY: [1]})
        assert server.messages[1].flags == set()
        assert not any("STORE" in line for line in server.heard)


def test_a_copy_whose_original_cannot_be_marked_is_made_once() -> None:
    """After the copy stands, a refused STORE is not answered with another copy."""
    with FakeImap([RAW], abilities=ABILITIES.replace("MOVE ", "")) as server, connected(server) as box:
        server.plan("UID STORE", answer("{tag} NO no"))
        box.show({OutcomeKind.ENTRY: [1]})
        assert server.folders == {"Handled": [1]}


def test_no_command_expunges_more_than_was_asked() -> None:
    """EXPUNGE without UIDs, and CLOSE, remove what others deleted: neither is ever sent."""
    with FakeImap([RAW] * 3, abilities=ABILITIES.replace("MOVE ", "")) as server, connected(server) as box:
        server.messages[3].flags.add(r"\Deleted")
        box.show({OutcomeKind.ENTRY: [1, 2]})
        box.close()
        commands = [line.split(" ", 1)[1].upper() for line in server.heard]
        assert set(server.messages) == {3}
        assert not [line for line in commands if line.startswith(("EXPUNGE", "CLOSE"))]
