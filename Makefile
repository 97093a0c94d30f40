# Miotsukushi: `make` prints what can be done. Everything is installed into this folder (.venv, node_modules, .mio).
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test check bench web clean lock
help:  ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

$(READY): requirements/uv.txt requirements/dev.txt pyproject.toml
	@bash infra/bootstrap.sh "$(PYTHON)"
	@touch $(READY)

lock: $(READY)
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 --extra dev pyproject.toml -o requirements/dev.txt
	@for part in uv node redis; do $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 requirements/$$part.in -o requirements/$$part.txt; done
