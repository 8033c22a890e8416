# Every target sets up what it needs; nothing has to be installed by hand but git, make and Python 3.11.
PYTHON := .venv/bin/python
ONCE ?=
# a file's tests stay with one worker: its servers, its browser and its database start once; the slow folders come first
PYTEST := $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# compiled modules are kept, whatever the surroundings say: the house starts Python many times
export PYTHONDONTWRITEBYTECODE =
SOURCES := amtsbote bots casework classifiers demo flows scripts tests

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench docs lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Debian packages and .venv, as the demo needs them
	@scripts/install-debian-packages base
	@scripts/make-venv

setup-test:
	@scripts/install-debian-packages test
	@scripts/make-venv

demo: setup ## the embedded world with a morning's post; ONCE=1 ends when it is worked off
	@$(PYTHON) -m amtsbote demo run $(if $(ONCE),--once)

test: setup-test check-run ## all checks and tests; on SQLite, and what touches the record on PostgreSQL too
	$(PYTEST)
	$(PYTEST) -m django_db --database postgresql

check: setup check-run ## lint, types, import contracts, generated pages (under 30 s)

check-run:
	@scripts/check

format: setup ## put the code into shape
	$(PYTHON) -m ruff check --fix $(SOURCES)
	$(PYTHON) -m ruff format $(SOURCES)

bench: setup ## the benchmark suite
	@$(PYTHON) -m amtsbote bench

docs: setup ## write the generated pages: states, reasons, commands, schema, picture of the house
	@$(PYTHON) -m amtsbote docs write

lock: setup ## resolve requirements.lock anew
	$(PYTHON) -m uv pip compile pyproject.toml --group demo --group test --group check \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --python-version 3.11 --upgrade --output-file requirements.lock
