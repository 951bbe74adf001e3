"""A reply as HTML. Pure: every block of a reply is shown, under headings of the level asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.web.markup import Html, bullets, element, joined, link, paragraph, section
from bot.plain import ARTICLE_DATE, CONFIDENCE_WORDS, VERDICT_WORDS, missing_text
from bot.reply import (
    ArticleNote,
    Block,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    Reply,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)


def reply_html(reply: Reply, *, level: int) -> Html:
    """The whole reply. `level` of its headings (2 to 5); at most one reply a page, for its sources are numbered."""
    return joined(*(_block(block, level) for block in reply.blocks))


def _block(block: Block, level: int) -> Html:  # noqa: C901, PLR0911 - one case a kind of block
    match block:
        case Heading(text):
            return element(f"h{level}", text)
        case ShortAnswer(claim):
            return paragraph(element("strong", claim.text), *_standing(claim), *_checked(claim))
        case ArticleNote():
            return _article(block)
        case Comparison(sides, missing):
            return joined(_table(sides), *([paragraph(missing_text(missing))] if missing else []))
        case SinceThen(claims):
            return section("Good to know", bullets(map(_claim, claims)), level=level)
        case Renamed(claim):
            return paragraph("Renamed: ", _claim(claim))
        case Prose(text):
            return paragraph(text)
        case NextStep(text):
            return paragraph(element("strong", "Next:"), " ", text)
        case Sources(notes):
            return section("Sources", element("ol", *map(_source, notes)), level=level)
        case Choices(prompt, options):
            labels = [option.label for option in options]
            labels += ["None of these"] if block.none_of_these else []
            labels += ["Guided recommendation"] if block.flow else []
            return joined(paragraph(prompt), bullets(labels))


def _claim(claim: Claim) -> Html:
    return joined(claim.text, *_standing(claim))


def _standing(claim: Claim) -> Iterable[str]:
    """What a claim rests on: its standing in words, and the numbers of its sources."""
    word = CONFIDENCE_WORDS[claim.confidence] if claim.confidence else ""
    if word:
        yield f" ({word})"
    if claim.refs:
        yield " "
        yield _numbers(claim.refs)


def _checked(claim: Claim) -> Iterable[str]:
    if claim.checked_on is not None:
        yield " "
        yield element("span", f"Last checked on {claim.checked_on.isoformat()}.", class_="quiet")


def _numbers(refs: Sequence[int]) -> Html:
    return joined(*(link(f"#source-{number}", f"[{number}]", aria_label=f"Source {number}") for number in refs))


def _article(note: ArticleNote) -> Html:
    if note.verdict is None:
        return paragraph(f"The article ({ARTICLE_DATE}) {note.text}")
    verdict = element("span", VERDICT_WORDS[note.verdict], class_="quiet" if note.verdict == "holds" else "alert")
    return paragraph(f"The article ({ARTICLE_DATE}): {note.text} ", _numbers(note.refs), " ", verdict)


def _table(sides: Sequence[Side]) -> Html:
    told = any(side.article for side in sides)
    names = ["Framework", "Today", *([f"The article ({ARTICLE_DATE})"] if told else [])]
    rows = [
        element(
            "tr",
            element("th", side.framework, scope="row"),
            element("td", _claim(side.today)),
            *([element("td", side.article or "Says nothing on it.")] if told else []),
        )
        for side in sides
    ]
    table = element(
        "table",
        element("caption", "Side by side"),
        element("thead", element("tr", *(element("th", name, scope="col") for name in names))),
        element("tbody", *rows),
    )
    # Wider than a phone: it scrolls by itself, also by the keyboard.
    return element("div", table, class_="wide", tabindex="0", role="region", aria_label="Side by side")


def _source(note: SourceNote) -> Html:
    opens = note.url is not None and note.url.startswith(("https://", "http://"))
    title = link(note.url or "", note.title) if opens else note.title
    dated = f", {note.dated}" if note.dated else ""
    return element(
        "li", title, f"{dated}; checked {note.seen.isoformat()}", id=f"source-{note.number}", value=str(note.number)
    )
