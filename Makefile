# What one types here. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OURS := ledger consent deid policies exchange cli tests bench docs
RULES := policies/rego
TOOLS := policies/tools/bin
TEST_TOOLS := tests/tools/bin
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --group build $(UPGRADE) pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help setup demo test torture check check-docs check-policies policy bench bench-deid lock model docs policy-tools test-tools clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{ printf "make %-14s %s\n", $$1, $$2 }'

setup: $(READY) ## the Python environment in .venv, from requirements/dev.lock

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "hutong: error: $(PYTHON) is older than 3.11" >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: $(READY) ## the whole story with three regions, in ./demo
	@test ! -e demo/kunshan/node.toml || { echo "demo: told before; the old folder makes room"; rm -rf demo; }
	$(BIN)/hutong demo demo

test: $(READY) ## everything that can be tested on this machine
	$(BIN)/python -m pytest -n 2

torture: $(READY) ## power cuts, failing disks and killed writers, at length (minutes)
	HUTONG_TORTURE=long $(BIN)/python -m pytest -q tests/torture

check: $(READY) ## lint, types, import directions, policies, docs and locks in step
	$(BIN)/ruff check $(OURS)
	$(BIN)/ruff format --check $(OURS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house
	@$(MAKE) --no-print-directory check-docs check-policies

check-docs: $(READY)
	$(BIN)/python -m docs.generate --check

check-policies: $(READY)
	@if test -x $(TOOLS)/opa; then set -ex; \
		$(TOOLS)/opa check --strict -s policies/schemas $(RULES); \
		$(TOOLS)/opa fmt --fail --list $(RULES); \
		$(TOOLS)/opa test $(RULES); \
		$(TOOLS)/opa test --coverage --threshold 100 $(RULES) >/dev/null; \
		$(TOOLS)/regal lint --config-file policies/.regal.yaml $(RULES); \
	else \
		echo "policies: rules not checked, as $(TOOLS)/opa is not there (make policy-tools builds it, with Go)"; \
	fi
	$(BIN)/python -m policies.build --check

policy: $(READY) ## build the rules into policies/bundle.tar.gz (needs make policy-tools)
	$(BIN)/python -m policies.build

bench: $(READY) ## figures beside their bound, in the same run
	$(BIN)/python -m bench.append
	$(BIN)/python -m bench.ledger
	$(BIN)/python -m bench.path
	$(BIN)/python -m bench.importing
	$(BIN)/python -m bench.consent
	$(BIN)/python -m bench.policy
	$(BIN)/python -m bench.withdrawal
	$(BIN)/python -m bench.query
	$(BIN)/python -m bench.dicom

bench-deid: $(READY) ## how well notes are de-identified, beside presidio and LAC where requirements/bench.lock is installed
	$(BIN)/python -m bench.deid --write docs/reference/deid-figures.md

lock: ## bring requirements/*.lock in step with pyproject.toml (needs uv; newer versions: UPGRADE=--upgrade)
	$(COMPILE) --extra fabric --group dev -o requirements/dev.lock
	$(COMPILE) -c requirements/dev.lock -o requirements/run.lock
	$(COMPILE) -c requirements/dev.lock --extra fabric -o requirements/fabric.lock
	$(COMPILE) -c requirements/dev.lock --group peers -o requirements/bench.lock

model: $(READY) ## teach the name finder again (minutes; the same bytes each time on one machine)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m deid.training.build

docs: $(READY) ## write the pages that are made from the program itself
	$(BIN)/python -m docs.generate

policy-tools: ## build opa and regal from policies/tools/go.mod (needs Go)
	mkdir -p $(TOOLS)
	go build -C policies/tools -o bin/ tool

test-tools: ## build what our exports are checked with, from tests/tools/go.mod (needs Go)
	mkdir -p $(TEST_TOOLS)
	go build -C tests/tools -o bin/ tool

clean: ## take away what was made, but not .venv
	rm -rf build dist demo $(TOOLS) $(TEST_TOOLS) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(OURS) -name __pycache__ -type d -prune -exec rm -rf {} +
