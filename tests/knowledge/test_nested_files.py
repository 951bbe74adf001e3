"""Files that nest without end are refused with their line, in a process of its own: a parser that followed them all
would end the process without a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.files import MAX_DEPTH
from knowledge.loading import load

ROOT = Path(__file__).parents[2]

DEEP = {
    "20,000 open brackets": "id: x\nphrasings: " + "[" * 20_000,
    "closed brackets": "id: x\nphrasings: " + "[" * 200_000 + "]" * 200_000,
    "mappings": "{a: " * 20_000 + "1" + "}" * 20_000,
    "after what the fast parser does not take": "related: [a:b]\nphrasings: " + "[" * 20_000,
    "list items": "- " * 20_000 + "x",
}


READ = """
import sys
from pathlib import Path
from knowledge.loading import load
load(Path(sys.argv[1]))
"""


def python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_a_file_that_nests_too_deep_is_refused(tmp_path, text):
    (tmp_path / "e.yaml").write_text(text)
    done = python("-c", READ, str(tmp_path))
    assert "knowledge.errors.KnowledgeError: " in done.stderr
    assert f"nests more than {MAX_DEPTH} lists and mappings" in done.stderr


def test_check_says_what_is_wrong_and_where(tmp_path):
    (tmp_path / "e.yaml").write_text(DEEP["20,000 open brackets"])
    done = python("-m", "adapters.cli.main", "check", "--overlay", str(tmp_path))
    assert done.returncode == 1
    assert "e.yaml:2: nests more than" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_import_into_a_folder_with_such_a_file_does_not_fail_on_it(tmp_path):
    (tmp_path / "e.yaml").write_text(DEEP["20,000 open brackets"])
    table = tmp_path / "faq.tsv"
    table.write_text("how do i\tlabel\n")
    done = python("-m", "adapters.cli.main", "import", str(table), "--out", str(tmp_path))
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr


def test_what_nests_as_deep_as_that_is_read(tmp_path):
    (tmp_path / "e.yaml").write_text("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    with pytest.raises(KnowledgeError, match="is not an entry"):
        load(tmp_path)
