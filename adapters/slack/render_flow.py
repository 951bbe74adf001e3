"""The guided recommendation as Block Kit: a question, where it leads, or that it was stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.slack.blockkit import (
    Block,
    Surface,
    actions,
    bullets,
    button,
    context,
    cut,
    header,
    label,
    option,
    plain,
    sections,
    table,
)
from adapters.slack.render_reply import source_line, supported
from adapters.slack.values import encode, flow_block
from bot.plain import ARTICLE_DATE
from bot.recommendation.flow import BACK, CANCEL, NEXT, RESTART, SKIP, Step, Stopped
from bot.recommendation.outcome import Outcome, Ranked, Reason
from bot.recommendation.text import article_text, changes_text, note_text, reason_text

SAY = "flow-say"
"""The field in which one answers in one's own words."""

MOST_TYPED = 300

_LABEL_IN_CHART = 20
_MOST_POINTS_TITLE = "Points by framework"
_MOST_BARS = 20
_MOST_MORE = 5


def flow_blocks(
    view: Step | Outcome | Stopped, token: str, surface: Surface, *, notice: str = "", shared: bool = False
) -> list[Block]:
    """Whatever the flow shows. `token` is what its buttons lead on from; `notice` is said first.

    `shared`: an outcome that everybody in a channel sees.
    """
    told = sections(notice) if notice else []
    match view:
        case Step():
            return [*told, *_step(view, token, surface)]
        case Outcome():
            return [*told, *_outcome(view, token, surface, shared=shared)]
        case Stopped(text):
            go_on = [_button("Go on", NEXT), _button("Start again", RESTART)]
            return [*told, *sections(text), *actions(go_on, block_id=flow_block(token, 0))]


def flow_summary(view: Step | Outcome | Stopped) -> str:
    """It all in one line, for notifications."""
    match view:
        case Step(number=number, of=of, text=text):
            return f"Step {number} of {of}: {text}"
        case Outcome(summary=summary):
            return summary
        case Stopped(text):
            return text


def _step(step: Step, token: str, surface: Surface) -> list[Block]:
    given = [plain(f"{topic}: {chosen}") for topic, chosen in step.answered]
    blocks = [
        *context([plain(f"Step {step.number} of {step.of}: {step.topic}")]),
        header(step.text),
        *(context([plain(step.help)]) if step.help else []),
    ]
    if surface == "private":
        # Where a list of options cannot stand: their words above, their buttons below.
        blocks += bullets(f"{o.label}: {o.description}" if o.description else o.label for o in step.options)
        choices = [_button(o.label, o.action, chosen=o.chosen) for o in step.options]
        for number, row in enumerate(actions(choices), start=1):
            blocks.append({**row, "block_id": flow_block(token, number)})
    else:
        blocks += [{**_radio(step), "block_id": flow_block(token, 1)}, {**_typed(), "block_id": flow_block(token, 2)}]
    blocks += actions(_moves(step), block_id=flow_block(token, 0))
    return [*blocks, *context(given)]


def _moves(step: Step) -> list[Block]:
    chosen = step.chosen
    return [
        *([_button(f"Keep: {chosen.label}", NEXT)] if chosen else []),
        _button("Skip", SKIP),
        *([_button("Back", BACK)] if step.can_go_back else []),
        *([_button("Restart", RESTART)] if step.can_go_back or chosen else []),
        _button("Cancel", CANCEL),
    ]


def _radio(step: Step) -> Block:
    options = {o.id: option(o.label, encode("flow", o.action), o.description) for o in step.options}
    element: Block = {"type": "radio_buttons", "action_id": "flow-pick", "options": list(options.values())}
    if step.chosen:
        element["initial_option"] = options[step.chosen.id]
    return {"type": "actions", "elements": [element]}


