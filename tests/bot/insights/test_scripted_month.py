"""How many of the topics in a scripted month the clusters find, and how much of what they show is one topic."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from questions import saved
from scripted_month import TOPICS, month

from bot.dialog.question import Question
from bot.insights.clusters import Cluster, clusters
from bot.storage.masking import masked

QUESTIONS = 500
LEAST = 3
"""Times asked from which a cluster counts."""


@dataclass(frozen=True)
class Month:
    """What was not answered, by its topics, and the clusters of it."""

    topics: dict[str, Counter[str]]
    """Text as it is saved -> topic -> how often."""
    shown: list[Cluster]

    def about(self, cluster):
        """Topic -> how often it was asked in the cluster."""
        return sum((self.topics[text] for text in cluster.questions), Counter())

    def main_topic(self, cluster):
        """The topic of more than half of a cluster; "" where there is none."""
        ((topic, most),) = self.about(cluster).most_common(1)
        return topic if 2 * most > cluster.count else ""


@pytest.fixture(scope="module")
def played(shipped):
    topics: dict[str, Counter[str]] = {}
    questions = []
    for number, (topic, text) in enumerate(month(QUESTIONS)):
        reply = shipped.answer(Question(text))
        if reply.outcome in ("choices", "decline"):
            masked_text = masked(text, 500)
            topics.setdefault(masked_text, Counter())[topic] += 1
            questions.append(saved(masked_text, after=number, outcome=reply.outcome, candidates=reply.candidates))
    found = clusters(questions, shipped).clusters
    return Month(topics, [cluster for cluster in found if cluster.count >= LEAST])


def test_most_topics_are_found(played):
    total = sum(played.topics.values(), Counter())
    reachable = [topic for topic in TOPICS if total[topic] >= LEAST]
    found = [
        topic
        for topic in reachable
        if any(played.main_topic(one) == topic and 2 * played.about(one)[topic] > total[topic] for one in played.shown)
    ]
    assert len(reachable) >= 0.8 * len(TOPICS)
    assert len(found) >= 0.8 * len(reachable)


def test_most_of_what_is_shown_as_open_is_worth_looking_at(played):
    topics = [played.main_topic(one) for one in played.shown if one.status == "open"]
    assert sum(topic in TOPICS or topic.startswith("entry: ") for topic in topics) >= 0.8 * len(topics)


def test_nearly_every_cluster_is_about_one_thing(played):
    assert sum(played.main_topic(one) != "" for one in played.shown) >= 0.9 * len(played.shown)
