"""An answer in a chat leads to its own page, where the service has an address, and takes no more room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.service import ChatService
from bot.dialog.reply import SourceLine
from bot.dialog.text_renderer import plain_text
from tests.bot.chat_scene import CAPABILITIES, message

PUBLIC = "https://bot.example"


def line_of(bot, store, *entries, public_url=PUBLIC, here=None):
    """The small line of the answer that these entries give. `here`: the bot that answers at this place."""
    chat = ChatService(lambda: bot, store, CAPABILITIES, secrets=["a secret"], public_url=public_url)
    view = chat.reply(message("?"), (here or bot).show(*entries), private=False).view
    return next(block for block in view.blocks if isinstance(block, SourceLine))


async def test_every_answer_leads_to_its_page_in_the_words_on_its_further_sources(shipped, store):
    for entry in shipped.knowledge.entries.values():
        if entry.kind == "answer":
            with_page, without = line_of(shipped, store, entry.id), line_of(shipped, store, entry.id, public_url="")
            assert with_page.links == (
                *without.links,
                (f"and {without.more} more", f"{PUBLIC}/answers/{entry.id}"),
            )
            assert len(plain_text([with_page])) <= len(plain_text([without]))


async def test_where_no_sources_are_left_out_one_word_leads_there(shipped, store):
    entry = shipped.knowledge.entries["choose.mobile"]
    own = replace(entry.answer, sources=entry.answer.sources[:1])
    bare = replace(entry, answer=own, since=(), cells={}, article=None)
    entries = {**shipped.knowledge.entries, entry.id: bare}
    bot = type(shipped)(replace(shipped.knowledge, entries=entries), index=shipped.index)
    assert line_of(bot, store, entry.id).links[-1] == ("page", f"{PUBLIC}/answers/{entry.id}")


async def test_without_an_address_of_the_service_there_is_no_such_link(shipped, store):
    assert all("/answers/" not in url for _, url in line_of(shipped, store, "choose.mobile", public_url="").links)


async def test_several_answers_in_one_have_no_page_of_their_own(shipped, store):
    line = line_of(shipped, store, "choose.mobile", "choose.production")
    assert all("/answers/" not in url for _, url in line.links)


@pytest.mark.parametrize("kept", [True, False])
async def test_an_answer_of_a_workspaces_own_has_no_page(shipped, store, kept):
    entries = {name: entry for name, entry in shipped.knowledge.entries.items() if kept or name != "choose.mobile"}
    public = type(shipped)(replace(shipped.knowledge, entries=entries))
    line = line_of(public, store, "choose.mobile", here=shipped)
    assert any("/answers/" in url for _, url in line.links) == kept
