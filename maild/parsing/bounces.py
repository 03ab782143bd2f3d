"""Delivery reports: RFC 3464 where the server writes one, its words where it does not.

Every mail of ours goes to one recipient, so one is enough: of several the first that failed.

BUGS
    Words are recognised in the shapes of the servers that still write no report for machines; an unknown one stays a
    machine's mail without particulars.
"""

import re
from collections.abc import Iterator, Mapping

from maild.model.mail import Bounce
from maild.parsing.bounce_words import DELAYED, FAILED, FINAL, REASONS, RECIPIENTS, REFUSED, RETURNED, SUBJECTS
from maild.parsing.view import MailView

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    }
)
_DAEMONS = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster"})
_EXCHANGE = "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e"
_NOTICE = 16 * 1024
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_ADDRESS = re.compile(r"([^\s<>;,:()\"\[\]（）：]{1,128})@([^\s<>;,:()\"\]（）]{0,254}[^\s<>;,:()\"\].'’（）])")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
# The second number is 0 to 7 (RFC 3463, 2), so versions and the addresses of hosts are rarely taken for a status.
_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\d|\.\d)")
_TO = re.compile(r"^to[ \t]*:([^\n]{1,1000})", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(r"^message-id[ \t]*:\s*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(r"<[^<>\s]{1,990}>")
_ACTIONS = {"failed": "failed", "failure": "failed", "delayed": "delayed", "delay": "delayed"} | {
    each: each for each in ("delivered", "relayed", "expanded")
}
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}


def find_bounce(view: MailView) -> Bounce | None:
    """Read a delivery report; None for any other mail, a person's words about one included."""
    is_report = view.type == "multipart/report"
    has_no_sender = _has_no_sender(view)
    is_servers = bool(find_server(view))
    if not (is_report or has_no_sender or is_servers):
        return None
    status = "\n\n".join(part.text for part in view.parts if part.type in _STATUS_TYPES)
    bounce = _from_status(status, view) if status else None
    if bounce is not None:
        return bounce
    is_report = is_report and view.parameters.get("report-type", "").lower() in {"", "delivery-status"}
    # Receipts and absence notices have no envelope sender either: then the subject must speak of delivery.
    speaks = has_no_sender and SUBJECTS.search(view.subject) is not None
    return _from_words(view) if is_report or is_servers or speaks else None


def _has_no_sender(view: MailView) -> bool:
    """Tell whether the envelope or From says that nobody shall answer: RFC 5321, 4.5.5, and gateways after it."""
    is_empty = view.first("from").replace(" ", "").endswith("<>")
    return is_empty or view.first("return-path").replace(" ", "") == "<>"


def find_server(view: MailView) -> str:
    """Give the header which says that a mail server itself wrote the mail, "" without one."""
    failed = view.first("x-failed-recipients")
    if failed:
        return f"X-Failed-Recipients: {failed}"
    if view.first("content-class").lower() == "urn:content-classes:dsn":
        return "Content-Class: urn:content-classes:dsn"
    written = view.first("from")
    found = _ADDRESS.search(written)
    local = (found[1] if found is not None else written).strip("<> ").lower()
    return f"From: {written}" if local in _DAEMONS or local.startswith(_EXCHANGE) else ""


def _from_status(status: str, view: MailView) -> Bounce | None:
    """Read the fields of RFC 3464, 2.3: the first recipient that failed, else the first one."""
    blocks = [_fields_of(block) for block in _BLANK_LINE.split(status)]
    found = [block for block in blocks if _is_recipient(block)]
    if not found:
        # Some servers put a blank line between any two fields.
        joined = _fields_of(_BLANK_LINE.sub("\n", status))
        found = [joined] if _is_recipient(joined) else []
    bounces = [_recipient(fields, view) for fields in found]
    return next((each for each in bounces if each.action == "failed"), next(iter(bounces), None))


def _fields_of(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(block):
        fields.setdefault(name.lower(), " ".join(value.split()))
    return fields


def _is_recipient(fields: Mapping[str, str]) -> bool:
    names = fields.keys()
    return bool(names & {"final-recipient", "original-recipient"}) and bool(names & {"action", "status"})


def _recipient(fields: Mapping[str, str], view: MailView) -> Bounce:
    status = _status_of(fields)
    action = re.split(r"[^a-z]", fields.get("action", "").lower())[0]
    original = _XTEXT.sub(lambda code: chr(int(code[1], 16)), fields.get("original-recipient", ""))
    final = _address_in(fields.get("final-recipient", ""))
    if final is not None and "." not in final.partition("@")[2]:
        # A name within that server's house; who wrote to it knows the other one.
        final = _address_in(original) or final
    return Bounce(
        action=_ACTIONS.get(action) or _BY_CLASS.get((status or "5")[0], "failed"),
        status=status,
        recipient=final or _address_in(original),
        original_message_id=_returned_id(view),
    )


def _status_of(fields: Mapping[str, str]) -> str | None:
    """Give the status; where it says no more than failed or delayed, the remote server's own if that is as grave."""
    stated = _STATUS.search(fields.get("status", ""))
    remote = _STATUS.search(fields.get("diagnostic-code", ""))
    if stated is None or stated[1].endswith(".0.0"):
        is_better = remote is not None and (stated is None or remote[1][0] == stated[1][0])
        stated = remote if is_better else stated
    return stated[1] if stated is not None else _status_of_words(fields.get("diagnostic-code", ""))


def _from_words(view: MailView) -> Bounce | None:
    """Read a notice that was written for people."""
    text = view.text
    cut = RETURNED.search(text)
    notice = text[: cut.start() if cut is not None else _NOTICE][:_NOTICE]
    failed_header = view.first("x-failed-recipients")
    told = " ".join(f"{view.subject}\n{notice}".split())
    is_delayed = DELAYED.search(told) is not None
    if not (failed_header or is_delayed or FAILED.search(told) or REFUSED.search(notice)):
        return None
    is_delayed = is_delayed and not FINAL.search(told)
    addresses = [failed_header, *(match[1] for shape in RECIPIENTS for match in shape.finditer(notice))]
    recipient = next(filter(None, map(_address_in, addresses)), None) or _only_other(notice, view)
    status = _status_in(notice, is_delayed=is_delayed)
    if recipient is None and status is None and not SUBJECTS.search(view.subject):
        # Who keeps a server writes from its address too, and not of one mail.
        return None
    return Bounce("delayed" if is_delayed else "failed", status, recipient, _returned_id(view))


def _only_other(notice: str, view: MailView) -> str | None:
    """Give the one address in the notice that is neither the server's nor the reader's; None if there are several.

    Where the notice names nobody, it is who the returned mail was written to.
    """
    known = {match[0].lower() for name in ("from", "to", "reply-to") for match in _ADDRESS.finditer(view.first(name))}
    found = {
        address.lower(): address
        for match in _ADDRESS.finditer(notice)
        if (address := _address_in(match[0])) and match[1].strip("'").lower() not in _DAEMONS
    }
    others = [address for key, address in found.items() if key not in known]
    if others:
        return others[0] if len(others) == 1 else None
    to = [match for head in _returned_heads(view) for match in _TO.findall(head)]
    written = [address for each in to[:1] for match in _ADDRESS.finditer(each) if (address := _address_in(match[0]))]
    return written[0] if len(written) == 1 else None


def _status_in(notice: str, *, is_delayed: bool) -> str | None:
    """Find the status among the words, of the class that goes with the outcome, else what the words amount to."""
    for found in _STATUS.finditer(notice):
        if found[1][0] == ("4" if is_delayed else "5"):
            return found[1]
    if is_delayed:
        return None
    return _status_of_words(notice)


def _status_of_words(text: str) -> str | None:
    return next((status for status, words in REASONS if words.search(text)), None)


def _address_in(text: str) -> str | None:
    found = _ADDRESS.search(text)
    return f"{found[1]}@{found[2].lower()}" if found is not None else None


def _returned_id(view: MailView) -> str | None:
    """Give the Message-ID of the mail that came back: from its copy, else of the mail that the report answers."""
    return next(_returned_ids(view), None)


def _returned_ids(view: MailView) -> Iterator[str]:
    for head in _returned_heads(view):
        yield from _MESSAGE_ID.findall(head)
    # Exchange and Gmail thread their reports.
    yield from _ID.findall(view.first("in-reply-to"))
    yield from reversed(_ID.findall(view.first("references")))


def _returned_heads(view: MailView) -> Iterator[str]:
    """Give the fields of the copies that came back: of those that are parts, then what hangs below the words."""
    for part in view.parts:
        if part.type in _RETURNED_TYPES:
            yield _BLANK_LINE.split(part.text.lstrip("\n"), maxsplit=1)[0]
    cut = RETURNED.search(view.text)
    if cut is not None:
        yield view.text[cut.start() :]
