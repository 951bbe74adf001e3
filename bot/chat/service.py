"""The chat service: everything the bot does in a chat, on any platform.

    chat = ChatService(bot, records, capabilities)
    outgoing = await chat.handle(incoming)          # None: not for us
    ...                                             # the platform posts it
    await chat.posted(outgoing, ids_of_messages)    # what is stored is stored afterwards

`bot.chat.dispatcher` does this for a platform, with rate limits, deduplication and failures.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.chat import comparing, exchanges, handlers, people, recommending, screens, settings, teaching
from bot.chat.actions import ACTIONS, NotDoneError, button, expand
from bot.chat.answers import reply_view
from bot.chat.capabilities import Capabilities
from bot.chat.conversations import CONFIDENT, Conversations, SharedState
from bot.chat.events import Observer
from bot.chat.incoming import Action, Command, Deletion, FormSubmission, Incoming, Message, Place, Press
from bot.chat.own_answers import may_teach
from bot.chat.rate_limit import Act, Admission, Limiter
from bot.chat.records import Records
from bot.chat.view import Audience, Button, Buttons, DoneBy, Form, Outgoing, View, ViewBlock
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Reply, Small
from bot.recommendation.flow import Flow
from bot.recommendation.token import owner_mark
from bot.retrieval.autocomplete import MOST, Suggestion
from bot.storage.bounded_dict import BoundedDict
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Feedback, Retention, Teaching
from bot.teaching.own_knowledge import PREFIX

if TYPE_CHECKING:
    from bot.teaching.tenant_bots import TenantBots  # brings in a database

MOST_FORMS = 500
"""Forms with what was typed that are kept until they are sent in again."""

MOST_PASSED_ON = 1_000
"""Questions that are kept for people to pass on, whose buttons hold no more than a hash."""

OLDER = "That button is from another version of me and no longer works. Ask again, or go on from here:"
STORE_AWAY = "I cannot reach my records right now, so this was not saved. Please try again in a few minutes."
FAILED = "Something went wrong on my side, and I could not do that. Please try again in a moment."
STOPPING = "I am being restarted. Please try again in a moment."

_COMMANDS = ("recommend", "compare", "topics", "help", "privacy", "settings")
"""Commands that a message of one word gives too."""

_MARKS = b"framework-bot owner marks 1"
"""What the key of marks, which everybody in a channel can read, is derived for."""

_VERSION = re.compile(r"[0-9a-f]{12}", re.ASCII)
"""What a version of the knowledge looks like."""

_QUESTIONS = frozenset({"ask", "answer", "compare"})
"""Commands that ask something; the others show what is ready."""

_log = logging.getLogger(__name__)

_bot_here: ContextVar[Bot | None] = ContextVar("bot_here", default=None)

Curating = Callable[[Place, str, bool], Awaitable[Sequence[ViewBlock]]]
"""What curators see on their start page, and who teaches (True), by place and user; nothing for anybody else."""

PostTo = Callable[[Place, str, View], Awaitable[str]]
"""Posts a view where nothing came in: in a channel or thread, as a reply to a message of ours there ("" for none) where
the platform has such replies. Gives the message's id. Raises PostRefusedError, or what failed."""


