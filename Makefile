# `make run` on a fresh machine is enough to use it, `make test` to test it; `make` alone lists the rest.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Whole files of tests on two cores; with SIDE_BY_SIDE= one after another.
SIDE_BY_SIDE ?= -n 2 --dist loadfile

# The first interpreter that really runs: a name on PATH may be a shim for one that is not chosen here. The rule engine
# is a C extension for 3.11 and 3.12; on a newer Python the plain engine takes its place.
CANDIDATES := python3.12 python3.11 /usr/bin/python3.12 /usr/bin/python3.11 python3 /usr/bin/python3
PYTHON ?= $(shell for candidate in $(CANDIDATES); do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)

# Two makes at once take turns where the system has flock; the second then finds everything in place.
FLOCK := $(shell command -v flock)
IN_TURN := $(if $(FLOCK),flock Makefile)

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench lock clean
.DELETE_ON_ERROR:

help:  ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

setup: $(VENV)/runtime  ## Make the environment .venv with what running needs

run: setup  ## Set up, migrate, load the demo into an empty database, and serve on http://localhost:8501
	@$(BIN)/okr migrate
	@$(BIN)/okr demo --if-empty
	@OKR_DEMO=1 OKR_PERSON_KEY="$${OKR_PERSON_KEY:-of-nobody-real-in-the-demo}" $(BIN)/okr serve $(ARGS)

# STATUS names a file that receives pytest's own exit code: make itself would turn every failure into 2.
test: $(VENV)/development  ## Run the tests; ARGS="-k rules" chooses, ARGS="-m slow" runs the long ones
	@$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS) $(if $(STATUS),; echo $$? > '$(STATUS)')

check: $(VENV)/development  ## Format, lint, types, import contracts and tests: what has to hold before a commit
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

format: $(VENV)/development  ## Put the code into its format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(VENV)/development  ## Measure the speed of what people wait for
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/development  ## Lock the dependencies anew; ARGS=--upgrade takes newer ones
	@$(COMPILE) $(ARGS) --output-file requirements.txt
	@$(COMPILE) $(ARGS) --extra dev --output-file requirements-dev.txt

clean:  ## Remove the environment and every cache; data/ stays
	@rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python='$(PYTHON)'; \
	test -n "$$python" || { echo 'Missing: Python 3.11 or newer. Try: apt install python3 python3-venv' >&2; exit 1; }; \
	"$$python" .ci/prerequisites.py && echo "Making $(VENV) with $$("$$python" --version)" && \
	$(IN_TURN) sh -c "test -x $@ || '$$python' -m venv $(VENV)"

$(VENV)/runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what running needs (a minute or two)'
	@$(IN_TURN) sh -c '$(INSTALL) --require-hashes -r requirements.txt && $(INSTALL) --no-deps -e . && touch $@'

$(VENV)/development: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what running and testing need (a minute or two)'
	@$(IN_TURN) sh -c '$(INSTALL) --require-hashes -r requirements-dev.txt && $(INSTALL) --no-deps -e . && touch $@ $(VENV)/runtime'
