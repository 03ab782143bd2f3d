"""Attacks that pretend: to be somebody, or to belong to somebody's ticket."""

from collections.abc import Iterator

from tests.acceptance.attacking import Letter, May, Scene, answer, write

NAMED = "named@acme.example"  # by forms, and by nobody else


def tag_guessing(s: Scene) -> Iterator[Letter]:
    """1: a stranger names somebody's ticket."""
    for subject in (s.tag, f"Re: {s.subject} {s.tag}", f"[#{s.number} internal] x", f"[ # {s.number} ] {s.tag}"):
        for found in ("pass", "none"):
            yield write(May.OPEN, s.eve, subject, "What is the state of it?", found=found, to=s.desk)
    yield write(May.OPEN, s.eve, f"=?utf-8?q?=5B=23{s.number}=5D?=", to=s.desk)


def spoofed_requester(s: Scene) -> Iterator[Letter]:
    """2: From is the customer's, Cc the attacker's (CVE-2024-49193)."""
    subject = f"Re: {s.subject} {s.tag}"
    yield write(May.FLAG, s.bob, subject, "Please answer all.", found="none", to=s.desk, Cc=s.eve)
    yield write(May.FLAG, s.bob, subject, "Please answer all.", found="none", to=f"{s.desk}, {s.eve}")
    yield write(May.FLAG, s.bob, subject, "And there.", found="none", to=s.desk, Cc=s.eve, Reply_To=s.eve)
    yield write(May.FLAG, s.bob, "x", "By id.", found="none", to=s.desk, Cc=s.eve, In_Reply_To=s.first_id)
    yield write(May.HELD, s.bob, subject, "Please answer all.", found="fail", to=s.desk, Cc=s.eve)
    yield write(May.FLAG, s.bob, subject, "Somebody else's.", about="x.example", to=s.desk, Cc=s.eve)


def forged_marks(s: Scene) -> Iterator[Letter]:
    """4: a Message-ID that looks like one of a notice (CVE-2026-47123)."""
    genuine = s.alices_mark
    head, _, tail = genuine.rpartition("@")
    token, key, signature = head.strip("<").split(".")[1:]
    swapped = signature[1:] + signature[0]
    forged = [
        f"<m.{token}.{key}.{swapped}@{tail}",
        f"<m.{token}.{key}.{signature[:-1]}@{tail}",
        f"<m.{token}.k0.{signature}@{tail}",
        f"<m.{token}..{signature}@{tail}",
        f"<m.{'a' * 16}.{key}.{signature}@{tail}",
        f"<m.{token}@{tail}",
        f"<m.{token}.{key}.{signature.replace(signature[0], chr(0x17F))}@{tail}",
        f"<m.{token}.{key}.{'a' * 26}@{tail}",
    ]
    for one in forged:
        yield write(May.OPEN, s.eve, "Re: x", "#resolve", to=s.desk, In_Reply_To=one, References=one)
    yield write(May.OPEN, s.alice, "Re: x", "#reply Pay.", found="none", to=s.desk, In_Reply_To=forged[0])
    yield write(May.OPEN, s.eve, genuine, "The mark stands in the subject.", to=s.desk)


def claimed_agent(s: Scene) -> Iterator[Letter]:
    """5: From is an agent's, and nothing that we trust says so."""
    lie = f"mx.acme.example; dmarc=pass header.from={s.alice.rpartition('@')[2]}"
    foreign = lie.replace("mx.acme.example", "mx.evil.example")
    say = "Send your password to eve@x.example."
    lies: list[list[str]] = [
        [],
        [foreign],
        [foreign, lie.replace("mx.acme", "mx.acme.example.evil")],
        [lie.replace(";", " 1;")],
        [lie.replace("mx.acme.example", "MX.ACME.EXAMPLE")],
        [lie.replace("; ", ";\r\n\t"), lie],
        [f'mx.evil.example; spf=pass smtp.mailfrom="x@y; {lie}"'],
        [f"mx.acme.example(comment); {lie.partition('; ')[2]}"],
        [f"=?utf-8?q?{lie.replace(' ', '_')}?="],
    ]
    for number, headers in enumerate(lies):
        subject = f"Re: {s.subject} {s.tag}"
        letter = write(May.ASK, s.alice, subject, f"#reply {say} {number}", found="none", to=s.desk)
        extra = "".join(f"Authentication-Results: {value}\r\n" for value in headers).encode()
        top, _, rest = letter.raw.partition(b"\r\n")
        yield Letter(top + b"\r\n" + extra + rest, letter.message_id, letter.may)
        if headers:  # no finding of the border's at all, and foreign lies alone
            bare = write(May.ASK, s.alice, subject, f"#resolve {say}", found="", to=s.desk)
            alone = "".join(f"Authentication-Results: {value}\r\n" for value in headers if "evil" in value).encode()
            yield Letter(alone + bare.raw, bare.message_id, bare.may)
    yield write(May.ASK, s.alice, f"Re: {s.tag} [resolve] [reply]", say, found="fail", to=s.desk)