class ChatService:
    """One platform's chat. Safe to share between tasks."""

    def __init__(
        self,
        bot: Callable[[], Bot],
        records: Records,
        capabilities: Capabilities,
        *,
        secrets: Sequence[str] = (),
        limiter: Limiter | None = None,
        observers: Sequence[Observer] = (),
        retention: Retention | None = None,
        curating: Curating | None = None,
        bots: TenantBots | None = None,
        public_url: str = "",
    ) -> None:
        """`bot` gives the bot as of now: another one after the knowledge was reloaded.

        `secrets` (newest first) make the marks by which buttons know their owner: the same in every process. `bots`:
        those of workspaces with answers of their own. `limiter`: how often people may ask; any number of times where
        left out. `public_url`: where the answers have pages of their own; "" where they have none.
        """
        self._bot = bot
        self.records = records
        self.capabilities = capabilities
        self.limiter = limiter or Limiter()
        self._observers = tuple(observers)
        self.retention = retention or Retention()
        given = secrets or ("one process, one person",)
        self._mark_keys = [hmac.digest(secret.encode(), _MARKS, "sha256") for secret in given]
        self._known_marks = [*self._mark_keys, *(secret.encode() for secret in given)]  # the latter on older buttons
        self._curating = curating
        self.bots = bots
        self.forms: BoundedDict[str, Form] = BoundedDict(MOST_FORMS)
        """Forms that could not be saved, by the tokens of buttons that open them again."""
        self._public_url = public_url
        self.passed_on: BoundedDict[str, str] = BoundedDict(MOST_PASSED_ON)
        self.post_to: PostTo | None = None
        """Set by the platform, where it has such a thing."""
        self.shared_state = SharedState(records)
        self._flow: Flow | None = None
        self._topics = comparing.Suggestions(bot)
        self._aspects = comparing.Suggestions(bot, among=comparing.aspects)
        self.conversations = Conversations(self)

    async def prepare(self) -> None:
        """Build what suggestions need, so that the first person does not wait for it."""
        await self._topics.prepare()
        await self._aspects.prepare()

    # admission

    def admit(self, incoming: Incoming) -> Admission | None:
        """Whether somebody who addresses us is served now; None where that is decided later: nobody may expect it.

        Each delivery counts once, however often it comes.
        """
        if _is_unasked(incoming):
            return None
        return self.limiter.admit(incoming.place, incoming.user, _act(incoming), once=incoming.key)

    def refusal(self, incoming: Incoming, admission: Admission) -> Outgoing | None:
        """What to say to somebody who is not served now: once in a window for messages, always for the rest."""
        place = incoming.place
        if isinstance(incoming, Message):
            aloud = not place.direct and not self.capabilities.private_replies
            words = None if incoming.automated else self.limiter.notice(admission, aloud=aloud)
        else:
            words = admission.words if self.expects_answer(incoming) else None
        return self.notice(incoming, words) if words is not None else None

    def expects_answer(self, incoming: Incoming) -> bool:
        """Whether somebody waits for an answer, so that a failure must be said. Not where a message was overheard,
        edited or deleted, nor where a start page is opened: what is there stays as it is."""
        return not _is_unasked(incoming) and not (isinstance(incoming, Command) and incoming.name == "home")

    # handling

    async def handle(self, incoming: Incoming) -> Outgoing | None:  # noqa: PLR0911 - one for each that comes in
        """What to show; None where it is not for us. Never waits long for the store, but where something is saved."""
        await self.enter(incoming.place.tenant)
        try:
            match incoming:
                case Message():
                    return await self._written(incoming)
                case Deletion(deleted=key):
                    shown = await self.shared_state.answer_to(key)
                    view = View((), "", "thread", "delete")
                    return Outgoing(incoming.place, incoming.user, view, also_deleted=shown) if shown else None
                case Command():
                    return await self._command(incoming)
                case Press(action=Action(name, fields)) if name in ACTIONS:
                    return await ACTIONS[name](self, incoming, *fields)
                case Press():
                    return self.older(incoming)
        except NotDoneError as error:
            return error.outgoing
        except StoreUnavailable:
            return self.notice(incoming, STORE_AWAY)

    async def posted(self, outgoing: Outgoing, messages: Sequence[str] = ()) -> None:
        """Store what is to be stored of something that was shown, as `messages`. Never raises: the person has it."""
        try:
            await asyncio.gather(*exchanges.writes(self, outgoing, messages))
        except Exception as error:  # noqa: BLE001 - whatever it is, the person has the answer
            # Only the kind of error: its text may quote what somebody wrote.
            _log.error("an exchange could not be stored: %s", type(error).__name__)

    def suggest(self, field: str, typed: str, tenant: str = "", limit: int = MOST) -> tuple[Suggestion, ...]:
        """Suggestions for a field ("topic", "aspect" or "frameworks"), from memory; for topics, the own answers of
        `tenant` first."""
        if field == "frameworks":
            return tuple(comparing.suggested(self._bot().knowledge, typed, limit))
        if field == "aspect":
            return self._aspects.suggest(typed, limit)
        here = self.bots.now(tenant) if self.bots is not None else self._bot()
        entries, words = here.knowledge.entries, typed.strip().casefold()
        own = [
            one for name, one in entries.items() if name.startswith(PREFIX) and words and words in one.title.casefold()
        ]
        shipped = [one for one in self._topics.suggest(typed, limit) if one.entry in entries]
        return (*(Suggestion(one.id, one.title) for one in own), *shipped)[:limit]

    def notify(self, event: Callable[[Observer], None]) -> None:
        """Tell the observers of an event. Never raises, so that no answer fails because of one."""
        for observer in self._observers:
            try:
                event(observer)
            except Exception as error:  # noqa: BLE001 - whatever it is, the answer goes on
                _log.error("the observer %s failed: %s", type(observer).__name__, type(error).__name__)

    # what handlers build on

    @property
    def bot(self) -> Bot:
        """The bot as of now, of the workspace that what is being handled comes from."""
        return _bot_here.get() or self._bot()

    @property
    def shipped(self) -> Bot:
        """The bot as of now, of what all workspaces share."""
        return self._bot()

    async def enter(self, tenant: str) -> None:
        """Answer with the bot of this workspace from here on."""
        if self.bots is not None:
            _bot_here.set(await self.bots.of(tenant))

    async def changed(self, tenant: str) -> Bot:
        """The bot after what the workspace taught was changed; as far as it is known, where the store is away."""
        if self.bots is None:
            return self.bot
        try:
            found = await self.bots.changed(tenant)
        except StoreUnavailable:
            found = self.bots.now(tenant)
        _bot_here.set(found)
        return found

    def teaching(self, place: Place) -> Teaching:
        """How the workspace teaches, from memory."""
        return self.bots.settings(place.tenant) if self.bots is not None and place.team is not None else Teaching()

    @property
    def flow(self) -> Flow | None:
        """The guided recommendation as of now; None where the knowledge base has no rules for one."""
        knowledge = self._bot().knowledge
        if self._flow is None or self._flow.knowledge is not knowledge:
            self._flow = Flow.of(knowledge)
        return self._flow

    def owner(self, incoming: Incoming) -> str:
        """The mark of the person on buttons."""
        return owner_mark(_person(incoming), self._mark_keys[0])

    def owns(self, mark: str, incoming: Incoming) -> bool:
        """Whether a mark is the person's; an empty one is nobody's."""
        return bool(mark) and any(mark == owner_mark(_person(incoming), key) for key in self._known_marks)

    def is_version(self, field: str) -> bool:
        """Whether a field of an action is a version of the knowledge: the one now, an earlier one, or (an older button)
        none."""
        return not field or field == self.bot.knowledge.version or _VERSION.fullmatch(field) is not None

    def entry(self, field: str) -> str:
        """The entry id that a field of an action stands for."""
        return expand(field, self.bot.knowledge.entries)

    def reply(
        self,
        incoming: Incoming,
        reply: Reply,
        *,
        private: bool,
        replace: bool = False,
        shareable: bool | None = None,
        question: str | None = None,
    ) -> Outgoing:
        """A reply to show; to one person where it is `private` and others are there."""
        alone = self.is_alone(incoming, private=private)
        surface = incoming.surface if isinstance(incoming, Press) else "message"
        is_missed = reply.outcome in ("choices", "decline")
        view = reply_view(
            reply,
            self.bot,
            self.owner(incoming),
            shareable=alone and surface == "message" if shareable is None else shareable,
            votes=surface == "message",
            deletable=self.capabilities.deletes and surface == "message" and not incoming.place.direct and not alone,
            page=self._page_of(reply),
            people=people.ways_to_people(self, incoming, question) if is_missed else (),
        )
        if surface == "modal" and reply.outcome == "answer" and isinstance(incoming, FormSubmission):
            again = Buttons((button("compare", label="Compare something else"),))
            view = View((*view.blocks, again), view.summary)
        return self.screen(
            incoming,
            view,
            private=private,
            replace=replace,
            reply=reply,
            question=question,
            owner=self.owner(incoming),
        )

    def _page_of(self, reply: Reply) -> str:
        """The address of the page of an answer; "" where it has none, or shows several entries."""
        if not self._public_url or reply.outcome != "answer" or len(reply.entries) != 1:
            return ""
        name = reply.entries[0]
        return f"{self._public_url}/answers/{name}" if name in self._bot().knowledge.entries else ""

    async def shares(self, press: Press, how: str, before: str) -> str:
        """The claim under which the message that was pressed is shared, "" where it is like others. Over once it was
        posted; a minute later where it was not. Raises NotDoneError, which says `before`, where it was shared before,
        by whichever process."""
        if not press.message:
            return ""
        claimed = f"{how}:{press.place.tenant}:{press.message}"
        claim = await self.records.deliveries.claim(claimed, press.place.tenant)
        if not claim.ours:
            raise NotDoneError(self.notice(press, before))
        return claimed

    @staticmethod
    async def attributed(outgoing: Outgoing, press: Press, question: str) -> Outgoing:
        """What somebody shares, with their name, what it answers and, where that can be found, where it was asked."""
        if not isinstance(outgoing.view, View):
            return outgoing
        url = await press.question_url() if press.question_url is not None else ""
        blocks = (DoneBy(outgoing.user, question, url), *outgoing.view.blocks)
        return replace(outgoing, view=replace(outgoing.view, blocks=blocks))

    def screen(
        self, incoming: Incoming, view: View, *, private: bool = True, replace: bool = False, **more: Any
    ) -> Outgoing:
        """A screen, for one person where it is `private`. `more`: as in `Outgoing`."""
        audience: Audience = "private" if self.is_alone(incoming, private=private) else "thread"
        shown = View(view.blocks, view.summary, audience, "replace" if replace else "new")
        return Outgoing(incoming.place, incoming.user, shown, **more)

    def notice(self, incoming: Incoming, text: str, *buttons: Button, feedback: Feedback | None = None) -> Outgoing:
        """A few words to one person, where the platform can show them to one."""
        return self.screen(incoming, screens.notice(text, *buttons), feedback=feedback)

    def older(self, incoming: Incoming) -> Outgoing:
        """For a button that cannot be read any more."""
        return self.notice(incoming, OLDER, *screens.ways_on(self.owner(incoming), flow=self.flow is not None))

    def form(self, incoming: Incoming, form: Form) -> Outgoing:
        """A form to fill in; where there are none, the button is from another platform or version."""
        if not self.capabilities.forms:
            return self.older(incoming)
        return Outgoing(incoming.place, incoming.user, form)

    def kept(self, form: Form) -> Button:
        """A button that opens a form again, for where it does not stay open by itself."""
        token = secrets.token_urlsafe(9)
        self.forms.put(token, form)
        return button("reopen", token)

    def topics(self, incoming: Incoming, group: str = "", page: int = 0) -> View:
        """The topics."""
        knowledge, search = self.bot.knowledge, self.capabilities.search
        return screens.topics_view(knowledge, self.owner(incoming), group, page, search=search)

    def is_alone(self, incoming: Incoming, *, private: bool) -> bool:
        """Whether to show something that is `private` to one person: nobody needs that alone with the bot, and to a
        message not every platform can answer so."""
        written = isinstance(incoming, Message) or (isinstance(incoming, Command) and incoming.in_message)
        shows = self.capabilities.private_replies and not (isinstance(incoming, Message) and incoming.automated)
        return private and not incoming.place.direct and (shows or not written)

    # messages

    async def _written(self, message: Message) -> Outgoing | None:
        """What is shown for a message."""
        if message.automated and self.conversations.is_loop(message):
            return None
        if message.edits:
            found = await self._edited(message)
        elif message.address == "overheard":
            found = await self.conversations.overheard(message)
        else:
            found = await self._message(message)
        key = message.edits or message.key
        return replace(found, answers=key) if found is not None and key else found

    async def _edited(self, message: Message) -> Outgoing | None:
        """What is shown in place of the answer to an earlier form of a message."""
        shown = await self.shared_state.answer_to(message.edits)
        if not shown or not self.limiter.admit(message.place, message.user, once=message.key).granted:
            return None
        found = await self._message(message)
        if message.address == "overheard" and (found.reply is None or found.reply.outcome != "answer"):
            return None
        return replace(found, replaces=shown)

    async def _message(self, message: Message) -> Outgoing:
        """Somebody addresses us."""
        replied, understood = recommending.replied(self, message)
        if replied is not None and understood:
            return replied
        word = command_named(message.text)
        if word and not message.automated and (word != "settings" or self.capabilities.settings_command):
            command = Command(
                place=message.place,
                user=message.user,
                rights=message.rights,
                lacks=message.lacks,
                name=word,
                private=False,
                in_message=True,
            )
            return await self._command(command)
        begun = recommending.described(self, message) if replied is None else None
        if begun is not None:
            return begun
        text, reply = await self.conversations.reply(message)
        if replied is not None and (reply.outcome not in ("answer", "social") or reply.confidence < CONFIDENT):
            # Neither an answer to the question nor surely something else.
            return replied
        return self.reply(message, reply, private=False, question=text)

    def answer(self, question: Question) -> Reply:
        """The bot's reply, with the time that it took reported."""
        began = time.perf_counter()
        reply = self.bot.answer(question)
        seconds = time.perf_counter() - began
        self.notify(lambda observer: observer.answered(self.capabilities.name, seconds))
        return reply

    # commands and buttons

    async def _command(self, command: Command) -> Outgoing:  # noqa: PLR0911 - one for each command
        match command.name:
            case "recommend":
                private = await self._is_private(command)
                return await recommending.begin(self, command, private=private, said=command.text)
            case "topics":
                group = screens.group_named(self.bot.knowledge, command.text)
                return self.screen(command, self.topics(command, group))
            case "help":
                return await handlers.help_(self, command)
            case "privacy":
                return await handlers.privacy(self, command)
            case "home":
                curating = await self._curated(command)
                owner = self.owner(command)
                view = screens.home_view(self.bot.knowledge, self.capabilities, owner, curating=curating)
                return self.screen(command, view)
            case "settings":
                return await settings.command(self, command)
            case "compare":
                return await self._compare(command)
            case "save" | "teach" | "answers" | "teachers":
                return await teaching.command(self, command)
            case _:
                return await self._ask(command)

    async def _curated(self, command: Command) -> Sequence[ViewBlock]:
        if self._curating is None:
            return ()
        try:
            teaches = await may_teach(self, command)
        except Exception as error:  # noqa: BLE001 - the page is shown all the same
            _log.info("whether somebody teaches could not be found out: %s", type(error).__name__)
            teaches = False
        return await self._curating(command.place, command.user, teaches)

    async def _ask(self, command: Command) -> Outgoing:
        """A question, or the id of an entry that was suggested."""
        text = command.text
        entry = text if text in self.bot.knowledge.entries else None
        sources = (text, *command.attached)
        text, reply = (text, self.bot.show(entry)) if entry is not None else self.conversations.answered(sources)
        private = await self._is_private(command) or (reply.outcome != "answer" and command.private is None)
        return self.reply(command, reply, private=private, question=None if entry else text)

    async def _compare(self, command: Command) -> Outgoing:
        """Frameworks by an aspect; without one, the form to choose it in."""
        knowledge = self.bot.knowledge
        aspect, frameworks = command.options.get("aspect", ""), command.options.get("frameworks", "")
        if not aspect:
            if not self.capabilities.forms or command.in_message:  # a message opens no form
                return self.screen(command, self.topics(command, screens.group_named(knowledge, "compar")))
            return self.form(command, comparing.compare_form(knowledge))
        chosen, left_out = comparing.named(knowledge, frameworks), comparing.left_out(knowledge, frameworks)
        entry = aspect if aspect in knowledge.entries else self._aspects.entry(aspect)
        private = await self._is_private(command)
        question = None if entry is not None else f"{' vs '.join(term.name for term in chosen)} {aspect}".strip()
        if entry is not None:
            reply = self.bot.show(entry, frameworks=tuple(term.id for term in chosen))
        else:
            reply = self.answer(Question(question or ""))
        if left_out:
            reply = replace(reply, blocks=(Small(left_out), *reply.blocks))
        return self.reply(command, reply, private=private, question=question)

    async def _is_private(self, command: Command) -> bool:
        """Whether only the person sees the answer to a command: as they said, else as the channel has chosen."""
        if command.private is not None or command.place.direct:
            return bool(command.private)
        settings = await self.records.channels.settings(command.place.tenant, command.place.channel)
        return settings.visibility == "private"


def command_named(text: str) -> str | None:
    """The command that a text of one word gives, without what one puts around it; None where it gives none."""
    word = text.strip().strip("/!.?\"'").casefold()
    return word if word in _COMMANDS else None


def _act(incoming: Incoming) -> Act:
    """What it counts as: showing what is ready is no question."""
    match incoming:
        case Message(text=text):
            return "click" if command_named(text) else "question"
        case Command(name=name, text=text, attached=attached, options=options):
            return "question" if name in _QUESTIONS and (text or attached or options) else "click"
        case FormSubmission(action=action):
            return "question" if action is not None and action.name in ("words", "compare", "ask") else "click"
        case _:
            return "click"


def _is_unasked(incoming: Incoming) -> bool:
    """Whether nobody addresses us with it now: a message that was overheard, edited or deleted."""
    if isinstance(incoming, Message):
        return incoming.address == "overheard" or bool(incoming.edits)
    return isinstance(incoming, Deletion)


def _person(incoming: Incoming) -> str:
    """A name for the person that nobody else has, in any workspace or server."""
    return f"{incoming.place.tenant}:{incoming.user}"
