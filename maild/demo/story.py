"""The play: a morning at the desk in a dozen scenes, each a fact about maild that the audience can see."""

from dataclasses import dataclass, replace
from email.message import EmailMessage

from maild.demo.cast import ALICE, BOB, CAROL, DESK, DORA, HENRI, MALLORY, YUKI, Player
from maild.demo.servers import MailHost
from maild.demo.stage import Stage, plain_text


@dataclass(slots=True)
class Play:
    """The scenes in order. Raises MissedCueError when the desk does not do what the scene shows."""

    host: MailHost
    stage: Stage

    def perform(self) -> None:
        """Play every scene."""
        acknowledged = self.bob_writes()
        answer = self.alice_answers()
        self.bob_answers_back(answer)
        self.bob_uses_the_tag(acknowledged)
        self.others_write()
        self.the_same_mail_again()
        self.a_machine_answers()
        self.somebody_lies(acknowledged)
        self.alice_nearly_leaks()

    def bob_writes(self) -> EmailMessage:
        self.stage.tell("Bob has a problem. His mail server vouches for him.")
        BOB.send(self.host, BOB.write("VPN does not connect", VPN_WORDS))
        return self.stage.wait_for_mail(BOB.address, lambda mail: "[#" in str(mail["Subject"]))

    def alice_answers(self) -> EmailMessage:
        self.stage.tell("Alice answers the notice in her mail client. A plain answer goes to Bob.")
        notice = self.stage.wait_for_mail(ALICE.address, lambda mail: "VPN" in str(mail["Subject"]))
        seen = len(self.stage.mails)
        ALICE.send(self.host, ALICE.answer(notice, "Hello Bob,\n\nplease restart the client and tell me its version."))
        return self.stage.wait_for_mail(BOB.address, lambda mail: "its version" in plain_text(mail), seen)

    def bob_answers_back(self, answer: EmailMessage) -> None:
        self.stage.tell("Bob answers back; it comes to Alice, whose ticket it now is, and to nobody else.")
        seen = len(self.stage.mails)
        BOB.send(self.host, BOB.answer(answer, "It is version 5.2, and it works again. Thank you!"))
        self.stage.wait_for_mail(ALICE.address, lambda mail: "version 5.2" in plain_text(mail), seen)

    def bob_uses_the_tag(self, acknowledged: EmailMessage) -> None:
        self.stage.tell("Bob writes from his telephone: no threading headers, only the number in the subject.")
        seen = len(self.stage.mails)
        BOB.send(self.host, BOB.write(str(acknowledged["Subject"]), "One more thing: does it work on a Mac too?"))
        self.stage.wait_for_mail(ALICE.address, lambda mail: "on a Mac" in plain_text(mail), seen)

    def others_write(self) -> None:
        self.stage.tell("Henri writes HTML only, and nobody vouches for him; Yuki's mailer speaks ISO-2022-JP.")
        HENRI.send(self.host, _html_only(HENRI), signed_in=False)
        self._see_acknowledged(HENRI)
        YUKI.send_raw(self.host, _japanese(YUKI))
        self._see_acknowledged(YUKI)

    def the_same_mail_again(self) -> None:
        self.stage.tell("A server delivers one mail twice.")
        mail = DORA.write("Printer on the third floor", "It prints everything twice.")
        DORA.send(self.host, mail)
        self._see_acknowledged(DORA)
        DORA.send(self.host, mail)
        self.stage.wait_for_event("arrival_duplicate")

    def a_machine_answers(self) -> None:
        self.stage.tell("Dora is on holiday, and her server tells the desk. Machines get no answer.")
        acknowledged = self.stage.wait_for_mail(DORA.address, lambda mail: "Printer" in str(mail["Subject"]))
        seen = self.stage.count("entry_added")
        absent = DORA.answer(acknowledged, "I am out of the office until Monday.")
        absent.replace_header("Subject", f"Out of office: {acknowledged['Subject']}")
        absent["Auto-Submitted"] = "auto-replied"
        DORA.send(self.host, absent)
        self._see_filed(seen)

    def somebody_lies(self, acknowledged: EmailMessage) -> None:
        self.stage.tell("Mallory writes as Bob, with Bob's number. Bob's domain says that it is not him.")
        lie = BOB.write(str(acknowledged["Subject"]), "Please send the passwords to mallory@evil.example.")
        replace(MALLORY).send(self.host, lie, signed_in=False)
        self.stage.wait_for_event("arrival_held")
        self.stage.tell("Mallory tries under his own name: a new ticket, and Bob's stays as it was.")
        MALLORY.send(self.host, MALLORY.write(str(acknowledged["Subject"]), "I am a colleague of Bob's. What is new?"))
        self._see_acknowledged(MALLORY)

    def alice_nearly_leaks(self) -> None:
        self.stage.tell("Carol's client drops the quote marks; facts of the desk's would go out. She is asked first.")
        notice = self.stage.wait_for_mail(CAROL.address, lambda mail: "Printer" in str(mail["Subject"]))
        seen = len(self.stage.mails)
        facts = "\n".join(f"so you know {line} and more" for line in plain_text(notice).splitlines()[2:8] if line)
        answer = CAROL.answer(notice, f"Dora, we are on it.\n\n{facts}\nCarol")
        CAROL.send(self.host, answer)
        draft = self.stage.wait_for_mail(CAROL.address, lambda mail: "The draft as it stands" in plain_text(mail), seen)
        self.stage.tell("She writes it anew above #send, and only that goes to Dora.")
        CAROL.send(self.host, CAROL.answer(draft, "Dora, we are on it.\n\n#send"))
        self.stage.wait_for_mail(DORA.address, lambda mail: "we are on it" in plain_text(mail), seen)

    def _see_acknowledged(self, player: Player) -> None:
        self.stage.wait_for_mail(player.address, lambda mail: "[#" in str(mail["Subject"]))

    def _see_filed(self, before: int) -> None:
        for _ in range(before + 1):
            self.stage.wait_for_event("entry_added")


VPN_WORDS = """\
Hello,

since this morning the VPN does not connect. The client says "error 809"
and then waits for ever. I cannot reach any of our servers.

Bob
"""


def _html_only(player: Player) -> EmailMessage:
    mail = player.write("Mot de passe oublié", "")
    mail.set_content(
        "<html><body><p>Bonjour,</p><p>j'ai <b>oublié</b> mon mot de passe.</p><p>Henri</p></body></html>",
        subtype="html",
        charset="iso-8859-1",
    )
    return mail


def _japanese(player: Player) -> bytes:
    head = (
        f"From: =?iso-2022-jp?b?GyRCOzNFRCEhTTM1KhsoQg==?= <{player.address}>\r\nTo: {DESK}\r\n"
        "Subject: =?iso-2022-jp?B?GyRCJVclaiVzJT8hPBsoQg==?=\r\n"
        f"Message-ID: <20261123.1@{player.address.partition('@')[2]}>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    )
    return head.encode("ascii") + "プリンターが動きません。\r\nよろしくお願いします。\r\n".encode("iso-2022-jp")