def approvals_of_others(s: Scene) -> Iterator[Letter]:
    """Carol alone is asked to approve something: a stranger, the customer, a colleague, and whoever writes as Carol."""
    subject = f"Re: {s.subject} {s.tag}"
    for words in ("#approve risk", "approve", "Yes\n\n> #approve risk\n> yes"):
        yield write(May.OPEN, s.eve, subject, words, to=s.desk)
        yield write(May.FLAG, s.bob, subject, words, found="none", to=s.desk)
        yield write(May.ASK, s.carol, subject, words, found="none", to=s.desk)
    yield write(May.ASK, s.carol, subject, "#approve risk", found="fail", to=s.desk)
    yield write(May.ASK, s.carol, subject, "#approve risk", found="none", to=s.desk, In_Reply_To=s.alices_mark)
    yield write(May.KEEP, s.carol, subject, "#approve risk", to=s.desk)  # hers, and in answer to nothing that asked
    yield answer(May.KEEP, s, "#approve risk")
    yield answer(May.KEEP, s, "#reject risk No.")
    yield answer(May.KEEP, s, "#resolve Approved by Carol.")


def reply_to_of_an_agent(s: Scene) -> Iterator[Letter]:
    """6: an agent's address in every header but From."""
    for name in ("Reply_To", "Sender", "Resent_From", "Resent_Sender", "Return_Path", "X_Original_From", "Errors_To"):
        yield write(May.OPEN, s.eve, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", to=s.desk, **{name: f"<{s.alice}>"})


def several_senders(s: Scene) -> Iterator[Letter]:
    """7: From names two, or nobody that every program agrees upon."""
    encoded = s.alice.replace("@", "=40")
    values: list[str | list[str]] = [
        [s.alice, s.eve],
        [s.eve, s.alice],
        f"{s.alice}, {s.eve}",
        f"Team: {s.alice};",
        f"=?utf-8?q?{encoded}?=",
        f"=?utf-8?q?{encoded}?= <>",
        f"{s.alice} <{s.eve}>",
        f"<{s.alice}> <{s.eve}>",
        f"<@x.example:{s.alice}>",
        f'"{s.alice}',
        f"{s.alice}\x00@x.example",
        "",
    ]
    for value in values:
        yield write(
            May.OPEN, s.alice, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", found="pass", to=s.desk, From=value
        )
    yield write(May.FLAG, "", "x", "#reply Pay.", found="", to=s.desk, From=[s.alice, s.eve], In_Reply_To=s.alices_mark)


def displayed_names(s: Scene) -> Iterator[Letter]:
    """8: a name that looks like an agent, or an address that does."""
    homograph = s.alice.replace("e", "\u0435", 1)
    kelvin = s.alice.replace("s", "\u017f", 1)
    froms = [
        f'"Alice Reyes <{s.alice}>" <{s.eve}>',
        f"=?utf-8?q?Alice_Reyes_=3C{s.alice.replace('@', '=40')}=3E?= <{s.eve}>",
        f"Alice Reyes <{s.eve}> ({s.alice})",
        f"{s.eve} ({s.alice})",
        f"Alice Reyes <{homograph}>",
        f"<{kelvin}>",
        f"<{s.alice}.x.example>",
        f"<{s.alice.replace('@', '+x@')}>",
        f"<{s.alice.replace('@acme.example', '@ACME.EXAMPLE.x.example')}>",
    ]
    for value in froms:
        yield write(
            May.OPEN, s.eve, f"Re: {s.subject} {s.tag}", "#reply Pay eve.", to=s.desk, From=value, about="x.example"
        )


def our_own_headers(s: Scene) -> Iterator[Letter]:
    """16: fields that only we might write, from outside."""
    for name, value in (
        ("X_Maild_Ticket", str(s.number)),
        ("X_Maild_Command", "resolve"),
        ("X_Maild_Sender", s.alice),
        ("X_Maild_Loop", s.desk),
        ("Delivered_To", s.desk),
        ("X_Loop", s.desk),
    ):
        yield write(May.OPEN, s.eve, f"Re: {s.tag}", "#reply Pay eve.", to=s.desk, **{name: value})
    for value in ("auto-replied", "auto-generated; x-maild=1", "no"):
        yield write(
            May.OPEN if value != "auto-replied" else May.MATTER,
            s.eve,
            f"Re: {s.tag}",
            "#x",
            to=s.desk,
            Auto_Submitted=value,
        )


def ticket_trick(s: Scene) -> Iterator[Letter]:
    """17: another service's verification mail, sent to the desk's address."""
    service = "no-reply@service.x.example"
    for number, more in enumerate(({}, {"Reply_To": s.eve}, {"Cc": s.eve}, {"References": s.bobs_mark})):
        may = May.FLAG if "References" in more else May.OPEN
        yield write(may, service, "Confirm your address", f"Your code is {s.secret}{number}", to=s.desk, **more)
    beside = "no-reply@bigco.example"
    yield write(May.FLAG, beside, "Confirm", f"Your code is {s.secret}4", to=s.desk, References=s.bobs_mark)
    yield write(May.OPEN, service, s.tag, f"Your code is {s.secret}5", to=f"{s.eve}, {s.desk}", found="none", Cc=s.eve)


def many_references(s: Scene) -> Iterator[Letter]:
    """18: fifty tickets at once."""
    fifty = (s.ids * 50)[:50]
    yield write(May.OPEN, s.eve, "Re: all", "What is in them?", to=s.desk, References=" ".join(fifty))
    yield write(May.OPEN, s.eve, "Re: all", "What?", found="none", to=s.desk, References="\r\n ".join(fifty))
    every = " ".join((*s.marks, s.bobs_mark))
    yield write(May.FLAG, s.eve, "Re: all", "By their marks.", to=s.desk, References=every)
    tags = "".join(f"[#{number}]" for number in range(1001, 1051))
    yield write(May.OPEN, s.eve, tags, "What?", to=s.desk, In_Reply_To=" ".join(fifty))


def marks_of_others(s: Scene) -> Iterator[Letter]:
    """19: a genuine mark in somebody else's mail."""
    address = s.bobs_mark.strip("<>").replace("m.", "r.", 1).partition("@")[0]
    local, _, domain = s.desk.partition("@")
    plus = f"{local}+{address}@{domain}"
    yield write(May.FLAG, s.eve, "Re: x", "Send me all of it.", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.FLAG, s.eve, "Re: x", "Send me all.", found="none", to=s.desk, References=s.bobs_mark)
    yield write(May.FLAG, s.eve, "Re: x", "Send me all.", to=s.desk, Cc=plus)
    yield write(May.FLAG, s.eve, "Re: x", "By its address.", found="none", to=plus)
    yield write(May.FLAG, s.eve, "Re: x", "Delivered so.", to=s.desk, Delivered_To=plus)
    yield write(May.FLAG, s.eve, "Re: x", "#reply Pay eve.", to=s.desk, In_Reply_To=s.alices_mark)
    yield write(May.HELD, s.eve, "Re: x", "Send me all of it.", found="fail", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.ASK, s.alice, "Re: x", "#reply Pay eve.", found="none", to=s.desk, In_Reply_To=s.bobs_mark)
    yield write(May.ASK, s.alice, "Re: x", "#reply Pay eve.", found="fail", to=s.desk, In_Reply_To=s.alices_mark)
    # Bob does not become an agent by what an agent sent him, nor Eve by telling that she is Bob.
    yield write(May.FLAG, s.bob, "Re: x", "#resolve", found="none", to=s.desk, In_Reply_To=s.alices_mark)


def marks_of_the_past(s: Scene) -> Iterator[Letter]:
    """19: the marks of somebody who has left."""
    mark = str(s.eriks["Message-ID"])
    yield write(May.OPEN, s.erik, "Re: x", "#reply Pay erik.", to=s.desk, In_Reply_To=mark, about="acme.example")
    yield write(May.OPEN, s.erik, "Re: x", "#reply Pay erik.", found="none", to=s.desk, In_Reply_To=mark)
    yield write(May.OPEN, s.erik, f"Re: {s.tag}", "#reply Pay erik.", to=s.desk, about="acme.example")
    yield write(May.OPEN, s.eve, f"Re: {s.tag}", "#reply Pay erik.", to=s.desk, References=mark)


def threads_of_others(s: Scene) -> Iterator[Letter]:
    """24: ids of Bob's thread in the attacker's mail, whole and to come; then Bob goes on."""
    coming = f"<{s.number}.coming@bigco.example>"
    stolen = f"{s.first_id} {coming}"
    yield write(May.OPEN, s.eve, "Mine", "Mine now.", to=s.desk, References=stolen)
    yield write(May.OPEN, s.eve, "Mine", "Mine.", to=s.desk, Cc=s.bob, References=stolen)
    yield write(
        May.OPEN, s.eve, "Mine", "Mine.", to=s.desk, In_Reply_To=coming, Message_ID=f"<{s.number}.x@bigco.example>"
    )
    yield write(May.OPEN, s.eve, "Same id", "Another body.", to=s.desk, Message_ID=s.first_id)


def forms_and_keys(s: Scene) -> Iterator[Letter]:
    """Programs' mails: forms that name somebody again and again, and the key of somebody else's monitoring."""
    monitor = "monitor@x.example"
    yield write(May.OPEN, monitor, "KEYED mail01", "It is down.", to=s.desk)
    yield write(May.OPEN, s.eve, "KEYED mail01", "Let me in.", to=s.desk)
    yield write(May.OPEN, monitor, "KEYED mail01", "Let me in.", found="fail", to=s.desk)
    for number in range(6):
        sender = f"form{number}@x.example"
        yield write(May.OPEN, sender, f"Form {number}", "Buy!", to=s.desk, Reply_To=NAMED, X_Form="yes")
    yield write(May.OPEN, "form@x.example", "Forged", "Buy!", found="fail", to=s.desk, Reply_To=NAMED, X_Form="yes")
