"""Commands are read forgivingly where somebody gives them, asked about where they nearly do, and text elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desk.commands import BY_WORD, COMMANDS, Audience, Reading, nearest, read_commands
from maild.desk.commands.registry import usage


def words_of(reading: Reading) -> tuple[str, ...]:
    return tuple(each.word for each in reading.commands)


def test_commands_stand_at_the_top():
    """A block of command lines at the top is taken out, and the rest are the words."""
    reading = read_commands("#note\n\nHe is late again.\nAlice")

    assert (words_of(reading), reading.text, reading.doubts) == (("note",), "He is late again.\nAlice", ())


def test_commands_stand_at_the_end_before_a_signature():
    """A block at the end counts too, whether or not a signature follows."""
    for words in ("He is late again.\n\n#note", "He is late again.\n#note\n\n-- \nAlice"):
        reading = read_commands(words)
        assert (words_of(reading), reading.doubts) == (("note",), ())
        assert reading.text.startswith("He is late again.")


def test_the_rest_of_the_line_are_the_first_words():
    """Words beside a command are words of the mail."""
    assert read_commands("#note He is late.\nAgain.").text == "He is late.\nAgain."
    assert read_commands("#send").text == ""


def test_several_commands_share_a_line():
    """One line may hold several commands before its words."""
    reading = read_commands("#reply #send Fixed, try again")

    assert (words_of(reading), reading.text) == (("reply", "send"), "Fixed, try again")


@pytest.mark.parametrize(
    "line",
    [
        "#note",
        "#Note.",
        "  #NOTE:",
        "＃ｎｏｔｅ",
        "#no\u200bte",
        "\u200e#note",
        "\u00a0#note",
        "**#note**",
        "*#note*",
        "- #note",
        "• #note",
        "1. #note",
        "\\#note",
        "# note",
        "[#note](https://social.example/note)",
        "#note<http://x.example/note>",
        "Hashtag note",
        "hash tag note.",
    ],
)
def test_reading_is_forgiving(line: str):
    """However a client, a keyboard or dictation dresses a command, it is one."""
    reading = read_commands(f"{line}\nHe is late again.")

    assert (words_of(reading), reading.text, reading.doubts) == (("note",), "He is late again.", ())


@pytest.mark.parametrize(
    "words", ["#BlackFriday orders are late", "#1 Restart it", "#1042 is solved", "C# and F#", "# 1"]
)
def test_other_hashes_are_text(words: str):
    """A number, a hashtag of the world or a lone hash is text, at the top as anywhere."""
    reading = read_commands(f"{words}\nAlice")

    assert (words_of(reading), reading.text, reading.doubts) == ((), f"{words}\nAlice", ())


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("#nte", "note"), ("#ntoe", "note"), ("#snd", "send"), ("#repli", "reply"), ("#dicard", "discard")],
)
def test_a_near_word_is_asked_about(slip: str, meant: str):
    """A slip of the fingers is neither obeyed nor sent to the customer."""
    reading = read_commands(f"{slip}\nHe is late again.")

    assert reading.commands == ()
    assert reading.doubts == (f"{slip} is no command; #{meant} is one",)


def test_a_command_in_the_middle_is_asked_about():
    """A command line between words may be a slip or a quote: nothing is done without asking."""
    for middle in ("#note", "#note for us: he is late", "#send"):
        reading = read_commands(f"Hello Bob,\n{middle}\nAlice")
        assert reading.commands == ()
        assert reading.doubts == (f"{middle.split()[0]} stands in the middle of the words",)


def test_a_quoted_command_is_text():
    """What an agent quotes commands nothing, wherever it stands."""
    reading = read_commands("> #discard\nNo, we keep it.\n> #send")

    assert (words_of(reading), reading.doubts) == ((), ())


def test_two_audiences_are_asked_about():
    """Words cannot be for the customer and for colleagues; without words there is no question."""
    assert read_commands("#note #reply He is late").doubts
    assert read_commands("#note #reply").doubts == ("#note, #reply contradict each other",)
    assert not read_commands("#resolve #assign alice").doubts
    assert read_commands("#send #discard").doubts


@pytest.mark.parametrize("line", ["#cc +a@x.example +b@", "#cc -a@x.example -", "#tag +vpn -", "#wait 3 parsecs"])
def test_half_an_argument_is_no_word_to_anybody(line: str):
    """What begins as an argument and is none is asked about; a dash between words is one."""
    reading = read_commands(f"{line}\nHello.")

    assert reading.doubts and not reading.commands
    assert not read_commands("#tag +vpn - please try again").doubts
    assert not read_commands("#wait 3d 2 of them are on their way").doubts


def test_the_short_list_of_subject_tags_is_that_of_the_contract():
    """Everything else is # lines only; `p1` stands for all five."""
    words = "note reply quiet resolve close reopen take unassign wait pending p1 p2 p3 p4 p5 impact urgency category"
    others = "queue tag assign team escalate ack done"
    tags = {*words.split(), *others.split()}

    assert {each.word for each in COMMANDS if each.is_subject_tag} == tags


def test_subject_tags_count_unless_they_are_an_echo():
    """A tag in the subject commands if neither our subject nor the ticket's had it."""
    assert words_of(read_commands("Words", "Re: [#1042] [note] Printer", ("[#1042] Printer",))) == ("note",)
    assert words_of(read_commands("Words", "Re: [#1042] [Reply] Printer", ("[Reply] Printer",))) == ()
    assert words_of(read_commands("Words", "[#note] Delivery note missing", ("Delivery note missing",))) == ("note",)


def test_only_a_short_list_of_words_is_read_in_subjects():
    """Unknown brackets and commands that are `#` lines only are text in a subject."""
    assert words_of(read_commands("Words", "[ACME] [send] [discard] [merge] [1042]")) == ()


def test_every_command_is_one_word_for_one_thing():
    """The registry names each word once, in the form in which it is read, and says what the ready ones do."""
    assert len(BY_WORD) == len(COMMANDS)
    for command in COMMANDS:
        assert words_of(read_commands(usage(command))) == (command.word,)
    assert BY_WORD["note"].audience is Audience.COLLEAGUES


@given(st.sampled_from(sorted(BY_WORD)), st.integers(0, 20), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_one_slip_never_becomes_another_command(word: str, place: int, letter: str):
    """A word with one letter changed is a command, nearly one, or text; it is never guessed to be what it is not."""
    at = place % len(word)
    slip = word[:at] + letter + word[at + 1 :]
    argument = BY_WORD[slip].example.partition(" ")[2] if slip in BY_WORD else ""
    reading = read_commands(f"#{slip} {argument}")

    assert words_of(reading) in {(), (slip,)}
    if slip in BY_WORD:
        assert words_of(reading) == (slip,)
    elif len(word) > 2 and slip.isalpha():
        assert reading.doubts
        assert nearest(slip) is not None


@given(st.text(alphabet="#note senddiscard\n> *_-[]()<>:1.", max_size=80), st.text(max_size=40))
def test_no_words_are_lost_or_invented(words: str, subject: str):
    """Whatever is read, all that is no command stays in its order."""
    reading = read_commands(words, subject)

    letters = iter(words)
    assert all(letter in letters for letter in reading.text if letter != "\n")
    assert set(reading.commands) <= set(BY_WORD)
