"""The new words of every answer of the corpus, stated after reading each, and how many a library gets right alone.

The corpus is no part of the project: its folder is named by MAILD_CORPUS.
"""

import os
import sys
from pathlib import Path

import pytest
import quotequail

from maild.parsing import parse
from maild.parsing.html import html_to_text
from maild.parsing.replies import new_words

FOLDER = os.environ.get("MAILD_CORPUS")
if FOLDER is None:
    if os.environ.get("CI"):
        pytest.fail(
            "MAILD_CORPUS names no folder: the corpus cannot be read, and CI does not do without", pytrace=False
        )
    pytest.skip("MAILD_CORPUS names no folder of mails", allow_module_level=True)

FINE = "Hi. I am fine.\n\nThanks,\nAlex"
BULLETS = """One: Here's what I've got.

- This would be the first bullet point that wraps to the second line
to the next
- This is the second bullet point and it doesn't wrap
- This is the third bullet point and I'm having trouble coming up with enough
to say
- This is the fourth bullet point

Two:
- Here is another bullet point
- And another one

This is a paragraph that talks about a bunch of stuff. It goes on and on
for a while."""
INTERLEAVED = """> okay.  Well, here's some stuff I can write.
>
> And if I write a 2 second line you and maybe reply under this?
>
> Or if you didn't really feel like it, you could reply under this line.Or
> if you didn't really feel like it, you could reply under this line. Or if
> you didn't really feel like it, you could reply under this line. Or if you
> didn't really feel like it, you could reply under this line.

I will reply under this one

> okay?

and under this."""

# The whole of the new words, or how they begin and end around "…".
EXPECTED = {
    "email-reply-parser/correct_sig.txt": "this is an email with a correct -- signature.",
    "email-reply-parser/email_1_1.txt": "Hi folks\n\nWhat is the best…Java HTTP API.\n\n-Abhishek Kona",
    "email-reply-parser/email_1_2.txt": 'Hi,\n\n> Hi folks\n> \n> What is…\n\nYou can list…them all individually."',
    "email-reply-parser/email_1_3.txt": "Oh thanks.\n\nHaving the function would be great.\n\n-Abhishek Kona",
    "email-reply-parser/email_1_4.txt": "Awesome! I haven't had another problem with it.",
    "email-reply-parser/email_1_5.txt": BULLETS,
    "email-reply-parser/email_1_6.txt": "I get proper rendering as well.",
    "email-reply-parser/email_1_7.txt": ":+1:",
    "email-reply-parser/email_1_8.txt": INTERLEAVED,
    "email-reply-parser/email_2_1.txt": "Outlook with a reply",
    "email-reply-parser/email_2_2.txt": "Outlook with a reply directly above line",
    "email-reply-parser/email_2_3.txt": "Outlook with a reply directly above line",
    "email-reply-parser/email_BlackBerry.txt": "Here is another email",
    "email-reply-parser/email_bullets.txt": "test 2 this…second\n\nand have…   - how about bullets\n   - and another",
    "email-reply-parser/email_iPhone.txt": "Here is another email",
    "email-reply-parser/email_multi_word_sent_from_my_mobile_device.txt": "Here is another email",
    "email-reply-parser/email_one_is_not_on.txt": "Thank, this is…Locally (on development), when I run...",
    "email-reply-parser/email_sent_from_my_not_signature.txt":
        "Here is another email\n\nSent from my desk, is much easier then my mobile phone.",
    "email-reply-parser/email_sig_delimiter_in_middle_of_line.txt": "Hi there!\n\n…not a signature.\n\nkthxbai",
    "email-reply-parser/greedy_on.txt": "On your remote host you can run:\n\n…fails, the tunnel is not working.",
    "email-reply-parser/pathological.txt": "I think you're onto something. I will…soon as I\nget back to a computer.",
    "talon/OLK_SRC_BODY_SECTION.html": "Reply",
    "talon/html_replies/gmail.html": FINE,
    "talon/html_replies/hotmail.html": FINE,
    "talon/html_replies/mail_ru.html": FINE,
    "talon/html_replies/ms_outlook_2003.html": FINE,
    "talon/html_replies/ms_outlook_2007.html": "Hi. I am fine.\nThanks,\nAlex",
    "talon/html_replies/ms_outlook_2010.html": "Hi. I am fine.\nThanks,\nAlex",
    "talon/html_replies/thunderbird.html": FINE,
    "talon/html_replies/windows_mail.html": FINE,
    "talon/html_replies/yandex_ru.html": FINE,
    "talon/reply-quotations-share-block.eml": "Hi Katharine.…from you soon.\n\xa0\nJoe XXX",
    "talon/reply-separated-by-hr.html": "Hi\nthere\nBob",
    "talon/standard_replies/android.eml": "Hello",
    "talon/standard_replies/aol.eml": "Hello",
    "talon/standard_replies/apple_mail.eml": "Hello",
    "talon/standard_replies/apple_mail_2.eml": "Hello",
    "talon/standard_replies/comcast.eml": "Hello",
    "talon/standard_replies/gmail.eml": "Hello",
    "talon/standard_replies/hotmail.eml": "Hello",
    "talon/standard_replies/iphone.eml": "Hello",
    "talon/standard_replies/outlook.eml": "Hello",
    "talon/standard_replies/sparrow.eml": "Hello",
    "talon/standard_replies/thunderbird.eml": "Hello",
    "talon/standard_replies/yahoo.eml": "Hello",
}  # fmt: skip


