"""`make bench`: latency, build time and memory of ours and of others, in one run on the same phrasings.

Each system and size runs in a process of its own, so that memory is measured apart. Next to wall
time is processor time, which other work on the machine does not stretch.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.dialog.answering import Bot
from tests.bench import rivals
from tests.bench.corpus import SEED, Corpus, make_corpus, make_questions

ROOT = Path(__file__).parents[2]
SIZES = (300, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (300, 10_000)
QUESTIONS = 1_000
WARM_UP = 50
"""Questions asked before the measured ones: lazy imports and tables are then in place, caches are not full."""

SECONDS = 15.0
"""Time given to one system's questions at one size; slow ones are asked fewer."""

QUICK_SECONDS = 4.0
FEWEST = 5
FOR_P99 = 100
"""With fewer questions than this there is no p99 to speak of."""

ENCODED = f"{rivals.OURS}, with the encoder"

STARTS = 15
"""Whole processes that are timed."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of single questions, in milliseconds: of the clock on the wall, and of the processor."""

    questions: int
    wall_p50: float
    wall_p99: float | None
    cpu_p50: float
    cpu_p99: float | None
    first_wall: float
    """Of the very first question, which makes what is made when first needed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One system at one size. Times of the build in seconds, memory as growth of the resident set in MiB."""

    system: str
    size: int
    build_wall: float
    build_cpu: float
    memory_built: float
    memory_peak: float
    memory_asked: float
    found: float
    """Share (0..1) of questions whose entry was found first."""
    timing: Timing


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0, or 1 where a part could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--sizes", type=_sizes, metavar="N,N", help=f"phrasings (default {_joined(SIZES)})")
    parser.add_argument("--quick", action="store_true", help=f"sizes {_joined(QUICK_SIZES)}, fewer questions")
    parser.add_argument("--only", choices=rivals.FAST, action="append", help="only this system (may be repeated)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
    parser.add_argument("--worker", nargs=2, metavar=("SYSTEM", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    seconds = chosen.seconds or (QUICK_SECONDS if chosen.quick else SECONDS)
    if chosen.worker:
        system, file = chosen.worker
        figures = _shipped(seconds) if system == "shipped" else asdict(_measure(system, Path(file), seconds))
        print(json.dumps(figures))
        return 0
    sizes = chosen.sizes or (QUICK_SIZES if chosen.quick else SIZES)
    return _run(
        sizes, tuple(chosen.only or rivals.FAST), seconds, as_json=chosen.json, starts=5 if chosen.quick else STARTS
    )


def _run(sizes: Sequence[int], systems: Sequence[str], seconds: float, *, as_json: bool, starts: int) -> int:
    failed = False
    tables: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file = Path(folder) / f"{size}.jsonl"
            _say(f"{size:,} phrasings: writing them")
            _write(make_corpus(size), file)
            for system in systems:
                _say(f"{size:,} phrasings: {system}")
                found = _work(system, file, seconds)
                if found is None:
                    failed = True
                else:
                    tables.append(Measured(**found | {"timing": Timing(**found["timing"])}))
        _say("the shipped knowledge, in process")
        shipped = _work("shipped", Path(folder), seconds)
        _say(f"the whole process `framework-bot ask`, {starts} times")
        processes = _processes(Path(folder), starts)
    if as_json:
        document = {
            "sizes": [asdict(one) for one in tables],
            "shipped": shipped,
            "process": processes,
            "python": sys.version.split()[0],
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
        }
        print(json.dumps(document, indent=1))
    else:
        _print(tables, shipped, processes, starts)
    return int(failed or shipped is None)


# --- the workers -------------------------------------------------------------------------------------------------


def _work(system: str, file: Path, seconds: float) -> dict[str, Any] | None:
    """What a fresh process measured; None, with a line on stderr, where it failed."""
    command = [sys.executable, "-m", "tests.bench.speed", "--worker", system, str(file), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        _say(f"{system} failed with exit code {done.returncode}")
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure(name: str, file: Path, seconds: float) -> Measured:
    corpus = _read(file)
    entries = [f"e{number}" for number in range(len(corpus.titles))]
    asked = make_questions(corpus, WARM_UP + QUESTIONS)
    gc.collect()
    memory = _Memory()
    started = time.perf_counter(), time.process_time()
    system = _build(name, entries, corpus)
    build_wall, build_cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    peak = memory.peak()
    gc.collect()
    built = memory.growth()
    timing, found = _ask(system.one, [one.text for one in asked], seconds)
    right = [f"e{one.entry}" == entry for one, entry in zip(asked, found, strict=False)]
    gc.collect()
    return Measured(
        system=name,
        size=corpus.size,
        build_wall=build_wall,
        build_cpu=build_cpu,
        memory_built=built,
        memory_peak=peak,
        memory_asked=memory.growth(),
        found=sum(right) / len(right),
        timing=timing,
    )


def _build(name: str, entries: Sequence[str], corpus: Corpus) -> rivals.System:
    if name != rivals.OURS:
        return rivals.rival(name, entries, corpus.phrasings)
    return rivals.Ours(Bot(rivals.plain_knowledge(entries, corpus.titles, corpus.phrasings)))


def _ask(ask: Callable[[str], str | None], questions: Sequence[str], seconds: float) -> tuple[Timing, list[str | None]]:
    """Ask as many as fit into `seconds`, the first WARM_UP unmeasured; what each found."""
    found: list[str | None] = []
    wall: list[int] = []
    cpu: list[int] = []
    began = time.perf_counter()
    for question in questions:
        before = time.perf_counter_ns(), time.process_time_ns()
        found.append(ask(question))
        cpu.append(time.process_time_ns() - before[1])
        wall.append(time.perf_counter_ns() - before[0])
        if len(found) >= FEWEST and time.perf_counter() - began > seconds:
            break
    skip = WARM_UP if len(wall) > 2 * WARM_UP else 1
    return _timing(wall[skip:], cpu[skip:], wall[0]), found


def _timing(wall: Sequence[int], cpu: Sequence[int], first: int) -> Timing:
    many = len(wall) >= FOR_P99
    return Timing(
        questions=len(wall),
        wall_p50=_percentile(wall, 0.5) / 1e6,
        wall_p99=_percentile(wall, 0.99) / 1e6 if many else None,
        cpu_p50=_percentile(cpu, 0.5) / 1e6,
        cpu_p99=_percentile(cpu, 0.99) / 1e6 if many else None,
        first_wall=first / 1e6,
    )


def _percentile(values: Iterable[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]


def _shipped(seconds: float) -> dict[str, Any]:
    """The shipped knowledge: the labelled questions, each asked once, of the bot and of raw WRatio."""
    from bot.evaluation.cases import read_cases
    from bot.factory import SHIPPED, with_encoder
    from knowledge.loading import load

    knowledge = load(SHIPPED)
    bot, encoded = rivals.Ours(Bot(knowledge)), rivals.Ours(with_encoder(knowledge))
    encoded.bot.prepare()
    cases = [
        case.question
        for name in ("forum.jsonl", "chat.jsonl")
        for case in read_cases(ROOT / "tests" / "cases" / name)
        if not case.after
    ]
    # Long forum posts and short chat questions mixed, so that a slow system's sample is fair.
    random.Random(SEED).shuffle(cases)
    ours, _ = _ask(bot.one, cases, 60.0)
    read, _ = _ask(encoded.one, cases, 60.0)
    wratio = rivals.rivals_of(knowledge, [rivals.WRATIO])[rivals.WRATIO]
    raw, _ = _ask(wratio.one, cases, seconds)
    return {
        "entries": len(knowledge.entries),
        "phrasings": sum(len(entry.phrasings) for entry in knowledge.entries.values()),
        rivals.OURS: asdict(ours),
        ENCODED: asdict(read),
        rivals.WRATIO: asdict(raw),
    }


def _processes(folder: Path, starts: int) -> dict[str, Any]:
    """Whole processes, in milliseconds: asking with a warm cache, and an interpreter that does nothing."""
    environment = dict(os.environ, FRAMEWORK_BOT_CACHE=str(folder / "cache"))
    asks = [sys.executable, "-m", "adapters.cli.main", "ask"]
    commands = {
        "framework-bot ask, a phrasing": [*asks, "is pytorch easier to debug than tensorflow"],
        "framework-bot ask, with the encoder": [*asks, "does my telephone like torch"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    figures: dict[str, Any] = {}
    for name, command in commands.items():
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)  # fills the cache
        wall, cpu = [], []
        for _ in range(starts):
            before = time.perf_counter(), _children()
            subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
            cpu.append((_children() - before[1]) * 1e3)
            wall.append((time.perf_counter() - before[0]) * 1e3)
        figures[name] = {
            "times": starts,
            "wall_p50": _percentile(wall, 0.5),
            "wall_least": min(wall),
            "wall_most": max(wall),
            "cpu_p50": _percentile(cpu, 0.5),
        }
    return figures


def _children() -> float:
    """Processor seconds of finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Memory:
    """Growth of this process's resident set, in MiB, since this was made."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here on
        self._before = _resident()

    def growth(self) -> float:
        return _resident() - self._before

    def peak(self) -> float:
        return _status("VmHWM", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) - self._before


def _resident() -> float:
    return _status("VmRSS", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _status(field: str, otherwise: int) -> float:
    """A figure of Linux's /proc/self/status in MiB; elsewhere the peak that getrusage knows."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return otherwise * (1 if sys.platform == "darwin" else 1024) / MIB
    return next(int(line.split()[1]) * 1024 / MIB for line in lines if line.startswith(field))


def _write(corpus: Corpus, file: Path) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for title, own in zip(corpus.titles, corpus.phrasings, strict=True):
            lines.write(json.dumps([title, own]) + "\n")


def _read(file: Path) -> Corpus:
    titles, phrasings = [], []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            title, own = json.loads(line)
            titles.append(title)
            phrasings.append(tuple(own))
    return Corpus(tuple(titles), tuple(phrasings))


# --- the tables --------------------------------------------------------------------------------------------------


def _print(
    measured: Sequence[Measured],
    shipped: Mapping[str, Any] | None,
    processes: Mapping[str, Any],
    starts: int,
) -> None:
    print("One question, and the build. wall / cpu; x = times ours (by cpu p50).\n")
    head = ("phrasings", "system", "asked", "p50 ms", "p99 ms", "x ours", "first", "build s", "MiB", "peak", "found")
    rows: list[tuple[str, ...]] = []
    for one in measured:
        ours = next((o for o in measured if o.size == one.size and o.system == rivals.OURS), None)
        timing = one.timing
        rows.append(
            (
                f"{one.size:,}",
                one.system,
                str(timing.questions),
                f"{timing.wall_p50:.2f} / {timing.cpu_p50:.2f}",
                "-" if timing.wall_p99 is None else f"{timing.wall_p99:.2f} / {timing.cpu_p99:.2f}",
                _ratio(timing.cpu_p50, ours.timing.cpu_p50 if ours else None),
                f"{timing.first_wall:.0f}",
                f"{one.build_wall:.2f} / {one.build_cpu:.2f}",
                f"{max(one.memory_built, one.memory_asked):.0f}",
                f"{one.memory_peak:.0f}",
                f"{one.found:.3f}",
            )
        )
    rivals.table(head, rows)
    print(f"\nFewer than {QUESTIONS:,} asked: the system is slow at that size, and time is limited. Memory in MiB,")
    print("as growth of the process: what is left after the questions, and the build's peak.")
    if shipped is not None:
        ours, read, raw = shipped[rivals.OURS], shipped[ENCODED], shipped[rivals.WRATIO]
        held = f"{shipped['phrasings']:,} phrasings, {shipped['entries']} entries"
        print(f"\nThe shipped knowledge: {held}; labelled questions, each asked once.\n")
        rows = [
            (
                name,
                str(one["questions"]),
                f"{one['wall_p50']:.3f} / {one['cpu_p50']:.3f}",
                "-" if one["wall_p99"] is None else f"{one['wall_p99']:.3f} / {one['cpu_p99']:.3f}",
                _ratio(one["cpu_p50"], ours["cpu_p50"]),
            )
            for name, one in ((f"{rivals.OURS}, words alone", ours), (ENCODED, read), (rivals.WRATIO, raw))
        ]
        rivals.table(("system", "asked", "p50 ms", "p99 ms", "x ours"), rows)
    print(f"\nWhole processes, {starts} times each, caches warm.\n")
    rows = [
        (name, *(f"{one[key]:.0f}" for key in ("wall_p50", "wall_least", "wall_most", "cpu_p50")))
        for name, one in processes.items()
    ]
    rivals.table(("process", "p50 ms", "least", "most", "cpu p50"), rows)
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def _ratio(value: float, ours: float | None) -> str:
    return "-" if not ours else f"{value / ours:.2f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size.replace("_", "")) for size in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("write numbers with commas between them: 300,10000") from None
    if any(not 10 <= size <= 5_000_000 for size in sizes):
        raise argparse.ArgumentTypeError("sizes are 10 to 5,000,000")
    return sizes


def _joined(sizes: Iterable[int]) -> str:
    return ",".join(map(str, sizes))


if __name__ == "__main__":
    sys.exit(main())
