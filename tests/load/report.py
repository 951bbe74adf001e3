"""The figures of a run, as tables people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.load.capacity import Rate, Waits
from tests.load.faults import Faults
from tests.load.memory import FLAT, Memory

REACH, AIM = 0.10, 0.30
"""Share of a no-op app's events a second that one process should answer."""

ACK_REACH, ACK_AIM = 100, 25
"""Milliseconds to the acknowledgement at half capacity, p99."""

_MOST_DETAILS = 10


def lines(figures: dict[str, Any]) -> Iterator[str]:
    """All that was measured, with the load of the machine."""
    for name, described in (("capacity", _capacity), ("faults", _faults), ("memory", _memory)):
        if name in figures:
            yield from described(figures[name])
            yield f"  load average {figures['load'][name]}, {figures['cores']} cores"
            yield ""


def _capacity(found: dict[str, Any]) -> Iterator[str]:
    noop: Rate = found["noop"]
    ours: Rate = found["ours"]
    waits: Waits = found["half"]
    yield "Capacity of one process, the same client against both"
    for name, one in (("no-op Bolt app", noop), ("framework-bot", ours)):
        yield (
            f"  {name:<15} {one.per_second:7.0f} events/s  {one.cpu_ms:6.2f} cpu ms an event  "
            f"({one.events:,} in {one.seconds:.1f} s, {one.cpu:.1f} cpu s, {one.unacknowledged} not acknowledged)"
        )
    yield (
        f"  share of the no-op app: {ours.per_second / noop.per_second:.2f} by wall time, "
        f"{noop.cpu_ms / ours.cpu_ms:.2f} by processor time (reach {REACH:.2f}, aim {AIM:.2f})"
    )
    yield (
        f"  at half of that, {waits.rate:.0f}/s: acknowledged p50 {waits.ack_p50:.0f} ms, p99 {waits.ack_p99:.0f} ms "
        f"(reach {ACK_REACH}, aim {ACK_AIM}); posted p50 {waits.post_p50:.0f} ms, p99 {waits.post_p99:.0f} ms; "
        f"{waits.unposted} of {waits.events:,} not posted"
    )
    yield "  an acknowledgement waits for the answer to be posted"


def _faults(found: Faults) -> Iterator[str]:
    yield "Two processes, one database, faults"
    yield (
        f"  {found.events:,} events, {found.tries:,} tries, {found.posts:,} posts "
        f"in {found.seconds:.0f} s; answers to tries: {_counts(found.statuses)}"
    )
    yield (
        f"  Slack's minute and five minutes, and the bot's 60 s until a claim is stale, divided by {found.scale:g}; "
        "its 3 s for an acknowledgement are not"
    )
    for at, what in found.happened:
        yield f"    {at:6.1f} s  {what}"
    for start, end in found.outages:
        yield f"  no store, or not all written back: {start:.1f} to {end:.1f} s"
    if found.hostile:
        yield f"  hostile clients meanwhile: {_counts(found.hostile)}"
    yield f"  looks for an answer that another process may have posted: {found.looks}"
    yield f"  events were sent {found.late:.1f} s late at the most; seconds mean that the run itself had no processor"
    yield f"  lost: {len(found.lost)} (acknowledged, and never answered)"
    yield from _some(found.lost)
    yield f"  given up: {len(found.given_up)} (none of four tries acknowledged, and never answered)"
    if found.given_up:
        yield f"    answers to their tries: {_counts(found.given_up_statuses)}"
    yield from _some(found.given_up)
    yield f"  doubled: {len(found.doubled)}"
    yield from _some(found.doubled)


def _memory(found: Memory) -> Iterator[str]:
    yield "Memory of one process"
    step = max(len(found.samples) // 8, 1)
    for at, held in found.samples[::step]:
        yield f"    {at:>8,} events  {held:6.1f} MiB"
    yield (
        f"  {found.events:,} events; after {found.warm_up:,}: {found.slope:.0f} +/- {2 * found.error:.0f} bytes an "
        f"event (flat below {FLAT:.0f}): {'flat' if found.flat else 'NOT FLAT'}"
    )
    if found.memories:
        yield f"  the most deliveries and threads remembered: {found.memories:,}, so that few events fill them"


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(found.items()))


def _some(details: list[str], most: int = _MOST_DETAILS) -> Iterator[str]:
    yield from (f"    {detail}" for detail in details[:most])
    if len(details) > most:
        yield f"    and {len(details) - most} more"
