# Everything sets itself up: a fresh machine needs only python3 (3.11 or newer), make and network access to PyPI.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help install demo check test test-all laws bench soak conformance image-test docs lock clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(STAMP)  ## a .venv with the pinned dependencies and connector itself

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("connector needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(STAMP)

CRM ?= salesforce
demo: install  ## a local CRM with 5,000 people: find, plan, apply, undo (CRM=dynamics for the other one)
	$(BIN)/connector demo --crm $(CRM)

check: install  ## ruff, mypy, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install  ## the tests, within five minutes
	$(BIN)/python -m pytest -m "not long" -n 2

test-all: install  ## the long tests: full kill matrix, big scenarios, the stores in PostgreSQL
	$(BIN)/python -m pytest -m long -n 2
	$(BIN)/python -m pytest -m "not long" -n 2 --postgres $(STORES)

STORES := tests/store tests/sync tests/apply tests/migrate tests/plan tests/test_judging.py

laws: install  ## the laws, on examples that are drawn anew
	$(BIN)/python -m pytest -m "not long" -n 2 --hypothesis-profile anew $$(grep -rl --include='test_*.py' '^@given' tests)

bench: install  ## the performance figures of docs/performance.md
	$(BIN)/python -m bench

soak: install  ## a month of nights on a sandbox, with people at work and faults injected (SEED=n for a certain one)
	$(BIN)/python -m tests.soak $(if $(SEED),--seed $(SEED))

conformance: install  ## the Salesforce CLI, jsforce and dynamics-web-api against the sandboxes (needs npm; installs into .conformance/)
	$(BIN)/python -m tests.conformance

WHAT ?= image
image-test: install  ## the image, ended amid a night and compared (WHAT=compose, unit, process; WITH="--engine podman")
	$(BIN)/python -m tests.deploy $(WHAT) $(WITH)

docs: install  ## write the generated pages under docs/
	$(BIN)/python -m docs.generate

RESOLVE := uv pip compile pyproject.toml --generate-hashes --no-header --no-emit-index-url --no-annotate --universal --python-version 3.11

lock:  ## resolve the locks anew: everything, what runs, what builds (needs uv)
	$(RESOLVE) --all-extras --group dev -o requirements.lock
	$(RESOLVE) --extra postgres -o requirements.runtime.lock
	$(subst pyproject.toml,--group build,$(RESOLVE)) -o requirements.build.lock

clean:  ## remove environments and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist .conformance
