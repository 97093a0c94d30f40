# Miotsukushi: `make` prints what can be done. Everything is installed into this folder (.venv, node_modules, .mio).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
# processes that share the tests out among them (tests/schedule.py); 0: one after the other, as a broker or view of yours needs it
WORKERS ?= $(if $(MIO_KAFKA)$(MIO_REDIS),0,2)
BIN := .venv/bin
READY := .venv/.ready
WEB := dashboard_api/web
WEB_FILES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/generated/*' 2>/dev/null) \
  $(wildcard dashboard_api/*.py dashboard_api/staff/*.py)
# the page is built where there is one
WEB_TOOLS := $(if $(wildcard $(WEB)/package-lock.json),$(WEB)/node_modules/.ready)
WEB_BUILT := $(if $(WEB_TOOLS),$(WEB)/dist/.ready)
NPM := cd $(WEB) && ../../$(BIN)/python -m services.local.node
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11
export MIO_TOOLS ?= $(CURDIR)/.mio/tools

.PHONY: help demo test check bench mutants web clean lock
help:  ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: $(READY) $(WEB_BUILT)  ## a drill in a made-up city: everything starts here, and the page opens
	@$(BIN)/mio demo

test: $(READY) $(WEB_BUILT)  ## all tests, with a real Kafka, Redis and Chromium (one part: make test ARGS=tests/unit)
	@$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(READY) $(WEB_TOOLS)  ## format, lint, types, import contracts, dead code, duplicates
	@$(BIN)/python infra/check.py

bench: $(READY)  ## every figure of benchmarks/, collected in benchmarks/latest.jsonl
	@$(BIN)/python infra/bench.py $(ARGS)

mutants: $(READY)  ## each small mistake in a loop of routing/kernels, and whether a test notices (one: make mutants ARGS=forest)
	@$(BIN)/python infra/mutate.py --progress --jobs $(or $(filter-out 0,$(WORKERS)),1) $(ARGS)

web: $(READY) $(WEB_BUILT)  ## build the pages

contracts: $(READY)  ## write docs/contracts anew from the code, after a change of a topic or of what it carries
	@$(BIN)/python -m streams.contracts $(ARGS)

clean:  ## remove what was installed and built; the data in .mio stays
	@rm -rf .venv .mio/tools dist $(WEB)/node_modules $(WEB)/dist $(WEB)/src/generated \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/uv.txt requirements/dev.txt pyproject.toml infra/bootstrap.sh
	@bash infra/bootstrap.sh "$(PYTHON)"
	@touch $(READY)

$(WEB)/node_modules/.ready: $(WEB)/package-lock.json | $(READY)
	@echo "mio: fetching the page's tools from the npm registry (once) ..."
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB)/dist/.ready: $(WEB)/node_modules/.ready $(WEB_FILES)
	@$(NPM) run --silent build
	@touch $@

lock: $(READY)
	@$(COMPILE) pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) --extra dev pyproject.toml -o requirements/dev.txt
	@for part in uv node redis; do $(COMPILE) requirements/$$part.in -o requirements/$$part.txt; done
