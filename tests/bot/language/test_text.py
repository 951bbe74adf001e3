"""Plain text out of chat messages."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.text import essence, plain, sentences, words

ANYTHING = st.text(st.characters())
"""Every code point there is, halves of surrogate pairs included."""


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("<@U012AB3CD> which one", "which one"),
        ("<!channel> which one", "which one"),
        ("<!subteam^S012AB3CD|@team> which one", "which one"),
        ("<#C012AB3CD|general> which one", "which one"),
        ("<@1234567890> <@!1234567890> <@&1234567890> which one", "which one"),
        ("<:party:1234567890> <a:party:1234567890> <t:1700000000:R> which one", "which one"),
    ],
)
def test_mentions_of_slack_and_discord_are_taken_out(message, text):
    assert plain(message) == text


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("see <https://example.com/a?b=c|the guide> first", "see the guide first"),
        ("mail <mailto:ann@example.com|Ann> first", "mail Ann first"),
        ("see [the guide](https://example.com/a) first", "see the guide first"),
        ("see <https://example.com/a> first", "see first"),
        ("see https://example.com/a first", "see first"),
        ("see www.example.com/a first", "see first"),
    ],
)
def test_a_link_keeps_its_label_and_loses_its_address(message, left):
    assert " ".join(plain(message).split()) == left


def test_code_fences_are_taken_out():
    assert words(plain("why\n```python\nimport torch\n```\ndoes it fail")) == ["why", "does", "it", "fail"]


def test_an_unclosed_code_fence_goes_on_to_the_end():
    assert plain("why\n```\nimport torch") == "why"


def test_inline_code_is_kept_as_words():
    assert plain("is `tf.function` slow") == "is tf.function slow"


@pytest.mark.parametrize("mark", [">", "&gt;", " > "])
def test_quoted_lines_are_taken_out(mark):
    assert plain(f"{mark} what he said\nwhat I ask") == "what I ask"


@pytest.mark.parametrize("styled", ["ｐｙｔｏｒｃｈ", "𝐩𝐲𝐭𝐨𝐫𝐜𝐡", "𝓹𝔂𝓽𝓸𝓻𝓬𝓱", "ⓟⓨⓣⓞⓡⓒⓗ"])
def test_full_width_and_styled_letters_read_as_plain_ones(styled):
    assert plain(f"what is {styled}") == "what is pytorch"


@pytest.mark.parametrize("apostrophe", "'’‘ʼ`")
def test_every_apostrophe_reads_the_same(apostrophe):
    assert words(plain(f"what{apostrophe}s new — today")) == ["what's", "new", "today"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_reads_the_same(ending):
    assert plain(f"one{ending}two") == "one\ntwo"


@given(ANYTHING)
def test_no_text_fails_and_no_control_character_is_left(message):
    text = plain(message)
    assert not [c for c in text if c != "\n" and unicodedata.category(c).startswith("C")]


@given(ANYTHING)
def test_words_and_sentences_never_fail_and_are_never_empty(message):
    text = plain(message)
    assert all(words(text))
    assert all(part.strip() for part in sentences(text))


@given(st.text(st.sampled_from("abC 019,.?!'\"()/:;+#=%$*^_-w")))
def test_the_short_way_for_plain_text_gives_what_the_long_way_gives(message):
    """Text of ordinary characters is not looked at closely; an invisible one makes sure that it is."""
    assert plain(message) == plain(f"{message} \u2060")


@given(ANYTHING)
def test_no_word_is_lost_between_text_and_sentences(message):
    text = plain(message)
    assert [word for part in sentences(text) for word in words(part)] == words(text)


def test_sentences_end_at_their_marks_and_at_line_ends():
    assert sentences("One. Two! Three?Four\nFive") == ["One.", "Two!", "Three?", "Four", "Five"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C++ or C# or F#", ["c++", "or", "c#", "or", "f#"]),
        ("don't", ["don't"]),
        ("tf.keras, scikit-learn", ["tf", "keras", "scikit", "learn"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("🙂 ... !", []),
    ],
)
def test_words_are_case_folded_letters_and_digits(text, found):
    assert words(text) == found


def test_a_name_that_slack_adds_to_a_mention_goes_with_it():
    assert plain("<@U012AB3CD|ann> which one") == "which one"


def test_an_acute_accent_is_read_as_the_apostrophe_it_stands_for():
    assert words(plain("what\u00b4s new \u2014 today")) == ["what's", "new", "today"]


@pytest.mark.parametrize("alias", [":thinking_face:", ":wave::skin-tone-3:", ":+1:", ":man-shrugging:"])
def test_the_written_form_of_an_emoji_is_taken_out(alias):
    assert words(plain(f"which one {alias} is faster")) == ["which", "one", "is", "faster"]


@pytest.mark.parametrize("kept", ["at 10:30:15", "std::vector", "a:b:c"])
def test_colons_inside_words_are_no_emoji(kept):
    assert plain(f"why {kept}") == f"why {kept}"


@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060"])
def test_an_invisible_character_does_not_split_a_word(invisible):
    assert plain(f"what is py{invisible}torch") == "what is pytorch"


def test_mail_addresses_are_taken_out():
    assert words(plain("ask ann.b+c@mail.example.com which one")) == ["ask", "which", "one"]


@pytest.mark.parametrize(
    "message", ["> is keras dead", "&gt; is keras dead", "```\nis keras dead\n```", "```is keras dead```"]
)
def test_a_message_that_is_only_a_quote_or_a_fence_is_read(message):
    assert words(plain(message)) == ["is", "keras", "dead"]


@pytest.mark.parametrize(
    "said",
    [
        "hey, is keras dead", "Hi all! is keras dead", "quick q: is keras dead", "hello there - is keras dead",
        "pls, is keras dead", "is keras dead thanks!", "is keras dead, thx in advance", "is keras dead pls",
        "good morning everyone, noob question: is keras dead", "is keras dead. Cheers",
    ],
)  # fmt: skip
def test_what_people_open_and_close_with_is_left_out(said):
    assert words(essence(said)) == ["is", "keras", "dead"]


@pytest.mark.parametrize("said", ["hey", "hello there", "thanks!", "thanks a lot", "good morning all"])
def test_a_greeting_or_thanks_alone_is_a_message(said):
    assert essence(said) == said


def test_the_question_mark_before_a_closing_stays():
    assert essence("is keras dead? thanks!") == essence("is keras dead thanks?") == "is keras dead?"
