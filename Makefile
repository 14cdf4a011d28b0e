# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
# Every step of the set-up leaves a stamp, so that a second run does only what has changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := .stamps
export PYTHONDONTWRITEBYTECODE := 1

WHEEL_SOURCES := $(shell find webllm_provider kernel tools/wheels web/src/engine web/src/models web/src/weights web/src/protocol web/vite -type f \
	-not -path '*/__pycache__/*' -not -path 'webllm_provider/_engine/*' 2>/dev/null) pyproject.toml build_wheel.sh \
	$(wildcard README.md LICENSE protocol/wire.schema.json web/vite.wheel.config.ts web/package-lock.json)
SITE_SOURCES := $(shell find web protocol models/demo/artifacts -type f -not -path '*/node_modules/*' \
	-not -path '*/__pycache__/*' -not -path 'web/coverage/*' -not -path 'web/dist/*' 2>/dev/null)

# What somebody removed by hand is made again, whatever its stamp says.
made = $(shell [ -e $(2) ] || rm -f $(STAMPS)/$(1))
$(call made,python,$(PY))
$(call made,node,web/node_modules/.package-lock.json)
$(call made,wheels,dist/wheels/pyodide-lock.json)
$(call made,site,dist/site/index.html)

# T names one test, or part of a name: make test-unit T=cancel
PYTEST := $(PY) -m pytest $(if $(T),-k '$(T)')

.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# ---- set-up -------------------------------------------------------------------------------------

$(STAMPS)/python: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed.")'
	@# A set-up that was interrupted may have left one without pip.
	$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

# Beside the environment, not in it: what the mutation run needs is no package of development.
$(STAMPS)/mutation: requirements/mutation.txt $(STAMPS)/python
	rm -rf build/mutation/packages
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-warn-conflicts \
		--target build/mutation/packages -r requirements/mutation.txt
	@touch $@

$(STAMPS)/node: web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/wheels: $(STAMPS)/python $(STAMPS)/node $(WHEEL_SOURCES)
	PYTHON=$(CURDIR)/$(PY) ./build_wheel.sh
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/site: $(STAMPS)/node $(STAMPS)/wheels $(SITE_SOURCES)
	cd web && npm run --silent build
	@mkdir -p $(STAMPS) && touch $@

.PHONY: setup wheels site browser
setup: $(STAMPS)/python $(STAMPS)/node ## virtual environment and npm packages
wheels: $(STAMPS)/wheels ## every wheel, into dist/wheels
site: $(STAMPS)/site ## the static site, into dist/site
browser: $(STAMPS)/python ## a Chromium, if none is found
	@$(PY) -m tools.browser

# ---- use ----------------------------------------------------------------------------------------

.PHONY: demo serve
demo: site browser ## two questions to the demo model, in a headless browser
	$(PY) -m tools.demo
serve: site ## the site on localhost, for a person (PORT=8000)
	$(PY) -m tools.serve $(if $(PORT),--port $(PORT))

# ---- tests --------------------------------------------------------------------------------------

.PHONY: test check test-unit test-locked test-kernel test-model test-web test-integration test-api test-pyodide test-e2e coverage soak bench mutation watch
test: site ## every suite, with one table at the end
	$(PY) -m tools.suites
check: setup ## formatting, types, generated files
	$(PY) -m tools.suites lint
test-unit: setup ## the Python half, on CPython
	$(PYTEST) tests/unit
test-locked: setup ## the same, with the versions of Pyodide's own lock file
	$(PY) -m tools.locked $(if $(T),-k '$(T)') tests/unit
test-kernel: wheels ## the pure kernel beside the native one
	$(PYTEST) tests/kernel
test-model: setup ## hashes and agreement of the demo model's files
	$(PYTEST) tests/model
test-web: setup ## the TypeScript half
	cd web && npx vitest run $(if $(T),-t '$(T)')
test-integration: wheels ## the provider against a real OpenAI-compatible server
	$(PYTEST) tests/integration
test-api: setup ## the API on a real uvicorn, with engines over real sockets
	$(PYTEST) tests/api
test-pyodide: site ## the built wheels in real Pyodide
	$(PYTEST) tests/pyodide
test-e2e: site browser ## the built site in a real browser
	$(PYTEST) tests/e2e
coverage: setup ## line coverage of the Python and the TypeScript half
	$(PY) -m pytest tests/unit --cov=webllm_provider --cov-report=term-missing
	cd web && npx vitest run --coverage
soak: site browser ## what takes longer than a test may
	$(PYTEST) tests/soak
bench: site browser ## figures; never fails a build
	$(PY) -m bench
mutation: wheels $(STAMPS)/mutation ## do the kernel's tests notice small faults? (half an hour; ARGS=--help)
	PYTHONPATH=build/mutation/packages nice $(PY) -m tests.kernel.mutation $(ARGS)
watch: wheels ## has a newer amplifier-core, Pyodide or web-llm changed what the kernel stands on?
	$(PY) -m kernel.watch $(ARGS)

# ---- upkeep -------------------------------------------------------------------------------------

.PHONY: format generate screenshots lock demo-model clean
format: setup ## format both halves
	$(PY) -m ruff format . && $(PY) -m ruff check --fix .
	cd web && npm run --silent format
generate: setup ## the types of both halves, from protocol/
	$(PY) protocol/generate.py
screenshots: site browser ## the pictures of README and manifest, and the icons
	$(PY) -m tools.icons && $(PY) -m tools.screenshots
lock: ## pin the Python packages again
	$(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv
	cd requirements && ../build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header dev.in -o dev.txt
	cd requirements && ../build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header mutation.in -o mutation.txt
demo-model: ## train, compile and export the demo model again (an hour on two cores)
	models/demo/build.sh
clean: ## everything that can be made again
	rm -rf dist build web/dist $(STAMPS) $(VENV) web/node_modules
