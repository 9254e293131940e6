# Throughline. `make` alone says what there is. Nothing is needed but Python 3.11 or newer, git and make, and for the
# first `make run` or `make test` a package index that pip can reach.

VENV ?= .venv
BIN := $(VENV)/bin
# The newest line that was tried comes last: any Python from 3.11 on serves.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$p; break; }; done)
ARGS ?=
# How many processes test at once, each on a throwaway database and a served product of its own.
JOBS ?= 2
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet
# Decisions, shapes and doors are typed strictly; the rest is checked as they use it.
STRICT = $(shell find src -name '*.py' -not -path '*/tests/*' -not -path '*/migrations/*' \
	\( -path '*/kernel/*' -o -path '*/rules/*' -o -path '*/records/*' -o -name rules.py -o -name records.py \
	-o -name events.py -o -name actions.py -o -name queries.py -o -path '*/actions/*' -o -path '*/queries/*' \
	-o -path '*/site/postgres/*' \))

.DEFAULT_GOAL := help
.PHONY: help setup dev run test check bench lock stop clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.product ## install what the product needs; gives .venv/bin/throughline
dev: $(VENV)/.tools ## install the tools for tests and checks as well

run: setup ## start everything and serve at http://127.0.0.1:8000 (ARGS="--port 8080")
	@exec $(BIN)/throughline run $(ARGS)

stop: setup ## stop the embedded database
	@$(BIN)/throughline stop

test: dev ## run every test on a throwaway database (ARGS="-k consent")
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

check: dev ## lint, types, import order, templates, missing migrations, lock files
	@$(BIN)/ruff check .
	@$(BIN)/mypy --follow-imports=silent $(STRICT)
	@if [ -f .importlinter ] || grep -q importlinter pyproject.toml; then PYTHONPATH=src $(BIN)/lint-imports; fi
	@$(BIN)/djlint --lint --quiet src
	@$(BIN)/python -W ignore -m throughline.edge.site.command manage makemigrations --check --dry-run
	@$(BIN)/python -m pytest -q tests/architecture

bench: dev ## measure speed beside its floors and write docs/benchmarks.md (ARGS="--sizes 10000")
	@$(BIN)/throughline bench $(ARGS)

lock: dev ## pin the dependencies of pyproject.toml anew (for maintainers; asks the package index)
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCK) -o requirements.lock >/dev/null
	$(BIN)/uv pip compile pyproject.toml --group build --group dev $(LOCK) -o requirements-dev.lock >/dev/null

clean: ## stop the database and remove what was installed; data in .throughline stays
	@[ ! -x $(BIN)/throughline ] || $(BIN)/throughline stop || true
	rm -rf $(VENV) build src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Throughline needs Python 3.11 or newer, and none was found." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment here: install its venv module (Debian: apt-get install python3-venv)." >&2; exit 2; }

# Only what is used gets compiled, when it is used: that halves the time to the first page.
# The project itself is installed from this folder with the pinned setuptools: no index is asked a second time.
$(VENV)/.product: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Throughline needs (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.tools: requirements-dev.lock $(VENV)/.product
	@echo "Installing the tools for tests and checks (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	@touch $@
