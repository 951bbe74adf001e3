# One line a habit. Each target makes its own .venv from the hash-locked requirements.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LINK := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

.PHONY: help chat test fuzz check lint format bench bench-quality month load lock clean

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "framework-bot needs Python 3.11 or newer; say PYTHON=python3.12 make ..." >&2; exit 1; }
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

test: $(VENV)/dev.stamp  ## run the tests
	@$(BIN)/python -m pytest

fuzz: $(VENV)/dev.stamp  ## send the service 10,000 requests of every kind that no one should send
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(BIN)/python -m pytest -s tests/adapters/service/test_service_fuzz.py

check: $(VENV)/run.stamp  ## check the knowledge base
	@$(BIN)/framework-bot check

lint: $(VENV)/dev.stamp  ## style, types, import contracts, dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

format: $(VENV)/dev.stamp  ## bring the code into the house's form
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

bench: $(VENV)/dev.stamp  ## measure speed and memory against the alternatives
	@$(BIN)/python -m tests.bench.speed

bench-quality: $(VENV)/dev.stamp  ## measure accuracy and abstention against the alternatives
	@$(BIN)/python -m tests.bench.quality

month: $(VENV)/dev.stamp  ## measure what curators are shown of a scripted month
	@$(BIN)/python -m tests.month

load: $(VENV)/dev.stamp  ## measure the service under load and faults (needs PostgreSQL)
	@$(BIN)/python -m tests.load

lock: $(VENV)/dev.stamp  ## renew requirements*.txt (needs uv on the PATH)
	uv pip compile pyproject.toml --extra service --group build --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra service --extra sentry --extra telemetry --group dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements-dev.txt

clean:  ## remove what was built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