def _typed() -> Block:
    return {
        "type": "input",
        "dispatch_action": True,
        "optional": True,
        "label": plain("Or say it in your own words"),
        "element": {
            "type": "plain_text_input",
            "action_id": SAY,
            "max_length": MOST_TYPED,
            "placeholder": plain("For example: mostly phones"),
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    }


def _outcome(outcome: Outcome, token: str, surface: Surface, *, shared: bool) -> list[Block]:
    first = outcome.ranking[0]
    given = "; ".join(f"{given.topic}: {given.label}" for given in outcome.given if given.option)
    return [
        header(f"Recommendation: {first.name}"),
        *sections(given or "You skipped every question, so this is the general advice."),
        *_ranking(outcome.ranking, surface),
        *(_level(outcome.level) if outcome.level else []),
        *_listed("Know this first", map(note_text, outcome.notes)),
        *_listed("Your answers pull apart", map(note_text, outcome.contradictions)),
        *(block for place in outcome.ranking for block in _place(place)),
        *_article(outcome),
        *_changes(outcome),
        *_listed("Next", (step.text for step in outcome.next_steps)),
        *context([source_line(note) for note in outcome.sources]),
        *_more(outcome, surface),
        *actions(_endings(surface, shared=shared), block_id=flow_block(token, 0)),
    ]


def _ranking(ranking: tuple[Ranked, ...], surface: Surface) -> list[Block]:
    """The chart with its table, as far as they can stand here."""
    rows = [["Framework", "Points", "Foremost reason"]]
    rows += [[place.name, str(place.points), place.reasons[0].text if place.reasons else "None"] for place in ranking]
    drawn = table(rows) if surface == "message" else None
    if drawn is None:
        return bullets(f"{place.name}: {_points(place)}" for place in ranking)
    chart = _chart(ranking)
    return [*([chart] if chart else []), drawn]


def _chart(ranking: tuple[Ranked, ...]) -> Block | None:
    """None where Slack could not draw it: then the table says it all."""
    names = [place.name for place in ranking]
    fits = len(names) <= _MOST_BARS and all(len(name) <= _LABEL_IN_CHART for name in names)
    if not fits or len(set(names)) != len(names):
        return None
    points = [{"label": place.name, "value": place.points} for place in ranking]
    return {
        "type": "data_visualization",
        "title": _MOST_POINTS_TITLE,
        "chart": {
            "type": "bar",
            "series": [{"name": "Points", "data": points}],
            "axis_config": {"categories": names, "x_label": "Framework", "y_label": "Points"},
        },
    }


def _level(names: tuple[str, ...]) -> list[Block]:
    usual = "Then the more usual one stands first; any of them will do."
    return sections(f"Level on points: {', '.join(names)}. {usual}")


def _place(place: Ranked) -> list[Block]:
    if not place.reasons and not place.cautions:
        return []
    lines = [_reason(reason) for reason in place.reasons]
    lines += [f"But: {supported(c.text, c.confidence, c.refs)}" for c in place.cautions]
    return [label(f"{place.name}, {_points(place)}"), *bullets(lines)]


def _reason(reason: Reason) -> str:
    told = f" (the article, {ARTICLE_DATE}; still holds)" if reason.basis == "article" else ""
    return f"{reason_text(reason)}{told}"


def _points(place: Ranked) -> str:
    return f"{place.points} {'point' if place.points == 1 else 'points'}"


def _article(outcome: Outcome) -> list[Block]:
    agree = {True: ", as we do today", False: f"; today it is {outcome.today.name}", None: ""}[outcome.agree]
    lines = [supported(reason.text, None, reason.refs) for reason in outcome.article.reasons]
    lines += [f"Yet: {supported(reason.text, None, reason.refs)}" for reason in outcome.article.others]
    sign = ":warning: " if outcome.agree is False else ""
    title = label(f"{article_text(outcome.article)}{agree}")
    title["text"]["text"] = sign + title["text"]["text"]
    return [title, *(bullets(lines) if lines else [])]


def _changes(outcome: Outcome) -> list[Block]:
    changes = changes_text(outcome.would_change)
    if not changes:
        return sections("No single other answer would put another one first.")
    return [label("One other answer would make it"), *bullets(changes)]


def _listed(title: str, lines: Iterable[str]) -> list[Block]:
    found = list(lines)
    return [label(title), *bullets(found)] if found else []


def _more(outcome: Outcome, surface: Surface) -> list[Block]:
    """Buttons to the entries behind the foremost reasons and next steps."""
    if surface == "modal":
        return []
    found = dict(_reading(outcome))
    buttons = [
        button(f"More: {text}", encode("show", entry), f"more-{number}")
        for number, (entry, text) in enumerate(list(found.items())[:_MOST_MORE])
    ]
    return actions(buttons) if buttons else []


def _reading(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for place in outcome.ranking:
        for reason in place.reasons[:1]:
            if reason.entry:
                yield reason.entry, place.name
    for number, step in enumerate(outcome.next_steps, start=1):
        if step.entry:
            yield step.entry, f"next step {number}"


def _endings(surface: Surface, *, shared: bool) -> list[Block]:
    if shared:
        return [button("Start one of your own", encode("start"), "start")]
    share = [button("Share in channel", encode("shareflow"), "flow-share")] if surface == "private" else []
    return [*share, _button("Change the last answer", BACK), _button("Start again", RESTART)]


def _button(text: str, action: str, *, chosen: bool = False) -> Block:
    marked = {"style": "primary", "accessibility_label": cut(f"{text} (chosen before)", 75)} if chosen else {}
    return button(text, encode("flow", action), f"flow-{action}", **marked)
