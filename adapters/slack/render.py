"""Views and forms as Block Kit: blocks of a message, modals and the Home tab. Pure: every block of a view is shown."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from adapters.slack import blockkit as kit
from adapters.slack.blockkit import Block, SlackSurface
from adapters.slack.manifest import NAME
from adapters.slack.parse import ASK
from bot.chat.actions import pack
from bot.chat.view import (
    MOST_PEOPLE,
    AskField,
    Button,
    Buttons,
    Document,
    DoneBy,
    Form,
    Input,
    Menu,
    PeopleInput,
    Search,
    SelectInput,
    Setting,
    TextInput,
    View,
    ViewBlock,
    Vote,
)
from bot.dialog import reply
from bot.dialog.text_renderer import ARTICLE_DATE, Span, bar_lines, missing_text, rendered, source_details

SEARCH = "search"
"""The action id of a field that searches the topics. In a form, the block id of one begins with what it searches."""

TITLE = 24
"""Characters of a modal's title, and of what its buttons say."""

_CONTEXT_TEXT = 2_000
_PLACEHOLDER = 150
_CONFIRMATION = 300
_TEXT_INPUT = 3_000
_OPTIONS = 100
_SAYS_NOTHING = "Says nothing on it."


def render(view: View, surface: SlackSurface) -> list[Block]:
    """The blocks of a view."""
    blocks: list[Block] = []
    for block in view.blocks:
        blocks += _rendered(block, surface, blocks)
    return blocks


def modal(view: View) -> Block:
    """A view as a modal."""
    return {**_modal(NAME, render(view, "modal")), "callback_id": "view"}


def home(view: View) -> Block:
    """A view as the Home tab."""
    return {"type": "home", "blocks": render(view, "home")[: kit.VIEW_BLOCKS]}


def form_modal(form: Form, metadata: str) -> Block:
    """A form. `metadata` comes back when it is sent in; the names of its inputs are their action ids."""
    # A new id for each input, or Slack would show what was filled in before where one form follows another.
    nonce = secrets.token_hex(4)
    shown = (one for one in form.inputs if not isinstance(one, SelectInput) or one.options or one.search)
    blocks = [_input(one, nonce) for one in shown]
    return {
        **_modal(form.title, blocks),
        "callback_id": "form",
        "submit": kit.plain(kit.cut(form.submit, TITLE)),
        "private_metadata": metadata,
    }


def suggested_field(action_id: object, block_id: object) -> str | None:
    """What a searching field in a form searches; None for the one that searches the topics to show them."""
    return None if action_id == SEARCH else str(block_id).partition(".")[0]


def _mrkdwn(text: str) -> str:
    """A team's Markdown as Slack's."""
    marks = {"bold": "*", "italic": "_", "code": "`"}

    def shown(span: Span) -> str:
        mark = marks.get(span.style, "")
        return kit.link(span.url, span.text) if span.url else f"{mark}{kit.escaped(span.text)}{mark}"

    return rendered(text, shown, "• ")


def _modal(title: str, blocks: list[Block]) -> Block:
    return {
        "type": "modal",
        "title": kit.plain(kit.cut(title, TITLE)),
        "close": kit.plain("Close"),
        "blocks": blocks[: kit.VIEW_BLOCKS],
    }


def _rendered(block: ViewBlock, surface: SlackSurface, before: Sequence[Block]) -> list[Block]:  # noqa: C901, PLR0911, PLR0912 - one case a kind of block
    match block:
        case reply.Heading(text):
            return [kit.header(text)]
        case reply.Text(text, tone, is_strong):
            return (kit.strong if is_strong else kit.sections)(text, warning=tone == "changed")
        case reply.Bullets(items, title, tone):
            warning = tone == "changed"
            above = kit.strong(title, warning=warning) if title else []
            return [*above, *(kit.bullets(items, warning=warning and not title) if items else [])]
        case reply.Markdown(text):
            return [{"type": "section", "text": kit.mrkdwn(part)} for part in kit.split(_mrkdwn(text), kit.SECTION)]
        case reply.Small(text):
            return kit.context([kit.plain(part) for part in kit.split(text or "-", _CONTEXT_TEXT)])
        case reply.SourceLine(text, links, more):
            parts = [
                kit.escaped(text),
                *(kit.link(url, title) for title, url in links),
                f"and {more} more" if more else "",
            ]
            return kit.context([kit.mrkdwn(" · ".join(filter(None, parts)))])
        case DoneBy(user, what, url, did):
            return kit.context([kit.mrkdwn(f"<@{kit.escaped(user)}> {did} {kit.link(url or None, what)}")])
        case reply.Code(text) | Document(_, text):
            return kit.fenced(text)
        case reply.Comparison(rows, missing):
            below = kit.context([kit.plain(missing_text(missing))]) if missing else []
            return [*_comparison(rows, surface, before), *below]
        case reply.Chart(title):
            return kit.fenced("\n".join((title, *bar_lines(block))))
        case reply.Sources(notes):
            return kit.context([_source(note) for note in notes])
        case Buttons(buttons):
            described = [f"{one.label}: {one.description}" for one in buttons if one.description]
            return [*(kit.bullets(described) if described else []), *_row(buttons)]
        case Menu(placeholder, options):
            menu = {
                "type": "static_select",
                "action_id": "menu",
                "placeholder": kit.plain(kit.cut(placeholder, _PLACEHOLDER)),
                "options": [kit.option(one.label, pack(one.action)) for one in options],
            }
            row: list[Block] = next((one["elements"] for one in reversed(before) if one["type"] == "actions"), [])
            has_room = 0 < len(row) < kit.ROW_OF_BUTTONS and all(one["type"] == "button" for one in row)
            if surface not in ("message", "private") or not has_room:
                return kit.actions([menu])
            row.append(menu)  # next to the buttons of the same answer, so that it takes no row of its own
            return []
        case AskField(placeholder):
            return [_ask_field(placeholder)]
        case Search(placeholder):
            return kit.actions([_search(SEARCH, placeholder)])
        case Setting(title, states):
            return [*kit.strong(title), *_row(states)]
        case Vote(helpful, unhelpful):
            return [_feedback(helpful, unhelpful)] if surface == "message" else _row((helpful, unhelpful))
        case _:
            raise TypeError(f"{type(block).__name__} is no block of a view")


