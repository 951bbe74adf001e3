"""What proposals are tried out on: the knowledge as it is, its bot, and questions that must not fare worse.

Made once for any number of proposals. Nothing is written into the folders.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.answering import Bot, Thresholds
from bot.assembly import Watch, assemble, index_over
from bot.cases import Case
from bot.curation.comparison import Comparison, ask, compare
from bot.curation.patch import FileChange, apply
from bot.curation.regression import withheld, without
from bot.curation.target import Target
from bot.question import Question
from knowledge.checks import Probe, Report, examine
from knowledge.errors import KnowledgeError, Problem
from knowledge.folder import content_files
from knowledge.loading import Loaded
from knowledge.model import KnowledgeBase

MakeProbe = Callable[[KnowledgeBase, Bot], Probe]
"""What a bot over a knowledge base tells the checks."""


class Ground:
    """The state before. Raises KnowledgeError where the folders cannot be loaded."""

    def __init__(
        self,
        target: Target,
        *,
        today: date,
        probe: MakeProbe,
        cases: Sequence[Case] = (),
        thresholds: Thresholds | None = None,
        watch: Watch = lambda what: None,  # noqa: ARG005 - nobody watches
    ) -> None:
        """`cases` are questions that must not fare worse; phrasings of the knowledge itself, where none are given."""
        self.target = target
        self.today = today
        self._probe = probe
        self._thresholds = thresholds
        self._watch = watch
        self._below = assemble(target.knowledge, watch=watch)
        self.bot = assemble(target.knowledge, overlay=target.overlay, thresholds=thresholds, watch=watch)
        report = self._examined(target.knowledge, target.overlay)
        if report.loaded is None:
            raise KnowledgeError(list(report.problems))
        self.loaded: Loaded = report.loaded
        self._problems = Counter(_told(problem) for problem in report.problems)
        self.own_cases = bool(cases)
        self.cases = tuple(cases) or withheld(self.bot.knowledge)
        self._below_guard = self._below if cases else Bot(without(self._below.knowledge, self.cases))
        self._guarded = ask(self._guarding(self.bot), self.cases)

    def bot_over(self, knowledge: KnowledgeBase) -> Bot:
        """A bot as it would be served over `knowledge`, a changed form of what there is."""
        return self._bot(knowledge, self._below)

    def guard(self, bot: Bot) -> Comparison:
        """How the questions that must not fare worse do with the changed `bot`."""
        return compare(self._guarded, ask(self._guarding(bot), self.cases))

    def new_problems(self, changes: Iterable[FileChange]) -> tuple[tuple[Problem, ...], KnowledgeBase | None]:
        """What the checks find in a copy of the folder with the changes and not in the folder itself, by file and line;
        and what the copy holds, None where it cannot be loaded.
        """
        folder = self.target.folder
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / "copy"
            copy.mkdir()
            for file in content_files(folder):
                into = copy / file.relative_to(folder)
                into.parent.mkdir(parents=True, exist_ok=True)
                into.write_bytes(file.read_bytes())
            apply(changes, copy)
            report = self._examined(*((copy, None) if self.target.overlay is None else (self.target.knowledge, copy)))
        known = self._problems.copy()
        found = []
        for problem in report.problems:
            seen = _moved(problem, copy, folder)
            if known[_told(seen)]:
                known[_told(seen)] -= 1
            else:
                found.append(seen)
        return tuple(found), report.knowledge

    def _examined(self, knowledge: Path, overlay: Path | None) -> Report:
        def probe(found: KnowledgeBase) -> Probe:
            bot = self._bot(found, self._below)
            return replace(self._probe(found, bot), find=_finder(bot))

        return examine(knowledge, overlay, today=self.today, probe=probe, progress=self._watch("files read"))

    def _guarding(self, bot: Bot) -> Bot:
        """The bot that the guarding questions are put to: without them among its phrasings."""
        return bot if self.own_cases else self._bot(without(bot.knowledge, self.cases), self._below_guard)

    def _bot(self, knowledge: KnowledgeBase, below: Bot) -> Bot:
        if self.target.overlay is None:
            return Bot(knowledge, thresholds=self._thresholds)
        return Bot(knowledge, index=index_over(below, knowledge), thresholds=self._thresholds)


def _finder(bot: Bot) -> Callable[[str], str | None]:
    """What a question leads to. A phrasing word for word wins outright, so ranking is spared for those."""

    def find(text: str) -> str | None:
        owner = bot.index.exact.get(bot.read(text).normalised)
        if owner is not None:
            return bot.index.entries[owner]
        return next(iter(bot.answer(Question(text)).entries), None)

    return find


def _told(problem: Problem) -> tuple[str, str, str, str, str]:
    """What makes a problem the same one after lines have moved."""
    return problem.rule, problem.severity, str(problem.file), problem.field, re.sub(r":\d+", "", problem.message)


def _moved(problem: Problem, copy: Path, folder: Path) -> Problem:
    """A problem of the copy as one of the folder."""
    message = problem.message.replace(str(copy), str(folder))
    if not problem.file.is_relative_to(copy):
        return replace(problem, message=message)
    return replace(problem, file=folder / problem.file.relative_to(copy), message=message)
