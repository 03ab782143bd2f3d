"""The main job, through Dovecot, the daemon and Postfix: a mail in, a ticket, an answer out and back."""

from email.message import EmailMessage

from tests.acceptance.working_desk import WorkingDesk, text_of


def _subject_has(word: str):
    return lambda mail: word in str(mail["Subject"])


def _says(words: str):
    return lambda mail: words in text_of(mail)


def _opened(
    desk: WorkingDesk, subject: str = "VPN down", words: str = "It says error 809."
) -> tuple[str, EmailMessage]:
    """Let a customer write, and give their address and the notice that Alice got."""
    bob = desk.host.new_user("bigco.example")
    desk.send(desk.write(bob, subject, words, From=f"Bob Miller <{bob}>"), bob)
    return bob, desk.wait_for_mail(desk.alice, _subject_has(subject))


def test_a_proved_customer_gets_a_ticket_and_an_acknowledgement(desk: WorkingDesk):
    """A mail becomes a ticket at once, and its sender is told the number."""
    bob, _ = _opened(desk)

    acknowledged = desk.wait_for_mail(bob)

    assert "[#1001]" in str(acknowledged["Subject"])
    assert acknowledged["Auto-Submitted"] == "auto-replied"
    ticket = desk.show("ticket", "show", "1001")
    assert (ticket["state"], ticket["requester"]) == ("new", bob)
    assert [entry["kind"] for entry in ticket["entries"]] == ["customer-message"]


def test_an_unproved_sender_gets_none_of_his_words_back(desk: WorkingDesk):
    """Nobody can make the desk send his text to a victim."""
    eve = desk.host.new_user("x.example")
    desk.send(desk.write(eve, "Cheap watches", "Buy at evil.example"), eve, "none")

    acknowledged = desk.wait_for_mail(eve)

    assert "watches" not in acknowledged.as_string()
    assert "evil.example" not in acknowledged.as_string()
    assert "[#1001]" in str(acknowledged["Subject"])


def test_a_plain_answer_reaches_the_customer_and_the_answer_comes_back(desk: WorkingDesk):
    """The agent's loop: notice, plain answer, relay, the customer's answer, notice."""
    bob, notice = _opened(desk)
    assert text_of(notice).splitlines()[0] == "Answer → Bob Miller (customer)"

    desk.send(desk.answer(desk.alice, notice, "Please restart the client."), desk.alice)
    relayed = desk.wait_for_mail(bob, _says("Please restart"))

    assert text_of(relayed).strip().startswith("Please restart the client.")
    assert "error 809" not in text_of(relayed)
    assert desk.alice not in relayed.as_string()
    assert not relayed["Auto-Submitted"]
    desk.send(desk.answer(bob, relayed, "It works, thank you."), bob)
    back = desk.wait_for_mail(desk.alice, _says("It works, thank you."))
    assert desk.show("ticket", "show", "1001")["state"] == "open"
    assert "[#1001" in str(back["Subject"])
    assert len(desk.show("ticket", "list")) == 1


def test_a_claimed_agent_sends_nothing_to_the_customer(desk: WorkingDesk):
    """`From: alice` without proof is asked about, not obeyed."""
    bob, _ = _opened(desk)
    desk.send(desk.write(desk.alice, "Re: VPN down [#1001]", "#reply Send me your password."), desk.alice, "none")

    asked = desk.wait_for_mail(desk.alice, _says("Send me your password"))

    assert "[#1001" in str(asked["Subject"])
    assert [mail for mail in desk.mails_to(bob) if "password" in mail.as_string()] == []


def test_a_note_stays_among_colleagues(desk: WorkingDesk):
    """`#note` in an answer to a notice is not relayed."""
    bob, notice = _opened(desk)
    desk.send(desk.answer(desk.alice, notice, "#note He is a difficult one."), desk.alice)
    desk.wait_for_event("entry_added")

    kinds = [entry["kind"] for entry in desk.show("ticket", "show", "1001")["entries"]]
    assert "note" in kinds
    assert [mail for mail in desk.mails_to(bob) if "difficult" in mail.as_string()] == []


def test_facts_of_the_desk_in_an_answer_make_it_a_draft(desk: WorkingDesk):
    """Six words of ours never reach the customer unasked; `#send` with other words does."""
    bob, notice = _opened(desk)
    ours = next(line for line in text_of(notice).splitlines()[1:] if len(line.split()) > 7 and "809" not in line)
    leaking = desk.write(
        desk.alice,
        str(notice["Subject"]),
        f"Hello Bob,\nas it says here, {ours} and so on\nAlice",
        In_Reply_To=str(notice["Message-ID"]),
    )
    desk.send(leaking, desk.alice)
    draft = desk.wait_for_mail(desk.alice, _says("#send"))
    while draft["Message-ID"] == notice["Message-ID"]:
        draft = desk.wait_for_mail(desk.alice, lambda mail: mail["Message-ID"] != notice["Message-ID"])
    assert [mail for mail in desk.mails_to(bob) if "as it says" in mail.as_string()] == []

    desk.send(desk.answer(desk.alice, draft, "Hello Bob, we are on it.\n\n#send"), desk.alice)

    relayed = desk.wait_for_mail(bob, _says("we are on it"))
    assert "#send" not in text_of(relayed)


def test_an_empty_answer_sends_nothing(desk: WorkingDesk):
    """Nothing of the agent's own left: nothing goes out."""
    bob, notice = _opened(desk)
    desk.send(desk.answer(desk.alice, notice, ""), desk.alice)
    desk.wait_for_event("mail_accepted", 4)

    assert len(desk.mails_to(bob)) == 1


def test_one_mail_twice_is_one_entry(desk: WorkingDesk):
    """A server that delivers a mail twice makes neither a second ticket nor a second acknowledgement."""
    bob = desk.host.new_user("bigco.example")
    mail = desk.write(bob, "Once", "Only once.")
    desk.send(mail, bob)
    desk.wait_for_mail(bob)
    desk.send(mail, bob)

    desk.wait_for_event("arrival_duplicate")

    assert len(desk.mails_to(bob)) == 1
    assert len(desk.show("ticket", "list")) == 1


def test_a_forged_participant_is_held(desk: WorkingDesk):
    """A mail that the sender's own domain disowns touches no ticket and is answered by nobody."""
    bob, _ = _opened(desk)
    acknowledged = desk.wait_for_mail(bob)
    desk.send(desk.write(bob, str(acknowledged["Subject"]), "Close it."), bob, "fail")

    held = desk.wait_for_event("arrival_held")

    assert len(desk.show("held", "list")) == 1
    assert held[0]["reason"]
    assert len(desk.show("ticket", "show", "1001")["entries"]) == 1


def test_a_guessed_tag_opens_a_new_ticket(desk: WorkingDesk):
    """A stranger with somebody's number gets a number of his own."""
    _opened(desk)
    eve = desk.host.new_user("x.example")
    desk.send(desk.write(eve, "Re: [#1001] news?", "What is new?"), eve)

    desk.wait_for_mail(eve, _subject_has("[#1002]"))

    assert len([e for e in desk.show("ticket", "show", "1001")["entries"] if e["kind"] == "customer-message"]) == 1


def test_outcomes_are_shown_in_the_mailbox(desk: WorkingDesk):
    """What was handled lies in Handled, byte for byte, and the inbox is empty."""
    bob, _ = _opened(desk)
    desk.wait_for_mail(bob)
    desk.wait_for_event("outcomes_shown")

    assert desk.host.inbox(desk.address) == []
    assert len(desk.host.inbox(desk.address, "Handled")) == 1
