"""Mails taken apart, built by hand for the judges of machines and delivery reports."""

from maild.model.mail import Address
from maild.parsing.view import MailView, PartView


def a_part(
    type_: str, text: str = "", disposition: str = "", content: bytes = b"", name: str = "", **parameters: str
) -> PartView:
    return PartView(type_, parameters, disposition, name, (("Content-Type", type_),), text, content)


def a_view(
    *headers: tuple[str, str],
    text: str = "Hello",
    type_: str = "text/plain",
    parameters: dict[str, str] | None = None,
    parts: tuple[PartView, ...] = (),
    sender: str = "bob@b.example",
    subject: str = "The printer",
) -> MailView:
    """Give a person's mail, changed as told."""
    basic = {"From": sender, "To": "support@acme.example", "Subject": subject}
    given = {name.lower() for name, _ in headers}
    fields = (*((name, value) for name, value in basic.items() if name.lower() not in given), *headers)
    return MailView(
        headers=fields,
        sender=Address(sender) if "@" in sender else None,
        subject=subject,
        type=type_,
        parameters=parameters or {},
        text=text,
        parts=parts or (a_part("text/plain", text),),
    )
