"""Raw setting values: one reader for the service and for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.server.setting_values import SettingsError, knowledge_settings, read_values

NAMES = ("HOST", "PORT", "LOG_LEVEL")


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """No test sees this machine's settings."""
    for name in (*NAMES, "CREDENTIALS_DIRECTORY", "FRAMEWORK_BOT_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_names_are_read_in_any_case_and_given_in_upper_case(monkeypatch, tmp_path):
    monkeypatch.setenv("port", "1")
    (tmp_path / ".env").write_text("host=h\n")
    (tmp_path / "log_level").write_text("info\n")
    monkeypatch.setenv("framework_bot_secrets", str(tmp_path))
    assert read_values(NAMES) == {"PORT": "1", "HOST": "h", "LOG_LEVEL": "info"}


def test_only_the_names_asked_for_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv("PORT", "1")
    (tmp_path / "LOG_LEVEL").write_bytes(b"\xff")
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", str(tmp_path))
    assert read_values(["PORT"]) == {"PORT": "1"}


def test_an_empty_variable_hides_what_the_file_says_and_counts_as_not_set(monkeypatch, tmp_path):
    monkeypatch.setenv("PORT", "")
    (tmp_path / ".env").write_text("PORT=2\n")
    assert read_values(NAMES) == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("PORT=1 # a comment", "1"),
        ("export PORT=1", "1"),
        ("PORT='a b'", "a b"),
        ('PORT="a\\nb"', "a\nb"),
        ("PORT=a=b", "a=b"),
        ("PORT", None),
        ("OTHER=1\nPORT=${OTHER}2", "12"),
    ],
)
def test_a_settings_file_is_read_as_shells_and_compose_write_it(tmp_path, line, value):
    (tmp_path / ".env").write_text(f"{line}\n")
    assert read_values(NAMES).get("PORT") == value


def test_a_folder_of_ones_own_wins_over_systemds_credentials(monkeypatch, tmp_path):
    for name, host in (("CREDENTIALS_DIRECTORY", "first"), ("FRAMEWORK_BOT_SECRETS", "second")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "HOST").write_text(host)
        monkeypatch.setenv(name, str(tmp_path / name))
    assert read_values(NAMES) == {"HOST": "second"}


def test_a_settings_file_may_name_the_folder_of_secrets(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "HOST").write_text("h\n")
    (tmp_path / ".env").write_text(f"FRAMEWORK_BOT_SECRETS={tmp_path / 'secrets'}\n")
    assert read_values(NAMES) == {"HOST": "h"}


ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "latin-1")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_settings_file_in_another_encoding_is_refused_by_name_and_not_quoted(tmp_path, encoding):
    (tmp_path / ".env").write_bytes("HOST=hünter2\n".encode(encoding))
    with pytest.raises(SettingsError) as refused:
        read_values(NAMES)
    assert str(refused.value).startswith(".env ")
    assert str(refused.value).endswith("save .env as UTF-8 without such a mark")
    assert "nter2" not in str(refused.value)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_secret_file_in_another_encoding_is_refused_by_its_setting_and_not_quoted(monkeypatch, tmp_path, encoding):
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", str(tmp_path))
    (tmp_path / "host").write_bytes("hünter2\n".encode(encoding))
    with pytest.raises(SettingsError) as refused:
        read_values(NAMES)
    assert str(refused.value).startswith("HOST ")
    assert str(refused.value).endswith(f"save {tmp_path / 'host'} as UTF-8 without such a mark")
    assert "nter2" not in str(refused.value)


@pytest.mark.parametrize("folder", ["~/secrets", "no-such-folder"])
def test_a_folder_of_secrets_that_is_not_there_is_refused(monkeypatch, folder):
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", folder)
    with pytest.raises(SettingsError, match="FRAMEWORK_BOT_SECRETS must be a folder that exists"):
        read_values(NAMES)


def test_a_cache_folder_that_only_a_shell_could_find_is_refused_and_not_made(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAMEWORK_BOT_CACHE", "~/cache")
    with pytest.raises(SettingsError, match="FRAMEWORK_BOT_CACHE begins with ~"):
        knowledge_settings()
    assert not [*tmp_path.iterdir()]


def test_nothing_is_loaded_but_the_standard_library_where_there_is_no_settings_file():
    program = (
        "import sys; before = set(sys.modules); import adapters.server.setting_values as v; v.knowledge_settings();"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(*(new - set(sys.stdlib_module_names) - {'adapters'}))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == ""
