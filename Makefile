# `make` lists the targets. Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# A whole run takes as many processes as there are cores, each with an API and servers of its own; a file stays in one.
WORKERS := -n auto --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types coverage bench docs constraints clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY) ## the main job on a live embedded API, over stdio and HTTP
	@$(BIN)/python examples/demo.py

test: $(READY) ## the tests that need nothing but Python: without those of PostgreSQL, of a real browser and of clients
	@$(BIN)/python -m pytest $(WORKERS) -m 'not service'

check: format lint types coverage ## what CI runs: format, lint, types, all tests (PostgreSQL, Chromium, npm) with coverage

format: $(READY)
	@$(BIN)/ruff format --check .

lint: $(READY)
	@$(BIN)/ruff check .

types: $(READY)
	@$(BIN)/mypy

coverage: $(READY)
	@$(BIN)/python -m pytest $(WORKERS) --cov --cov-report=term --cov-fail-under=95

bench: $(READY) ## start-up, call and list cost, a soak, replicas, records, cache, live frameworks, a corpus of real documents, a round trip, search, ask
	@$(BIN)/python benchmarks/start.py
	@$(BIN)/python benchmarks/call.py
	@$(BIN)/python benchmarks/load.py
	@$(BIN)/python benchmarks/soak.py --redis
	@$(BIN)/python benchmarks/replicas.py
	@$(BIN)/python benchmarks/sharing.py
	@$(BIN)/python benchmarks/wide.py
	@$(BIN)/python benchmarks/recording.py
	@$(BIN)/python benchmarks/records.py
	@$(BIN)/python benchmarks/cache.py
	@$(BIN)/python benchmarks/lists.py
	@$(BIN)/python benchmarks/fuzz.py loader --seconds 120
	@$(BIN)/python benchmarks/fuzz.py arguments --seconds 60
	@$(BIN)/python benchmarks/frameworks.py
	@$(BIN)/python benchmarks/recovery.py
	@$(BIN)/python benchmarks/recovery.py --faults
	@$(BIN)/python benchmarks/corpus.py
	@$(BIN)/python benchmarks/roundtrip.py
	@$(BIN)/python benchmarks/choose.py --semantic
	@$(BIN)/python benchmarks/needs.py
	@$(BIN)/python benchmarks/ask.py

docs: $(READY) ## the pages: reference and pictures made anew, the site in build/site, its links checked (needs Chromium)
	@$(BIN)/python -m docs_tools.reference
	@$(BIN)/python -m docs_tools.pictures
	@$(BIN)/python -m docs_tools.screenshots
	@$(BIN)/python -m docs_tools.site

constraints: $(READY) ## write the installed versions into constraints.txt
	@$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean: ## remove what was made
	rm -rf $(VENV) .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build
