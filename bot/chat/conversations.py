"""What was said before in a conversation, which messages that nobody addressed to us are answered, and what several
processes must agree on between two events."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.incoming import Message, Place
from bot.chat.rate_limit import Rate, Windows
from bot.chat.records import Records
from bot.chat.view import Outgoing
from bot.dialog.answering import turn_after
from bot.dialog.follow_ups import is_act
from bot.dialog.question import Question, Turn, asks, is_question_to_anybody
from bot.dialog.reply import Reply, Small
from bot.language.text import plain, quoted

if TYPE_CHECKING:
    from bot.chat.service import ChatService

CONFIDENT = 0.9
"""Confidence (0..1) from which a message that does not address us is answered, never below the threshold for answers.
Also that from which words at a question of the guided recommendation are taken for something else."""

UNASKED = Rate(1, 24 * 3600)
"""How often the same entry is answered unasked in one channel."""

AUTOMATED = Rate(20, 3600)
"""How many messages of workflows are answered in one channel, so that one which an answer sets off comes to an end."""

RUNNING = 900.0
"""Seconds after its last step in which a recommendation that is not finished counts as running."""

_TOPICLESS = re.compile(
    r"[\^?!. ]*(?:(?:any|your|ur)?\s*(?:thoughts?|ideas?|opinions?|input|advice|take)(?: on (?:this|that|it))?"
    r"|(?:can|could|do|would) (?:you|u) (?:answer|help(?: with)?|take|know)(?: (?:this|that|it|here|us|me))?(?: one)?"
    r"|what (?:do|would) (?:you|u) (?:think|say|recommend|suggest|pick|choose|use)"
    r"(?: (?:of|about|on) (?:this|that|it))?"
    r"|(?:please |pls )?(?:answer|help)(?: (?:this|that|here|please|pls|above))*"
    r"|(?:does )?any(?:body|one)(?: (?:knows?|here))*|see above|above|this(?: one)?)?[\^?!. ]*",
    re.IGNORECASE,
)
"""A mention that asks about what was said before it."""

_MOST_SOURCES = 5
"""How many of the texts that came with a message are tried, each of which takes a few milliseconds."""

UNASKED_NOTE = (
    "Nobody asked me: this is a question I am sure about, and this channel lets me answer those. Turn it off: {}"
)
_ATTACHED = "On what came with your message:"
_EARLIER = "On the first message here:"
_REPLIED = "On the message you replied to:"


class Conversations:
    """The conversations of one chat service: exchanges in the store."""

    def __init__(self, chat: ChatService) -> None:
        self._chat = chat
        self._threads = chat.records.threads
        self._unasked = Windows(UNASKED)
        self._automated = Windows(AUTOMATED)

    async def turn(self, message: Message) -> Turn | None:
        """The exchange before a message: of its thread, or of the direct messages outside of threads."""
        place, conversation = message.place, message.conversation
        if conversation is None and place.direct:
            conversation = f"direct:{place.channel}"
        return await self._threads.turn(f"{place.platform}:{conversation}") if conversation else None

    async def remember(self, outgoing: Outgoing, reply: Reply, messages: Sequence[str]) -> None:
        """Store the exchange that ends with `outgoing`, shown as `messages`, where everybody can go on from it."""
        place, turn = outgoing.place, turn_after(reply)
        # A thank-you does not end the subject; "stop" does.
        ends_nothing = reply.outcome == "social" and turn == Turn() and not reply.ends_conversation
        if not outgoing.is_seen_by_all or ends_nothing:
            return
        threads = messages if place.thread is None else [place.thread, f"{place.thread}:{outgoing.owner}"]
        named = (*threads, *([f"direct:{place.channel}"] if place.direct else []))
        await asyncio.gather(
            *(self._threads.remember(f"{place.platform}:{thread}", place.tenant, turn) for thread in named)
        )

    async def reply(self, message: Message) -> tuple[str, Reply]:
        """What of a message is answered, and the reply: of a mention without a topic in people's thread ("thoughts?"),
        the message that it replies to, or the thread's first. The reply says so where it is not the person's text."""
        turn, about = await self.turn(message), _ATTACHED
        sources: Sequence[str] = (message.text, *message.attached)
        if message.earlier is not None and turn is None and not any(map(_topic, sources)):
            sources = tuple(filter(None, await message.earlier())) or sources
            about = _EARLIER if message.reply_to is None else _REPLIED
        asked, reply = self.answered(sources, turn)
        if asked not in message.text and reply.outcome == "answer":
            reply = replace(reply, blocks=(Small(about), *reply.blocks))
        return asked, reply

    def answered(self, sources: Sequence[str], turn: Turn | None = None) -> tuple[str, Reply]:
        """Which of a message's `sources` counts, and the reply to it: the first that has an answer, else the first that
        has a topic. The first one, somebody's own text, may follow up on `turn`."""
        found: list[tuple[str, Reply]] = []
        for source in list(filter(None, map(_topic, sources)))[:_MOST_SOURCES] or sources[:1]:
            found.append((source, self._chat.answer(Question(source, turn if source is sources[0] else None))))
            if found[-1][1].outcome == "answer":
                return found[-1]
        return found[0]

    def is_loop(self, message: Message) -> bool:
        """Whether so much was answered to workflows in a channel that one may be set off by our answers."""
        channel = f"{message.place.tenant}:{message.place.channel}"
        too_many = self._automated.wait(channel) > 0
        if not too_many:
            self._automated.count(channel)
        return too_many

    async def overheard(self, message: Message) -> Outgoing | None:
        """Nobody addressed us: answer a question we are very sure about, or a follow-up in a thread of ours, where the
        channel wants that and nobody else is addressed."""
        if message.others_addressed or not message.text.strip():
            return None
        place = message.place
        settings = await self._chat.records.channels.settings(place.tenant, place.channel)
        turn = await self._follow_up_turn(message) if settings.follow_ups and place.thread is not None else None
        if turn is not None:
            return self._follow_up(message, turn)
        if settings.passive and (place.thread is None or message.starts_thread):
            return self._unasked_answer(message)
        return None

    async def _follow_up_turn(self, message: Message) -> Turn | None:
        """What somebody's message in a thread may follow up on without a mention: their own last exchange with us,
        unless somebody asked us to stop since."""
        thread = f"{message.place.platform}:{message.place.thread}"
        own = await self._threads.turn(f"{thread}:{self._chat.owner(message)}")
        return None if own in (None, Turn()) or await self._threads.turn(thread) == Turn() else own

    def _follow_up(self, message: Message, turn: Turn) -> Outgoing | None:
        """In a thread people also talk with one another. What is for us: a question, or what may reply to one of ours,
        if it has a sure answer."""
        asked_back = bool(turn.offered) and not turn.answered
        if not asked_back and not asks(message.text.strip()) and not is_act(message.text):
            return None
        reply = self._chat.answer(Question(message.text, turn))
        if not (reply.ends_conversation or self._is_sure(reply)) or not self._admits(message, message.user):
            return None
        return self._chat.reply(message, reply, private=False, question=message.text)

    def _unasked_answer(self, message: Message) -> Outgoing | None:
        bot, place = self._chat.bot, message.place
        if not is_question_to_anybody(message.text, bot.parse(message.text)):
            return None
        reply = bot.answer(Question(message.text))
        if not self._is_sure(reply):
            return None
        once = f"{place.tenant}:{place.channel}:{reply.entries[0]}"
        if self._unasked.wait(once):
            return None
        self._unasked.count(once)
        if not self._admits(message, None):
            return None
        if command := self._chat.capabilities.settings_command:
            reply = replace(reply, blocks=(*reply.blocks, Small(UNASKED_NOTE.format(command))))
        return self._chat.reply(message, reply, private=False)

    def _is_sure(self, reply: Reply) -> bool:
        return reply.outcome == "answer" and reply.confidence >= max(CONFIDENT, self._chat.bot.thresholds.answer)

    def _admits(self, message: Message, user: str | None) -> bool:
        return self._chat.limiter.admit(message.place, user, once=message.key).granted


