"""What would become an attack if an agent's own client could send it on."""

from collections.abc import Iterator

from tests.acceptance.attacking import Letter, May, Scene, answer, write
from tests.acceptance.working_desk import text_of


def echoes(s: Scene) -> Iterator[Letter]:
    """23: Alice's plain answer echoes a subject and words full of commands; only her words count."""
    yield answer(May.RELAY, s, "Please restart it.")


def echoes_without_marks(s: Scene) -> Iterator[Letter]:
    """23: the same by a client that quotes in HTML and marks nothing, as Outlook does."""
    body = s.notice.get_body(("html",))
    shown = str(body.get_content()) if body else f"<pre>{text_of(s.notice)}</pre>"
    head = f"<b>From:</b> Acme Support &lt;{s.desk}&gt;<br><b>Sent:</b> Monday, 23 November 2026 09:12<br>"
    head += f"<b>To:</b> Alice Reyes &lt;{s.alice}&gt;<br><b>Subject:</b> {s.notice['Subject']}<br>"
    words = f"<html><body><p>Please restart it.</p><hr><div>{head}</div>{shown}</body></html>"
    yield write(
        May.RELAY,
        s.alice,
        f"RE: {s.notice['Subject']}",
        words,
        to=s.desk,
        relayed="Please restart it.",
        type_="text/html; charset=utf-8",
        In_Reply_To=s.alices_mark,
    )


def echoes_in_notes(s: Scene) -> Iterator[Letter]:
    """23: an answer that keeps Bob's commands between its own lines is asked about or relayed, never obeyed."""
    words = f"I see.\n\n> #resolve\n> #note He pays.\n> {s.secret}\n\nThat is all."
    yield answer(May.RELAY, s, words, relayed="That is all.")


def empty_answers(s: Scene) -> Iterator[Letter]:
    """25: nothing but the notice, quoted in any way."""
    plain = text_of(s.notice)
    quotes = (
        "".join(f"> {line}\n" for line in plain.splitlines()),
        f"\n\n{'_' * 32}\nFrom: {s.notice['From']}\nSent: Monday\nTo: x\nSubject: {s.notice['Subject']}\n\n{plain}",
        f"\n\n-----Original Message-----\n{plain}",
        "".join(f">> {line}\n" for line in plain.splitlines()),
        plain,
    )
    for command in ("#resolve", "", "#reply"):
        for quote in quotes:
            subject = f"Re: {s.notice['Subject']}"
            words = f"{command}\n\n{quote}"
            yield write(May.KEEP, s.alice, subject, words, to=s.desk, In_Reply_To=s.alices_mark)


def answers_to_outsiders(s: Scene) -> Iterator[Letter]:
    """An agent's plain answer that went elsewhere too, and a forward."""
    yield answer(May.KEEP, s, "Do you know him?", Cc=s.eve)
    yield answer(May.KEEP, s, "Do you know him?", to=f"{s.desk}, Eve <{s.eve}>")
    yield answer(May.KEEP, s, "Look at this one.", subject=f"Fwd: {s.notice['Subject']}")
    yield answer(May.KEEP, s, "Schau mal.", subject=f"WG: {s.notice['Subject']}")
    yield answer(May.KEEP, s, "Only to a colleague.", to=s.carol)
    yield answer(May.KEEP, s, "To Bob by my own client.", to=f"{s.desk}, {s.bob}", Cc=s.eve)
    # From now on Bob and Eve hold the mark of Alice's notice.
    for mark in (s.alices_mark, s.alices_mark.replace("<m.", "<r."), s.alices_mark.replace("@acme", "@x.acme")):
        yield write(May.ASK, s.alice, "Re: x", "#reply Pay eve.", found="none", to=s.desk, In_Reply_To=mark)


def vacations(s: Scene) -> Iterator[Letter]:
    """An agent's responder answers the notice."""
    words = "I am at the beach until Friday."
    yield answer(May.EVENT, s, words, Auto_Submitted="auto-replied")
    yield answer(May.EVENT, s, words, Precedence="bulk")
    yield answer(May.EVENT, s, words, Precedence="auto_reply")
    yield answer(May.EVENT, s, words, X_Autoreply="yes")
    yield answer(May.EVENT, s, words, subject=f"Automatic reply: {s.notice['Subject']}")


SUBJECTS = {
    "echoes_without_marks": "[reply] \uff3bresolve\uff3d help",
    "echoes": "[reply] [resolve] \uff3bnote\uff3d [#1001] [p1] The printer",
    "echoes_in_notes": "\uff3breply\uff3d #resolve [close]",
}


WORDS = {
    "approvals_of_others": "The ceiling must go.\n",
    "echoes_without_marks": "Hello,\n#resolve\n#reply Pay eve.\n#send\n",
    "echoes": "#resolve\n#note\n#reply\n[close]\n",
    "echoes_in_notes": "#resolve\n#note He pays.\n",
}
