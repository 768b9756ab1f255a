# The words of the workplace. Each target makes .venv when it is missing, with nothing but
# Python >= 3.11, and costs nothing when nothing changed. Another Python: make PYTHON=python3.12 test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
# Errors only: what pip warns of is the machine's own configuration.
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
PINS := requirements/build.txt requirements/dev.txt requirements/runtime.txt
BENCHMARKS := $(sort $(patsubst benchmarks/%.py,bench-%,$(filter-out benchmarks/_%,$(wildcard benchmarks/*.py))))

# Without its caches pytest reads and rewrites whole libraries at every start.
unexport PYTHONDONTWRITEBYTECODE

# uv keeps the pins that still fit; make requirements UPGRADE=--upgrade takes the newest of everything.
UPGRADE ?=
PIN := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make requirements" $(UPGRADE)

.PHONY: help demo run test test-peers test-faults check bench $(BENCHMARKS) docs requirements clean

help:  ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP)  ## one digest, without a token; without a network it uses the bundled sample
	@$(BIN)/paperround demo

run: $(STAMP)  ## the service, with the settings of the environment and paperround.toml
	@$(BIN)/paperround run

test: $(STAMP)  ## the tests
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not faults and not peers"

test-peers: $(STAMP) .peers/.stamp  ## the tests against what others make of Slack and Discord, from npm
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m peers tests/peers

test-faults: $(STAMP)  ## the long kill tests
	$(BIN)/python -m pytest -m faults

check: $(STAMP)  ## lint, format, types, import direction, documents and generated files
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_docs.py -k "not what_a_page_shows"

bench: $(BENCHMARKS)  ## every benchmark; one alone: make bench-NAME for benchmarks/NAME.py

$(BENCHMARKS): bench-%: $(STAMP)
	$(BIN)/python benchmarks/$*.py

docs: $(STAMP)  ## write the generated documents, settings and transcripts again
	@set -e; for each in commands:docs/commands.md settings:docs/settings.md env:config/env.example \
		toml:config/paperround.toml slack:config/slack-manifest.yaml discord:config/discord-commands.json; do \
		$(BIN)/paperround export $${each%%:*} > .venv/exported; cp .venv/exported $${each#*:}; \
	done
	$(BIN)/python -m tests.transcripts

requirements: $(STAMP)  ## pin every dependency with hashes, from pyproject.toml (needs a network)
	$(PIN) --output-file requirements/runtime.txt pyproject.toml
	$(PIN) --output-file requirements/dev.txt --group dev --constraint requirements/runtime.txt pyproject.toml
	$(PIN) --output-file requirements/build.txt --group build --constraint requirements/dev.txt

clean:  ## remove caches and build output; rm -rf .venv starts afresh
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find bot adapters tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last and removed first, so an interrupted set-up has none and starts over.
$(STAMP): pyproject.toml $(PINS)
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "$(PYTHON) is not installed. paperround needs Python 3.11 or newer; name another one:" >&2; \
		echo "    make PYTHON=python3.12 test" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "paperround needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1). Name another one:" >&2; \
		echo "    make PYTHON=python3.12 test" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu:" >&2; \
		echo "    apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv; the first time takes a minute or two."
	@{ test -e $@ && $(BIN)/python -m pip --version >/dev/null 2>&1; } || "$(PYTHON)" -m venv --clear .venv
	@rm -f $@
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.peers/.stamp: tests/peers/package.json tests/peers/package-lock.json
	@{ command -v node && command -v npm; } >/dev/null || { \
		echo "make test-peers needs node 20 or newer, and npm. On Debian and Ubuntu:" >&2; \
		echo "    apt install nodejs npm" >&2; exit 1; }
	@node --eval 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
		echo "make test-peers needs node 20 or newer; this is node $$(node --version)." >&2; exit 1; }
	@mkdir -p .peers && rm -f $@ && cp $^ .peers/
	@cd .peers && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