class SharedState:
    """Recommendations that run, and the messages of an answer: kept as exchanges, in the table that every process
    reads, as ids and tokens alone."""

    def __init__(self, records: Records, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds, the same in every process."""
        self._threads, self._clock = records.threads, clock

    async def running(self, place: Place, owner: str) -> str | None:
        """The state of the recommendation that a person, by their mark, has running in this thread; None where none."""
        kept = await self._kept(_running(place, place.thread or place.channel, owner))
        return kept[0] if len(kept) == 2 and self._clock() - int(kept[1]) < RUNNING else None

    async def step(self, place: Place, owner: str, token: str) -> None:
        """A person's recommendation is at this state now; where it ended ("") it runs nowhere in this channel."""
        here = place.thread or place.channel
        kept = (token, str(int(self._clock()))) if token else ()
        for where in (here,) if token else dict.fromkeys((here, place.channel)):
            await self._keep(_running(place, where, owner), place.tenant, kept)

    async def parts(self, place: Place, message: str) -> tuple[str, ...]:
        """The messages of the answer that `message` is a part of, itself among them; none where it is all of it."""
        return await self._kept(_parts(place, message))

    async def answered(self, place: Place, messages: Sequence[str]) -> None:
        """These messages are one answer."""
        parts = messages if len(messages) > 1 else ()
        await asyncio.gather(*(self._keep(_parts(place, message), place.tenant, messages) for message in parts))

    async def answer_to(self, key: str) -> tuple[str, ...]:
        """The messages that answer the message `key`; none where it was not answered."""
        return await self._kept(f"answer:{key}")

    async def answer(self, key: str, tenant: str, messages: Sequence[str]) -> None:
        """These messages answer the message `key`."""
        await self._keep(f"answer:{key}", tenant, messages)

    async def _kept(self, name: str) -> tuple[str, ...]:
        turn = await self._threads.turn(name)
        return turn.offered if turn is not None else ()

    async def _keep(self, name: str, tenant: str, values: Sequence[str]) -> None:
        await self._threads.remember(name, tenant, Turn(offered=tuple(values)))


def _topic(source: str) -> str:
    """What of a source has a topic: all of it, else what it quotes, else nothing ("")."""
    return quoted(source) if _TOPICLESS.fullmatch(plain(source)) else source


def _running(place: Place, where: str, owner: str) -> str:
    return f"{place.platform}:running:{place.tenant}:{where}:{owner}"


def _parts(place: Place, message: str) -> str:
    return f"{place.platform}:parts:{place.channel}:{message}"
