# Everything that people and CI do here. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Also pins what builds the package, which pip fetches apart from the rest.
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test fast lint format docs picture clean

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: $(VENV)/.run-ready ## Read data/inbox, reconcile, publish to data/store, print the answer
	@$(BIN)/displacement refresh

test: $(VENV)/.test-ready ## Run the whole test suite
	$(BIN)/python -m pytest

fast: $(VENV)/.test-ready ## Run the tests that take seconds
	$(BIN)/python -m pytest -m "not slow"

lint: $(VENV)/.test-ready ## Check format, style, types, import directions and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m displacement_schemas --check schemas/README.md
	$(BIN)/python -m tests.evaluation --rules | diff tests/evaluation/RULES.md -

format: $(VENV)/.test-ready ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(VENV)/.test-ready ## Write the data dictionary and the table of reading rules
	$(BIN)/python -m displacement_schemas schemas/README.md
	$(BIN)/python -m tests.evaluation --rules > tests/evaluation/RULES.md

picture: run ## Renew the picture of the README from the current snapshot
	cp data/store/published/latest/report.png data/pictures/north-west-syria.png

clean: ## Remove what was installed; the store stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV); this takes a minute or two, once."
	$(BIN)/python -m pip install --quiet --editable '.[documents,report]'
	@touch $@

$(VENV)/.test-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV), with what the tests need; this takes a few minutes, once."
	$(BIN)/python -m pip install --quiet --editable '.[documents,report,s3,test]'
	@touch $@ $(VENV)/.run-ready
