"""`.ci/audit` fails for a known vulnerability, and for nothing else. The tool's answers have pip-audit's own form."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit"

VULNERABLE = {"name": "a", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": []}]}
SOUND = {"name": "b", "version": "2.0", "vulns": []}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (3.0)"}


@pytest.fixture
def audit(tmp_path):
    """Runs it with a tool that answers so."""

    def audit(answer, code=0):
        tool = tmp_path / "tool"
        tool.write_text(f"#!{sys.executable}\nimport sys\nprint({answer!r})\nsys.exit({code})\n")
        tool.chmod(0o755)
        requirements = tmp_path / "requirements.txt"
        requirements.write_text("a==1.0 \\\n    --hash=sha256:0\nb==2.0 ; python_version > '3'\nc==3.0\n")
        done = subprocess.run(
            [sys.executable, AUDIT, tool, requirements], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout

    return audit


def test_a_known_vulnerability_fails_and_is_named_with_its_fix(audit):
    code, said = audit(json.dumps({"dependencies": [VULNERABLE, SOUND, SKIPPED]}), code=1)
    assert code == 1
    assert "a 1.0: PYSEC-1, fixed in 1.1" in said


def test_without_one_it_passes(audit):
    assert audit(json.dumps({"dependencies": [SOUND, SKIPPED]}))[0] == 0


@pytest.mark.parametrize("answer", ["", "no JSON", json.dumps({"dependencies": [SKIPPED]})])
def test_where_the_data_cannot_be_reached_it_says_so_and_passes(audit, answer):
    code, said = audit(answer, code=1)
    assert code == 0
    assert "cannot be reached here: 3 requirements not looked at" in said
