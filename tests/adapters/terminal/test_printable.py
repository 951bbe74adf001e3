from hypothesis import given
from hypothesis import strategies as st

from adapters.terminal.printable import one_line, printable

HARMFUL = {*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)} - {0x09, 0x0A}


@given(st.text() | st.text(alphabet="\x1b\x9b\x9d[]0;m\\\x07\n\rab\u202e\ud800"))
def test_no_control_character_or_direction_override_survives(text):
    shown = printable(text)
    assert not {ord(c) for c in shown} & HARMFUL
    shown.encode()


def test_escape_sequences_vanish_whole():
    assert (
        printable("\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x1b\\ \x9b2Jcleared")
        == "red link cleared"
    )


def test_an_unfinished_sequence_takes_no_more_than_its_line():
    assert printable("\x1b]0;title\nthe next line") == "\nthe next line"


def test_words_in_any_script_stay_as_they_are():
    text = "Größe, 日本語, עברית, \N{FAMILY}\u200d\N{BOY}\ttab\nline"
    assert printable(text) == text


def test_other_line_ends_become_newlines():
    assert printable("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_what_is_repeated_of_a_user_is_one_short_line():
    assert one_line("a\n\n b\x1b[2J" + "c" * 100, 10) == "a bcccc..."
