"""The pages that answer: proper HTML, the bot's own words, follow-ups without anything stored, addresses that stay."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.answer_pages import state_of, turn_of
from bot.chat.screens import topic_groups
from bot.dialog.answering import Bot
from bot.dialog.question import Question, Turn
from bot.dialog.reply import Bullets, Comparison, Sources
from bot.dialog.text_renderer import first_shown, plain_text
from tests.web_reading.page import proper

ENTRY = "choose.mobile"
QUESTION = "pytorch or tf for phones"


def words_of(text):
    return " ".join(text.split())


def addresses(page, start):
    return [address for address in page.links.values() if address.startswith(start)]


def after_of(html):
    """The state that the page's form carries."""
    found = re.search(r'<input type="hidden" name="after" value="([^"]*)">', html)
    return found[1] if found else ""


def lines_of(blocks):
    return [words_of(line.lstrip("- ")) for line in plain_text(blocks).split("\n") if line.strip()]


@pytest.mark.parametrize(
    "path",
    ["/ask", f"/ask?q={QUESTION}", "/ask?q=hello", "/ask?q=zorblax", "/ask?q=", "/ask?q=is+it+any+good+on+mobile",
     f"/ask?entry={ENTRY}", "/ask?entry=none", "/topics", "/compare", "/compare?frameworks=pytorch,jax",
     "/compare?frameworks=pytorch&frameworks=keras&frameworks=jax", "/compare?frameworks=zorblax",
     f"/answers/{ENTRY}", "/answers/nothing-like-it"],
)  # fmt: skip
async def test_every_page_is_proper(serve, path):
    ask = await serve()
    _, headers, html = await ask(path, headers={"Accept": "text/html"})
    assert headers["Content-Type"].startswith("text/html")
    proper(html)


async def test_an_answer_is_shown_as_in_each_chat_in_the_bots_own_words(serve, shipped):
    ask = await serve()
    _, _, html = await ask("/ask", params={"q": QUESTION})
    reply = shipped.answer(Question(QUESTION))
    text = words_of(proper(html).text)
    for title in ("One chat", "Another chat"):
        shown = text.partition(f"In {title}")[2]
        for block in first_shown(reply):
            assert all(words_of(line) in shown for line in (getattr(block, "text", ""), *getattr(block, "items", ())))
    for note in (note for block in reply.details if isinstance(block, Sources) for note in block.notes):
        assert note.title in text


async def test_a_follow_up_is_read_after_the_answer_on_the_page(serve, shipped):
    ask = await serve()
    _, _, first = await ask("/ask", params={"q": QUESTION})
    _, _, second = await ask("/ask", params={"q": "why?", "after": after_of(first)})
    assert "Because:" in proper(second).text
    _, _, alone = await ask("/ask", params={"q": "why?"})
    assert "Because:" not in proper(alone).text


async def test_small_talk_in_between_keeps_the_conversation(serve):
    ask = await serve()
    _, _, first = await ask("/ask", params={"q": QUESTION})
    _, _, thanked = await ask("/ask", params={"q": "thanks", "after": after_of(first)})
    assert after_of(thanked) == after_of(first) != ""


async def test_what_a_reply_offers_leads_to_its_answer_here(serve, shipped):
    ask = await serve()
    _, _, html = await ask("/ask", params={"q": QUESTION})
    for address in addresses(proper(html), "/ask?entry="):
        name = parse_qs(urlsplit(address).query)["entry"][0]
        _, _, shown = await ask(address)
        assert shipped.knowledge.entries[name].title in proper(shown).text
        assert f"/answers/{name}" in proper(shown).links.values()


@given(st.text(max_size=60))
def test_a_state_that_was_made_up_is_none_or_names_what_exists(shipped, state):
    turn = turn_of(state, shipped)
    assert turn is None or set(turn.answered + turn.offered) <= set(shipped.knowledge.entries)


@pytest.mark.parametrize("turn", [Turn((ENTRY,), ("compare.mobile",), ("pytorch", "jax")), Turn(offered=(ENTRY,))])
def test_a_state_is_read_as_it_was_written(shipped, turn):
    assert turn_of(state_of(turn), shipped) == turn


def test_what_is_no_longer_known_is_left_out_of_a_state(shipped):
    turn = Turn((ENTRY, "gone.entry"), (), ("pytorch", "gone"))
    assert turn_of(state_of(turn), shipped) == Turn((ENTRY,), (), ("pytorch",))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"])
async def test_what_somebody_asks_is_shown_as_text(serve, text):
    ask = await serve()
    _, _, html = await ask("/ask", params={"q": text, "after": text})
    assert words_of(text) in words_of(proper(html).text)


async def test_suggestions_are_entries_that_the_page_shows(serve, shipped):
    ask = await serve()
    _, _, found = await ask("/ask/suggestions", params={"q": "phon"})
    assert found
    assert all(one["entry"] in shipped.knowledge.entries and one["label"] for one in found)
    _, _, misspelt = await ask("/ask/suggestions", params={"q": "debuging"})
    assert misspelt[0]["entry"] == "compare.debugging"


