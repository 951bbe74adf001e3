"""The command line on a small knowledge base about pets."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from kept_rows import KEY, PRIVACY_KEY, live

from adapters.cli.main import main
from adapters.cli.serve import described
from adapters.server.settings import load_settings, make_store

PETS = """\
- id: pets.cat
  title: Cats
  phrasings: [tell me about cats, what is a cat]
  answer: {text: Cats sleep a lot.}
- id: pets.dog
  title: Dogs
  phrasings: [tell me about dogs, what is a dog]
  answer: {text: Dogs bark.}
- id: social.hello
  title: Hello
  kind: social
  phrasings: [hello there]
  answer: {text: Hello.}
"""


@pytest.fixture(scope="session", autouse=True)
def no_settings():
    """A user's settings stay out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OVERLAY", "ANSWER_THRESHOLD", "CHOICES_THRESHOLD"):
            patch.delenv(f"FRAMEWORK_BOT_{name}", raising=False)
        yield


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """A knowledge folder."""
    folder = tmp_path / "pets"
    folder.mkdir()
    (folder / "pets.yaml").write_text(PETS)
    return folder


@dataclass(frozen=True)
class Outcome:
    """What a command line led to."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command line in this process, with `given` on standard input."""

    def run(*words: object, given: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return run


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Sets what the operator's commands read, and nothing else of this machine's settings is seen."""
    for name in [*described(), "CREDENTIALS_DIRECTORY"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def set_up(**environment: str) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    set_up(DATABASE_URL=f"sqlite:///{tmp_path / 'bot.sqlite3'}", FRAMEWORK_BOT_PRIVACY_KEY=PRIVACY_KEY)
    set_up(TOKEN_ENCRYPTION_KEYS=KEY)
    return set_up


@pytest.fixture
def with_store(set_up):
    """Does something with the store of the settings as they are now, as the service does with its own."""

    def with_store(work):
        async def done():
            store = make_store(load_settings())
            try:
                await store.prepare()
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(done())

    return with_store


@pytest.fixture
def served(with_store):
    """Has a service run with the settings as they are now, and keep something of some people and places."""

    def served(*tenants: str, users: tuple[str, ...] = ("slack:U024BE7LH",)) -> None:
        async def lived(store):
            await store.pseudonym_keys.note()
            for tenant in tenants:
                await live(store, tenant, users)

        with_store(lived)

    return served
