"""What a mail comes to, whatever its headers: who wrote it, its subject without prefixes, its new words, its files.

A program that answers whatever comes, and gives no sign of being one, says the same again and again.
"""

from hashlib import sha256

from maild.desk.house import House
from maild.model.mail import Message
from maild.subjects import without_prefixes

_LETTERS = 32  # of the hash: 128 bits; whoever makes two gists one silences nobody but themselves


def gist_of(message: Message, house: House) -> str:
    """Give the gist of a mail, alike for mails that say the same.

    "" where none is wanted: nobody is named, a colleague wrote it, or a known machine, which is never answered.
    """
    sender = message.sender
    if sender is None or message.automatic is not None or house.rules.find_person(sender.address) is not None:
        return ""
    words = message.reply if message.reply.strip() else message.text
    files = (each.sha256 for each in message.attachments)
    parts = (sender.address.lower(), without_prefixes(message.subject), " ".join(words.split()), *files)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:_LETTERS]