def read(path: str) -> tuple[str, str]:
    """Give the whole readable text of a mail or body of the corpus, and its new words."""
    raw = (Path(FOLDER or "") / path).read_bytes()
    if path.endswith(".eml"):
        message = parse(raw)
        return message.text, message.reply
    body = raw.decode("utf-8")
    if path.endswith(".html"):
        text = html_to_text(body).text
        return text, new_words(text, html=body).reply
    return body, new_words(body).reply


def is_right(found: str, expected: str) -> bool:
    """Compare with what is stated, where "…" stands for words that are not repeated here."""
    if "…" not in expected:
        return found == expected
    first, *middle, last = expected.split("…")
    return found.startswith(first) and found.endswith(last) and all(piece in found for piece in middle)


def of_quotequail(text: str) -> str:
    found = quotequail.unwrap(text.replace("\r\n", "\n")) or {"text_top": text}
    return (found.get("text_top") or found.get("text_bottom") or "").strip()


@pytest.mark.parametrize("path", EXPECTED)
def test_new_words_of_a_mail_of_the_corpus(path: str):
    """What a person would say that its writer wrote now."""
    _, reply = read(path)

    assert is_right(reply, EXPECTED[path]), reply


def test_every_answer_of_the_corpus_is_stated():
    """No file of these folders is left out, but the expectations that came with them."""
    paths = [path for folder in ("talon", "email-reply-parser") for path in (Path(FOLDER or "") / folder).rglob("*")]
    files = {path.relative_to(FOLDER or "").as_posix() for path in paths if path.is_file()}

    assert {path for path in files if not path.endswith("_reply_text")} == set(EXPECTED)


def test_library_alone_gets_fewer_right(capsys: pytest.CaptureFixture[str]):
    """The measure by which quotequail is no part of the reading: every mail that it reads right we read right too."""
    read_right = {path for path in EXPECTED if is_right(read(path)[1], EXPECTED[path])}
    library_right = {path for path in EXPECTED if is_right(of_quotequail(read(path)[0]), EXPECTED[path])}

    with capsys.disabled():
        sys.stdout.write(
            f"\nof {len(EXPECTED)} answers right: quotequail alone {len(library_right)}, maild {len(read_right)}\n"
        )
    assert library_right <= read_right
