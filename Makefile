# Every command of the project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup protos build run test torture check fix bench screenshots clean

PYTHON ?= python3
BIN := .venv/bin
STAMPS := var/stamps
PROTO_FILES := $(shell find protos/astrodist -name '*.proto')
FRONTEND_FILES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
export NUMBA_CACHE_DIR ?= $(CURDIR)/var/numba
API_FILES := $(shell find main_api -name '*.py' -not -path '*/migrations/*')
# Narrows `make test` and `make check`: calc_grpc, main_api, gateway, frontend, protos or system.
room ?=

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20
	@echo '  room=NAME with test or check: only that room (calc_grpc, main_api, gateway, frontend, protos, system)'

run: setup build  ## set everything up, start the three services, print the address; Ctrl-C stops them
	@$(BIN)/python scripts/run.py

test: setup build  ## run every test (room=NAME for a part)
	@scripts/test.sh $(room)

# For example: make torture options="--seed 7 --database postgresql"; `--help` lists them.
options ?=

torture: setup build  ## kill and starve everything at random for minutes, then check that nothing was lost (options="--seed 7")
	@$(BIN)/python scripts/torture.py $(options)

check: setup build  ## format, lint, types, imports, protos (room=NAME for a part)
	@scripts/check.sh $(room)

fix: setup $(STAMPS)/api  ## repair format and what lint can repair
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
	cd frontend && npm run --silent format

bench: setup  ## measure accuracy; ratios against peers in the same run
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

screenshots: setup build  ## write the pictures of the README into docs/
	$(BIN)/python scripts/screenshots.py

setup: $(STAMPS)/python $(STAMPS)/protos  ## virtual environment, dependencies, generated code

protos: $(STAMPS)/protos  ## generate the code of the contracts

build: $(STAMPS)/frontend  ## build the React interface

clean:  ## remove the environment, everything generated, and all state in var/
	rm -rf .venv var protos/gen frontend/node_modules frontend/dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/python: pyproject.toml requirements.lock scripts/setup_python.sh
	@PYTHON=$(PYTHON) scripts/setup_python.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/protos: $(STAMPS)/python $(PROTO_FILES) scripts/build_protos.py
	@$(BIN)/python scripts/build_protos.py
	@touch $@

$(STAMPS)/node: frontend/package.json frontend/package-lock.json scripts/check_node.sh
	@scripts/check_node.sh
	cd frontend && npm ci --no-audit --no-fund
	@mkdir -p $(STAMPS) && touch $@

# The interface's types of main_api's answers, from its OpenAPI document.
$(STAMPS)/api: $(STAMPS)/node $(STAMPS)/protos $(API_FILES)
	@$(BIN)/python main_api/manage.py spectacular --format openapi-json --file var/openapi.json
	cd frontend && npm run --silent types
	@touch $@

$(STAMPS)/frontend: $(STAMPS)/api $(FRONTEND_FILES)
	cd frontend && npm run --silent build
	@touch $@