def _comparison(rows: Sequence[reply.ComparisonRow], surface: SlackSurface, before: Sequence[Block]) -> list[Block]:
    """One table a message; where there can be none, a section for each framework, today next to the article."""
    has_table = any(block["type"] == "table" for block in before)
    columns = ["Framework", "Today", f"The article ({ARTICLE_DATE})"][: 3 if any(row.article for row in rows) else 2]
    cells = [[row.framework, row.today, row.article or _SAYS_NOTHING][: len(columns)] for row in rows]
    if surface == "message" and not has_table and (drawn := kit.table([columns, *cells])) is not None:
        return [drawn]
    blocks: list[Block] = []
    for row in rows:
        texts = [f"Today: {row.today}"]
        if row.article:
            texts.append(f"The article ({ARTICLE_DATE}): {row.article}")
        fields = [kit.plain(part) for text in texts for part in kit.split(text, _CONTEXT_TEXT)]
        blocks += [*kit.strong(row.framework), {"type": "section", "fields": fields}]
    return blocks


def _source(note: reply.SourceNote) -> Block:
    return kit.mrkdwn(f"[{note.number}] {kit.link(note.url, note.title)}{kit.escaped(source_details(note))}")


def _row(buttons: Sequence[Button]) -> list[Block]:
    return kit.actions([_button(one, number) for number, one in enumerate(buttons)])


def _button(button: Button, number: int) -> Block:
    made: Block = {
        "type": "button",
        "text": kit.plain(kit.cut(button.label, kit.LABEL)),
        "value": pack(button.action),
        "action_id": f"{button.action.name}-{number}",
    }
    if button.style != "plain":
        made["style"] = button.style
    if button.chosen:
        made["accessibility_label"] = kit.cut(f"{button.label} (chosen before)", kit.LABEL)
    if button.confirm:
        made["confirm"] = {
            "title": kit.plain(kit.cut(f"{button.label}?", kit.LABEL)),
            "text": kit.plain(kit.cut(button.confirm, _CONFIRMATION)),
            "confirm": kit.plain(kit.cut(button.label, TITLE)),
            "deny": kit.plain("Cancel"),
        }
    return made


def _feedback(helpful: Button, unhelpful: Button) -> Block:
    def side(button: Button, spoken: str) -> Block:
        text = kit.plain(kit.cut(button.label, kit.LABEL))
        return {"text": text, "value": pack(button.action), "accessibility_label": spoken}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": side(helpful, "This answer was helpful"),
        "negative_button": side(unhelpful, "This answer was not helpful"),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _input(one: Input, nonce: str) -> Block:
    searched = one.search if isinstance(one, SelectInput) else ""
    made: Block = {
        "type": "input",
        "block_id": f"{searched}.{one.name}.{nonce}",
        "optional": isinstance(one, PeopleInput) or not one.required,
        "label": kit.plain(one.label),
        "element": _element(one),
    }
    return {**made, "hint": kit.plain(one.hint)} if one.hint else made


def _element(one: Input) -> Block:
    match one:
        case TextInput(name, _, longest):
            value = {"initial_value": one.value} if one.value else {}
            size = {"multiline": one.multiline, "max_length": min(longest, _TEXT_INPUT)}
            return {"type": "plain_text_input", "action_id": name, **size, **value}
        case PeopleInput(name, _, chosen):
            known = {"initial_users": list(chosen)} if chosen else {}
            return {"type": "multi_users_select", "action_id": name, "max_selected_items": MOST_PEOPLE, **known}
        case SelectInput(name, _, options):
            several = "multi_" if one.multiple else ""
            if one.search:
                return {**_search(name, "Type to search"), "type": f"{several}external_select"}
            shown = [kit.option(label, value) for value, label in options[:_OPTIONS]]
            return {"type": f"{several}static_select", "action_id": name, "options": shown}


def _ask_field(placeholder: str) -> Block:
    """A question is sent with the enter key, and comes back as an action of its own."""
    element = {
        "type": "plain_text_input",
        "action_id": ASK,
        "max_length": _TEXT_INPUT,
        "placeholder": kit.plain(kit.cut(placeholder, _PLACEHOLDER)),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    return {"type": "input", "dispatch_action": True, "label": kit.plain("Your question"), "element": element}


def _search(action_id: str, placeholder: str) -> Block:
    """A field that asks for suggestions from the first letter on."""
    text = kit.plain(kit.cut(placeholder, _PLACEHOLDER))
    return {"type": "external_select", "action_id": action_id, "min_query_length": 1, "placeholder": text}
