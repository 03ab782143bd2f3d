"""How Outlook names a conversation: read in a mail's fields, to be given back in our answers.

Outlook goes by Thread-Index and Thread-Topic before it looks at References, and our tag changes the subject.
"""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterable

from maild.model.mail import Conversation

_FIRST, _STEP = 22, 5  # octets: time and GUID of the first mail, then five for each answer (MS-OXOMSG, 2.2.1.3)
_LONGEST_INDEX = 900  # a header line ends at 998
_LONGEST_TOPIC = 255
_WHITE = re.compile(r"\s+")


def find_conversation(fields: Iterable[tuple[str, str]]) -> Conversation | None:
    """Find the conversation that a mail's fields name; an index that is none, or that comes twice, names nothing."""
    named = {"thread-index": list[str](), "thread-topic": list[str]()}
    for name, value in fields:
        if (known := named.get(name.lower())) is not None:
            known.append(value)
    if len(named["thread-index"]) != 1 or len(named["thread-topic"]) > 1:
        return None
    index = _WHITE.sub("", named["thread-index"][0])
    topic = " ".join(named["thread-topic"]).strip()
    if not _is_index(index) or len(topic) > _LONGEST_TOPIC:
        return None
    return Conversation(index, topic)


def _is_index(index: str) -> bool:
    if len(index) > _LONGEST_INDEX:
        return False
    try:
        octets = a2b_base64(index.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError):
        return False
    return len(octets) >= _FIRST and (len(octets) - _FIRST) % _STEP == 0
