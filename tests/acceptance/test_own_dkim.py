"""Our own DKIM check, through the daemon: an agent whose mail server proves nothing is obeyed by their signature."""

from collections.abc import Callable
from pathlib import Path

from tests.acceptance.working_desk import WorkingDesk, text_of
from tests.fakes.dns import name_server
from tests.fakes.signing import Signer


def test_an_agents_signed_mail_is_obeyed_and_no_other(new_desk: Callable[..., WorkingDesk], tmp_path: Path):
    """By a key of her domain it is carried out; unsigned or by another's key she is asked whether she sent it."""
    acme, evil = Signer("acme.example", bits=2048), Signer("acme.example", selector="s2")
    with name_server({acme.name: [acme.record]}) as server:
        desk = new_desk()
        trust = {"MAILD_TRUST__VERIFY_DKIM": "true", "MAILD_TRUST__RESOLVER": f"127.0.0.1:{server.port}"}
        desk.start(**trust)
        desk.wait_for_event("mailbox_connected")
        bob = desk.host.new_user("bigco.example")
        desk.send(desk.write(bob, "VPN down", "It says error 809."), bob)
        desk.wait_for_mail(desk.alice, lambda mail: "VPN down" in str(mail["Subject"]))

        def says(words: str) -> bytes:
            return desk.write(desk.alice, "Re: [#1001] VPN down", f"#reply\n{words}\n").as_bytes()

        for raw in (says("Unsigned words."), evil.sign(says("Forged words."))):
            desk.send(raw, desk.alice, "none")
        for words in ("Unsigned words.", "Forged words."):
            desk.wait_for_mail(
                desk.alice, lambda mail, words=words: words in text_of(mail) and "#send" in text_of(mail)
            )
        signed = acme.sign(says("Please restart the client."))
        desk.send(signed, desk.alice, "none")
        relayed = desk.wait_for_mail(bob, lambda mail: "Please restart" in text_of(mail))

        (tmp_path / "signed.eml").write_bytes(acme.sign(says("And once more.")))
        told = desk.maild("explain", str(tmp_path / "signed.eml"), "--json", environ=trust)

    assert not any(word in mail.as_string() for mail in desk.mails_to(bob) for word in ("Unsigned", "Forged"))
    assert desk.alice not in relayed.as_string()
    assert '"trust": "proved"' in told.stdout, (told.stdout, told.stderr)
    assert "our own check: dkim=pass header.d=acme.example" in told.stdout
    assert server.asked[acme.name] and server.asked[evil.name]
