"""How often people may ask: by a clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import rate_limit
from bot.chat.incoming import Place
from bot.chat.rate_limit import CLICKS, NOTICES, Limiter, Rate

CHANNEL = Place("slack", "T1", "C1", "channel")
ELSEWHERE = replace(CHANNEL, channel="C2")
OTHER_TENANT = replace(CHANNEL, team="T2")
OTHER_PLATFORM = replace(CHANNEL, platform="discord")


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def asked(limiter, times, place=CHANNEL, user="U1", act="question"):
    """How many of so many questions are taken."""
    return sum(limiter.admit(place, user, act).granted for _ in range(times))


@pytest.mark.parametrize(
    ("bound", "free"),
    [
        ("user", {"place": CHANNEL, "user": "U2"}),
        ("channel", {"place": ELSEWHERE, "user": "U1"}),
        ("tenant", {"place": OTHER_TENANT, "user": "U1"}),
    ],
)
def test_each_bound_holds_for_what_it_is_about_and_for_nothing_else(clock, bound, free):
    limiter = Limiter(**{bound: Rate(3, 60)}, clock=clock)
    assert asked(limiter, 5) == 3
    assert limiter.admit(CHANNEL, "U1").bound == bound
    assert limiter.refused[bound] == 3
    assert limiter.admit(**free).granted


@pytest.mark.parametrize("elsewhere", [OTHER_TENANT, OTHER_PLATFORM], ids=["workspace", "platform"])
def test_the_same_ids_in_another_tenant_are_somebody_else(clock, elsewhere):
    limiter = Limiter(user=Rate(1, 60), channel=Rate(1, 60), tenant=Rate(1, 60), clock=clock)
    assert [limiter.admit(place, "U1").granted for place in (CHANNEL, CHANNEL, elsewhere)] == [True, False, True]


def test_a_person_is_bounded_across_the_channels_of_a_tenant(clock):
    limiter = Limiter(user=Rate(2, 60), clock=clock)
    assert [limiter.admit(place, "U1").granted for place in (CHANNEL, ELSEWHERE, CHANNEL)] == [True, True, False]


def test_direct_messages_that_belong_to_no_server_share_no_bound(clock):
    limiter = Limiter(tenant=Rate(1, 60), clock=clock)
    directs = [Place("discord", None, f"D{number}", "direct") for number in range(5)]
    assert all(limiter.admit(place, f"U{place.channel}").granted for place in directs)


def test_without_bounds_everything_is_taken_and_nothing_kept(clock):
    limiter = Limiter(clock=clock)
    assert asked(limiter, 10_000) == 10_000
    assert kept(limiter) == 0


def test_what_one_bound_turns_away_does_not_count_for_the_others(clock):
    limiter = Limiter(user=Rate(2, 60), channel=Rate(4, 60), clock=clock)
    assert asked(limiter, 50) == 2
    assert asked(limiter, 2, user="U2") == 2


def test_who_never_stops_asking_is_not_locked_out(clock):
    limiter = Limiter(user=Rate(20, 60), clock=clock)
    taken = 0
    for _ in range(10 * 300):
        taken += limiter.admit(CHANNEL, "U1").granted
        clock.now += 0.1
    assert taken == 5 * 20


def test_the_longest_of_the_waits_is_named(clock):
    limiter = Limiter(user=Rate(1, 60), channel=Rate(1, 3_600), clock=clock)
    limiter.admit(CHANNEL, "U1")
    refused = limiter.admit(CHANNEL, "U1")
    assert (refused.bound, refused.wait) == ("channel", 3_600)


def test_clicks_count_apart_and_less(clock):
    limiter = Limiter(user=Rate(2, 60), clock=clock)
    assert asked(limiter, 100, act="click") == 2 * CLICKS
    assert asked(limiter, 5) == 2


def test_what_nobody_asked_counts_for_the_channel_alone(clock):
    limiter = Limiter(user=Rate(1, 60), channel=Rate(2, 60), clock=clock)
    assert asked(limiter, 5, user=None) == 2
    assert limiter.admit(ELSEWHERE, "U1").granted


def test_a_delivery_that_comes_again_is_decided_as_before_and_counted_once(clock):
    limiter = Limiter(user=Rate(1, 60), clock=clock)
    assert all(limiter.admit(CHANNEL, "U1", once="first").granted for _ in range(5))
    assert not limiter.admit(CHANNEL, "U1", once="second").granted
    clock.now += 60
    assert not limiter.admit(CHANNEL, "U1", once="second").granted
    assert limiter.refused["user"] == 1


class TestNotices:
    def flood(self, limiter, times, place=CHANNEL, user="U1", **how):
        notices = (limiter.notice(limiter.admit(place, user), **how) for _ in range(times))
        return [words for words in notices if words is not None]

    def test_a_flood_gets_one_message_in_a_window(self, clock):
        limiter = Limiter(user=Rate(2, 60), clock=clock)
        assert self.flood(limiter, 500) == [
            "That is a lot of questions at once. I can take the next one in 60 seconds."
        ]
        clock.now += 60
        assert len(self.flood(limiter, 500)) == 1

    @pytest.mark.parametrize("seconds", [1, 60])
    def test_who_asks_a_little_too_often_all_the_time_gets_one_notice_a_minute(self, clock, seconds):
        limiter = Limiter(user=Rate(5, seconds), clock=clock)
        notices = 0
        for _ in range(600 * 10):
            notices += len(self.flood(limiter, 1))
            clock.now += seconds / 100
        assert notices <= 600 * 10 * seconds / 100 / 60 + 1

    def test_several_bounds_tell_somebody_once(self, clock):
        limiter = Limiter(user=Rate(3, 60), channel=Rate(5, 3_600), clock=clock)
        assert len(self.flood(limiter, 10)) == 1
        asked(limiter, 2, user="U2")
        assert limiter.admit(CHANNEL, "U1").bound == "channel"
        assert self.flood(limiter, 10) == []

    def test_everybody_who_is_turned_away_gets_a_notice(self, clock):
        limiter = Limiter(channel=Rate(1, 60), clock=clock)
        limiter.admit(CHANNEL, "U0")
        notices = [self.flood(limiter, 3, user=f"U{number}") for number in range(5)]
        assert {len(words) for words in notices} == {1}
        assert notices[0][0].startswith("There have been a lot of questions here just now.")

    def test_what_all_can_read_is_said_once_in_a_channel(self, clock):
        limiter = Limiter(channel=Rate(1, 60), clock=clock)
        limiter.admit(CHANNEL, "U0")
        notices = [self.flood(limiter, 3, user=f"U{number}", aloud=True) for number in range(5)]
        assert sum(map(len, notices)) == 1

    def test_a_tenant_with_ever_more_people_is_not_flooded_with_messages(self, clock):
        limiter = Limiter(tenant=Rate(1, 60), clock=clock)
        notices = [self.flood(limiter, 1, user=f"U{number}") for number in range(500)]
        assert sum(map(len, notices)) == NOTICES.count
        assert len(self.flood(limiter, 2, place=OTHER_TENANT)) == 1

    def test_nothing_is_said_to_who_may_go_on(self, clock):
        limiter = Limiter(user=Rate(5, 60), clock=clock)
        assert self.flood(limiter, 5) == []

    @pytest.mark.parametrize(
        ("rate", "wait"),
        [
            (Rate(1, 1), "in 1 second."),
            (Rate(1, 60), "in 60 seconds."),
            (Rate(1, 3_600), "in 60 minutes."),
            (Rate(1, 86_400), "in 24 hours."),
        ],
        ids=str,
    )
    def test_the_wait_is_given_in_units_that_people_use(self, clock, rate, wait):
        limiter = Limiter(user=rate, clock=clock)
        limiter.admit(CHANNEL, "U1", "click")
        for _ in range(CLICKS):
            refused = limiter.admit(CHANNEL, "U1", "click")
        assert refused.words == f"That is a lot of clicks at once. I can take the next one {wait}"

    @given(st.integers(1, 86_400))
    def test_no_less_is_said_than_it_takes(self, wait):
        words = rate_limit.Admission(CHANNEL, "U1", "question", "user", wait).words.rstrip(".").split()
        unit = {"second": 1, "minute": 60, "hour": 3_600}[words[-1].rstrip("s")]
        assert wait <= int(words[-2]) * unit <= 2 * wait + 1
        assert words[-1].endswith("s") == (int(words[-2]) != 1)


RATES = st.builds(Rate, st.integers(1, 5), st.sampled_from([1, 60]))
# Eighths of seconds, which a float holds exactly.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 30 * 8), st.sampled_from(["U1", "U2"]), st.sampled_from([CHANNEL, ELSEWHERE, OTHER_TENANT])
    ),
    max_size=60,
)


@given(RATES, RATES, RATES, STEPS)
def test_of_any_window_no_more_is_taken_than_the_rate_and_nothing_is_turned_away_without_need(
    user, channel, tenant, steps
):
    clock = Clock()
    limiter = Limiter(user=user, channel=channel, tenant=tenant, clock=clock)
    rates = {"user": user, "channel": channel, "tenant": tenant}
    taken = []

    def within(name, person, place):
        """How many were taken in the window that ends now."""
        alike = {
            "user": lambda one, there: (one, there.team) == (person, place.team),
            "channel": lambda _, there: (there.channel, there.team) == (place.channel, place.team),
            "tenant": lambda _, there: there.team == place.team,
        }[name]
        return sum(at > clock.now - rates[name].seconds and alike(*who) for at, *who in taken)

    for step, person, place in steps:
        clock.now += step / 8
        full = {name for name, rate in rates.items() if within(name, person, place) >= rate.count}
        admission = limiter.admit(place, person)
        assert admission.granted == (not full)
        if admission.granted:
            taken.append((clock.now, person, place))
        else:
            assert admission.bound in full


@given(RATES, RATES, STEPS, st.sampled_from(["U1", "U2"]))
def test_whoever_waits_as_long_as_asked_is_let_in_unless_others_were_faster(user, tenant, steps, person):
    clock = Clock()
    limiter = Limiter(user=user, tenant=tenant, clock=clock)
    for step, asking, place in steps:
        clock.now += step / 8
        limiter.admit(place, asking)
    refused = limiter.admit(CHANNEL, person)
    clock.now += refused.wait
    assert refused.granted or limiter.admit(CHANNEL, person).granted


def kept(limiter):
    """How many windows are in memory."""
    kinds = (*limiter._questions.values(), *limiter._clicks.values(), *limiter._notified.values(), limiter._notices)
    return sum(len(windows._ends) for windows in kinds)


class TestMemory:
    def test_what_has_ended_is_forgotten(self, clock):
        limiter = Limiter(user=Rate(2, 60), channel=Rate(2, 60), clock=clock)
        for number in range(1_000):
            limiter.admit(replace(CHANNEL, channel=f"C{number}"), f"U{number}")
        assert kept(limiter) == 2_000
        clock.now += 60
        limiter.admit(CHANNEL, "U1")
        assert kept(limiter) == 2

    def test_it_stays_as_small_as_one_window_however_long_it_runs(self, clock):
        limiter = Limiter(user=Rate(2, 60), clock=clock)
        for number in range(5_000):
            for _ in range(4):
                limiter.notice(limiter.admit(CHANNEL, f"U{number}"))
            clock.now += 1
            assert kept(limiter) <= 60 + 60 + 1  # of who asked, of who got a notice, of the tenant's notices

    def test_there_is_an_end_also_where_everybody_asks_at_once(self, clock, monkeypatch):
        monkeypatch.setattr(rate_limit, "MOST", 100)
        limiter = Limiter(user=Rate(1, 86_400), clock=clock)
        for number in range(1_000):
            assert limiter.admit(CHANNEL, f"U{number}").granted
        assert kept(limiter) == 100
        assert not limiter.admit(CHANNEL, "U999").granted