async def test_every_entry_has_a_page_that_says_all_of_it(serve, shipped):
    ask = await serve()
    for entry in shipped.knowledge.entries.values():
        status, _, html = await ask(f"/answers/{entry.id}")
        if entry.kind != "answer":
            assert status == 404
            continue
        page, reply = proper(html), shipped.show(entry.id)
        text = words_of(page.text)
        assert status == 200
        assert entry.title in page.title
        assert page.description
        assert words_of(entry.headline or entry.answer.text) in text
        for block in reply.details:
            match block:
                case Comparison(rows):
                    assert all(words_of(row.today) in text for row in rows)
                case Bullets(items):
                    assert all(words_of(item) in text for item in items)
                case Sources(notes):
                    assert all(f"checked {note.seen.isoformat()}" in text for note in notes)
        assert words_of(entry.phrasings[0]) in text
        known = shipped.knowledge.entries
        assert {f"/answers/{name}" for name in entry.related if name in known} <= set(page.links.values())


async def test_an_answers_page_names_its_one_address_and_describes_itself_to_search_engines(serve, shipped):
    ask = await serve()
    _, _, html = await ask(f"/answers/{ENTRY}")
    page, entry = proper(html), shipped.knowledge.entries[ENTRY]
    assert page.canonical == f"https://bot.example/answers/{ENTRY}"
    assert page.description.startswith(entry.headline)
    data = json.loads(page.data)
    assert (data["@type"], data["url"]) == ("QAPage", page.canonical)
    assert data["dateModified"] == (entry.answer.checked_on or entry.checked_on).isoformat()
    assert data["mainEntity"]["name"] == entry.title
    assert entry.headline in data["mainEntity"]["acceptedAnswer"]["text"]


async def test_an_entry_cannot_end_the_data_of_its_page(serve, shipped):
    entry = shipped.knowledge.entries[ENTRY]
    evil = replace(entry, title="</script><script>alert(1)</script>")
    entries = {**shipped.knowledge.entries, ENTRY: evil}
    ask = await serve(Bot(replace(shipped.knowledge, entries=entries), index=shipped.index))
    _, _, html = await ask(f"/answers/{ENTRY}")
    assert evil.title in proper(html).text
    assert json.loads(proper(html).data)["name"] == evil.title


async def test_an_address_that_does_not_exist_is_not_found(serve):
    ask = await serve()
    status, _, _ = await ask("/answers/choose.mobil")
    assert status == 404


async def test_an_entry_and_what_was_split_from_it_lead_to_each_other(serve, shipped):
    entries = dict(shipped.knowledge.entries)
    entries["beyond.tpu"] = replace(entries["beyond.tpu"], split_from=ENTRY, related=())
    entries[ENTRY] = replace(entries[ENTRY], related=())
    ask = await serve(Bot(replace(shipped.knowledge, entries=entries), index=shipped.index))
    for one, other in ((ENTRY, "beyond.tpu"), ("beyond.tpu", ENTRY)):
        _, _, html = await ask(f"/answers/{one}")
        assert f"/answers/{other}" in proper(html).links.values()


async def test_a_question_on_an_answers_page_is_a_follow_up_of_it(serve):
    ask = await serve()
    _, _, html = await ask(f"/answers/{ENTRY}")
    _, _, shown = await ask("/ask", params={"q": "why?", "after": after_of(html)})
    assert "Because:" in proper(shown).text


async def test_topics_lead_to_every_answer(serve, shipped):
    ask = await serve()
    _, _, html = await ask("/topics")
    found = addresses(proper(html), "/answers/")
    assert found == [f"/answers/{one.id}" for entries in topic_groups(shipped.knowledge).values() for one in entries]


async def test_a_comparison_has_each_side_with_its_sources_and_says_what_is_not_covered(serve, shipped):
    ask = await serve()
    _, _, html = await ask("/compare?frameworks=pytorch,jax,keras")
    page = proper(html)
    assert page.headings[0] == (1, "PyTorch, JAX and Keras compared")
    assert page.canonical == "https://bot.example/compare?frameworks=pytorch,jax,keras"
    text = words_of(page.text)
    both = [one for one in shipped.knowledge.entries.values() if {"pytorch", "jax"} <= set(one.cells)]
    assert both
    for entry in both:
        assert f"/answers/{entry.id}" in page.links.values()
        for name in ("pytorch", "jax"):
            assert words_of(entry.cells[name].today.text) in text
    assert "Not covered." in text
    assert "Sources" in text
    assert re.search(r"\[\d+\]", text)


async def test_frameworks_are_compared_by_any_of_their_names_and_from_the_form(serve):
    ask = await serve()
    written = ("pytorch,tensorflow", "torch,tf", "pytorch&frameworks=tensorflow")
    pages = [proper((await ask(f"/compare?frameworks={names}"))[2]).text for names in written]
    assert pages[0] == pages[1] == pages[2]


async def test_an_unknown_framework_is_said_to_be_so(serve):
    ask = await serve()
    _, _, html = await ask("/compare?frameworks=zorblax")
    assert "I know none of these" in proper(html).text
