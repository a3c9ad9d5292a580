# From a fresh clone: `make ask Q="…"` installs everything and answers; `make test` installs what the tests need and
# runs them. Needs python3 >= 3.11 with pip, and make. FACTCHECK_CACHE, FACTCHECK_HOME and PIP_CACHE_DIR are honoured.

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help ask install install-dev seeds weights test test-slow browser check docs lock clean FORCE
.DEFAULT_GOAL := help

PYTHON ?= python3
MODEL ?= auto
BIN := .venv/bin
EMPTY :=
STORE := $(subst $(EMPTY) ,\ ,$(or $(FACTCHECK_HOME),.factcheck))
PROJECT_FILES := pyproject.toml factcheck/__init__.py
AXE := build/axe/node_modules/axe-core/axe.min.js
SEED_FILES := seeds/sources.yaml $(wildcard seeds/*.txt seeds/*.md)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

# The question as typed: make expands no dollar sign in it, and the shell no quote.
export ASK_QUESTION := $(value Q)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo 'make ask Q="Does the treaty include a mutual defence clause?" [MODEL=none|local|openai:NAME]'
	@echo 'make test        the tests, without the LLM; installs what they need'
	@echo 'make test-slow   the tests with real models, in a browser, and those that kill processes'
	@echo 'make check       ruff, import-linter, mypy, generated docs'
	@echo 'make docs        write the generated parts of docs/'
	@echo 'make lock        pin the dependencies again: requirements/*.txt'
	@echo 'make clean       remove .venv, caches and build output; stored sources and weights stay'

ask: install seeds
	@[ -n "$$ASK_QUESTION" ] || { echo 'make ask: give a question: make ask Q="Is the treaty signed?"' >&2; exit 2; }
	@case "$(MODEL)" in auto|local) $(MAKE) --no-print-directory weights ;; esac
	@$(BIN)/factcheck ask --model "$(MODEL)" -- "$$ASK_QUESTION"

install: $(BIN)/.run-time
install-dev: $(BIN)/.dev
seeds: $(STORE)/.seeds

# Without weights `--model auto` answers with `none`, so a network that has none is no error here.
weights: install
	@$(BIN)/factcheck models pull local >&2 \
		|| echo 'make: the local model could not be fetched; MODEL=auto answers without it, as MODEL=none does' >&2

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'make: python 3.11 or newer is needed; name one with PYTHON=…' >&2; exit 1; }
	@echo 'make: creating .venv' >&2
	@$(PYTHON) -m venv .venv 2>/dev/null \
		|| { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip -q --python $(BIN)/python install pip; }

$(BIN)/.run-time: requirements/lock.txt $(PROJECT_FILES) | $(BIN)/python
	@echo 'make: installing the pinned dependencies (a minute or two, once)' >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/.dev: requirements/dev.txt $(PROJECT_FILES) | $(BIN)/python
	@echo 'make: installing the pinned dependencies of the tests (a minute or two, once)' >&2
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# Unchanged files cost nothing to ingest; the stamp saves the start of the program as well.
$(STORE)/.seeds: $(SEED_FILES) $(if $(wildcard $(STORE)/catalog.sqlite),,FORCE) | $(BIN)/.run-time
	@$(BIN)/factcheck ingest seeds >&2
	@touch "$@"

test: install-dev
	$(BIN)/python -m pytest -q

test-slow: install-dev browser
	@$(BIN)/factcheck models pull local smollm2-135m >&2 \
		|| echo 'make: weights could not be fetched; the tests that need them say so' >&2
	$(BIN)/python -m pytest -q -m slow

# What the tests of the review desk drive: Debian's Chromium where we are root, and axe-core. Where one cannot be had,
# its tests are skipped and say why.
browser: $(AXE)
	@command -v chromium >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'make: installing chromium' >&2; \
		{ apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 \
			|| echo 'make: chromium could not be installed; the browser tests are skipped' >&2; \
	else echo 'make: no chromium, and not root; install it for the browser tests' >&2; fi

$(AXE):
	@npm install --silent --no-audit --no-fund --prefix build/axe axe-core@4 >/dev/null 2>&1 \
		|| echo 'make: axe-core could not be fetched with npm; the accessibility tests are skipped' >&2

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m docs.generate --check

docs: install-dev
	$(BIN)/python -m docs.generate

lock:
	@rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install -q uv
	build/lock/bin/$(LOCK) pyproject.toml requirements/build.in -o requirements/lock.txt
	build/lock/bin/$(LOCK) pyproject.toml requirements/build.in --extra test --extra dev -c requirements/lock.txt \
		-o requirements/dev.txt
	@rm -rf build/lock
	@! grep -nE '(https?|file)://' requirements/*.txt

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

FORCE:
