# One definition of every task; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
# One process more than there are cores, as journeys wait for servers and browsers; four at most.
CORES = --numprocesses $$(( $$(nproc 2>/dev/null || echo 3) < 3 ? 3 : 4 )) --dist worksteal
# What knows no database, browser or clock.
RULES := tests/kernel $(wildcard tests/*/test_rules.py)
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: help demo install test check lint types floors templates rules coverage sqlite postgresql chromium lock vendor benchmarks clean

help: ## List the tasks
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

demo: .venv/installed ## Serve a fictional municipality on http://127.0.0.1:8000
	@$(BIN)/cyberready demo

install: .venv/installed ## Make .venv with the cyberready command in it

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("cyberready needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing what cyberready needs into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/tested: requirements-test.txt .venv/installed
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-test.txt
	@touch $@

test: .venv/tested chromium check ## Run every check on SQLite and PostgreSQL

# What only reads the code side by side; then one database after the other, each on every core.
check: .venv/tested
	@$(MAKE) --no-print-directory --jobs 2 lint types floors templates
	@$(MAKE) --no-print-directory rules
	@$(MAKE) --no-print-directory sqlite
	@$(MAKE) --no-print-directory postgresql

lint: .venv/tested ## Ruff: style and faults
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/tested ## Mypy, strict
	$(BIN)/mypy

floors: .venv/tested ## Import contracts: everything looks down
	$(BIN)/lint-imports --no-cache

templates: .venv/tested ## djlint over the page templates
	$(BIN)/djlint --quiet --lint templates

rules: .venv/tested ## The pure rules: their tests run every line and branch of them
	$(BIN)/pytest $(CORES) $(RULES) --cov --cov-report=
	$(BIN)/coverage report --skip-covered --fail-under=100 --include='cyberready/kernel/*,*/rules.py'

coverage: .venv/tested ## What all tests together leave out; slow, as Python 3.11 is when it is watched
	$(BIN)/pytest $(CORES) --database sqlite --cov --cov-report=term:skip-covered --cov-fail-under=95

sqlite: .venv/tested ## All tests on SQLite but those of the pure rules
	$(BIN)/pytest $(CORES) --database sqlite $(addprefix --ignore=,$(RULES))

postgresql: .venv/tested ## All tests on PostgreSQL but those that need no database
	$(BIN)/pytest $(CORES) --database postgresql

chromium: ## Install Chromium where that needs no question; else say how
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium ..."; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else \
	  echo "No Chromium found: tests/journeys is left out. Install the package 'chromium' (or Google Chrome) to run it."; \
	fi
endif

lock: .venv/tested ## Write the hashed locks anew from pyproject.toml (needs uv)
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile -q --universal --no-strip-extras --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml --group test -c requirements.txt -o requirements-test.txt

vendor: .venv/tested ## Fetch the front-end files anew (needs Node)
	$(BIN)/python tools/vendor.py

benchmarks: .venv/tested ## Measure; prints the tables of docs/performance.md
	$(BIN)/python benchmarks/trail.py
	$(BIN)/python benchmarks/exercise.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/playbooks.py
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/kit.py

clean: ## Remove what was made
	rm -rf .venv build dist .demo .mypy_cache .ruff_cache .pytest_cache
