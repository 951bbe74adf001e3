import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.masking import masked, single_line
from bot.storage.records import Feedback, Unanswered


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<@U024BE7LH> what about jax?", "[mention] what about jax?"),
        (
            "<@!80351110224678912> and <@&41771983423143936> in <#41771983423143937>",
            "[mention] and [mention] in [mention]",
        ),
        ("<!subteam^S012|@ml> <!here> <#C024|random>", "[mention] [mention] [mention]"),
        ("</ask:816437322781949972> <a:wave:1234> <:x:1>", "[mention] [mention] [mention]"),
        ("hey @alice.b, torch?", "hey [mention], torch?"),
        ("U024BE7LH asked", "[mention] asked"),
        ("mail ann.o'hara+ml@example.co.uk now", "mail [email] now"),
        ("<mailto:ann@example.com|ann@example.com>", "[email]"),
        ("root@buildhost fails", "[email] fails"),
        ("see https://wiki.corp/x?token=1#a.", "see [link]"),
        ("<https://wiki.corp/x|our wiki page> says", "[link] says"),
        ("s3://bucket/key and www.corp.example and wiki.corp.example/page", "[link] and [link] and [link]"),
        ("call +49 (170) 123-45 67", "call [number]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("ext 555-1234", "ext [number]"),
        ("ticket 123456", "ticket [number]"),
        ("host 10.20.30.40 down", "host [number] down"),
        ("token xoxb-12345-abcdef", "token [secret]"),
        ("key hf_abcdefghij and AKIAIOSFODNN7EXAMPLE", "key [secret] and [secret]"),
        ("id 6f1ed002-ab55-4f3a-9d4e-1b2c3d4e5f60", "id [secret]"),
        ("in /home/ann/train.py or C:\\Users\\ann\\x.py", "in [path] or [path]"),
        ("＠alice ９８７６５４３", "[mention] [number]"),
        ("a\u202eb\u200bc\0d\ud800e", "abcde"),
        ("two\nlines\tand   spaces", "two lines and spaces"),
    ],
)
def test_what_could_lead_to_someone_is_replaced_by_what_it_was(text, kept):
    assert masked(text, 500) == kept


@pytest.mark.parametrize(
    "text",
    [
        "what does @tf.function do compared with @torch.compile?",
        "PyTorch 2.13.0 or TensorFlow 2.20 with CUDA 12.4 on an RTX 4090?",
        "since 2026-11-02, tf.keras.layers.Dense(1024) vs nn.Linear(4096, 1024)",
        "train on 10000 images / 5 GPUs and/or 2 TPUs?",
        "torch.distributed.fsdp.FullyShardedDataParallel vs tf.distribute.MirroredStrategy",
        "PyTorch 还是 TensorFlow？",
        "👩‍💻 which one?",
    ],
)
def test_what_curators_need_stays(text):
    assert masked(text, 500) == text.replace("？", "?")


def test_a_long_text_keeps_its_beginning_and_its_end():
    text = masked("context " * 200 + "so which is faster?", 500)
    assert len(text) <= 500
    assert text.startswith("context context")
    assert text.endswith("so which is faster?")


def test_a_text_too_long_to_look_at_is_cut_between_words():
    words = "".join(f"ann{number}@example.com " for number in range(10_000))
    assert set(masked(words, 100_000).split()) == {"[email]", "..."}


@given(st.text(), st.integers(min_value=10, max_value=600))
def test_any_text_becomes_one_bounded_line_that_any_database_takes(text, limit):
    line = single_line(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert not re.search(r"[\x00-\x1f\x7f\n]", line)
    line.encode()


@given(st.text(st.sampled_from("ab @.<>|#!:/+-0123456789()[]\n"), max_size=200))
def test_whatever_is_masked_holds_no_address_and_no_long_number(text):
    line = masked(text, 500)
    assert not re.search(r"\d{6}", line)
    assert not re.search(r"\w@\w", line)
    assert "://" not in line or not re.search(r"[a-z]{2,}://[^\s<>]", line)


def test_a_hostile_text_is_masked_without_delay():
    for part in ("<", "a.", "a@", "1 ", "a-", "@", "A1", "<a:", "1.1."):
        masked(part * 100_000, 500)


def test_a_question_and_a_reason_are_masked_as_soon_as_they_are_made():
    question = Unanswered(
        platform="slack",
        tenant="slack:T1",
        channel_kind="channel",
        text="<@U024BE7LH> why? " + "x" * 600,
        outcome="decline",
        candidates=(),
        knowledge_version="v1",
    )
    assert question.text.startswith("[mention] why?")
    assert len(question.text) == 500
    given_back = Feedback(
        platform="slack",
        tenant="slack:T1",
        user="U1",
        answer="a",
        entry="e",
        helpful=True,
        knowledge_version="v1",
        reason="ask ann@example.com",
    )
    assert given_back.reason == "ask [email]"
