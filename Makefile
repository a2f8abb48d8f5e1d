# One task runner: people and CI call the same targets. `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
DEMO   ?= .zichtlijn/demo
# Where the surroundings forbid it, every process compiles all it imports anew: ten seconds each.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help docs plotly setup chromium java demo test lint types unit browser spark soak fuzz simulate screenshots lock bench clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make .venv with the locked packages

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Zichtlijn needs Python 3.11 or newer; set PYTHON=..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Make demo deliveries, run everything, serve the dashboard on http://localhost:8501
	$(BIN)/zichtlijn demo --workdir $(DEMO)

chromium: ## Install Chromium for the browser tests (Debian packages), where that may be done
	@sh tests/browser/chromium.sh

java: ## Install Java 17 for the tests on Spark (Debian packages), where that may be done
	@sh tests/spec/java.sh

test: ## Everything CI runs; what waits for the network goes on beside what computes
	@$(MAKE) --no-print-directory -j 3 lint types unit

lint: setup ## Style, imports, rooms and boundaries
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: setup ## Types
	$(BIN)/mypy

unit: setup chromium java ## All tests; a third process works while a browser is waited for
	$(BIN)/pytest -n 3 --dist loadgroup

browser: setup chromium ## Only the browser tests
	ZICHTLIJN_TAKEN=alle $(BIN)/pytest -m browser

spark: setup java ## Only the tests on Spark
	ZICHTLIJN_SPECS=alle $(BIN)/pytest -n 0 -m spark

soak: setup ## Kill a run at KILLS moments (default 500), attack ATTACKS registers (default 1000) and SERIES of releases (default 200), export EXPORTS reports (default 200), take every delivery away in turn, change CHANGED (default 5)
	ZICHTLIJN_KILLS=$(or $(KILLS),500) $(BIN)/pytest -n 2 tests/flow/test_crash.py
	ZICHTLIJN_SPECS=alle $(BIN)/pytest -n 2 --dist loadgroup tests/spec
	ZICHTLIJN_ATTACKS=$(or $(ATTACKS),1000) $(BIN)/pytest -n 2 tests/privacy/test_attack.py tests/privacy/test_people.py
	ZICHTLIJN_REEKSEN=$(or $(SERIES),200) $(BIN)/pytest -n 2 tests/privacy/test_memory.py
	$(BIN)/pytest -n 0 tests/soak/series.py
	ZICHTLIJN_LEVERINGEN=alle $(BIN)/pytest -n 0 tests/soak/test_coverage_soak.py
	ZICHTLIJN_GEWIJZIGD=$(or $(CHANGED),5) $(BIN)/pytest -n 0 tests/soak/test_changed_soak.py
	ZICHTLIJN_RAPPORTEN=$(or $(EXPORTS),200) $(BIN)/pytest -n 2 tests/soak/test_report_soak.py

fuzz: setup ## Read made-up, damaged and random files: FUZZ times what make test does (default 50)
	FUZZ=$(or $(FUZZ),50) $(BIN)/pytest -n 2 tests/fuzz

simulate: setup ## Effects and savings in simulated pilots: PILOTS per scenario (default 500)
	ZICHTLIJN_PILOTS=$(or $(PILOTS),500) $(BIN)/pytest -n 2 tests/unit/test_effects_simulated.py tests/unit/test_effects_verdicts_simulated.py tests/unit/test_pilot_power.py

bench: setup chromium ## Measure speed, as ratios in one run (ROWS=10000000 for the largest delivery, PEERS=1 for other products, AGAINST=GIT_REV for runs beside another revision)
	$(BIN)/python benchmarks/ingest.py --gate --rows 10000 100000 $(or $(ROWS),1000000)
	$(BIN)/python benchmarks/metrics.py
	$(BIN)/python benchmarks/effects.py
	$(BIN)/python benchmarks/disclosure.py
	$(BIN)/python benchmarks/reports.py --gate
	$(BIN)/python benchmarks/dashboard_speed.py
	$(BIN)/python benchmarks/dashboard_sessions.py
	$(if $(PEERS),$(BIN)/python benchmarks/peers.py)
	$(if $(AGAINST),$(BIN)/python benchmarks/run.py --against $(AGAINST))

docs: setup ## Renew the pages that are made from contracts and declarations
	$(BIN)/python -m pipelines.docs.pages

screenshots: setup chromium ## Renew the pictures of the pages in docs/screenshots
	$(BIN)/python -m docs.screenshots

plotly: ## Renew the bundle of Plotly that pages draw with (npm; not needed to run or to test; NEW=new accepts another)
	@mkdir -p .zichtlijn/plotly && cp dashboard/vendor/package.json .zichtlijn/plotly/
	cd .zichtlijn/plotly && npm install --ignore-scripts --no-audit --no-fund --no-package-lock \
		&& node $(CURDIR)/dashboard/vendor/build.mjs $(NEW)

lock: setup ## Renew the lock files after a change in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the environment and all demo data
	rm -rf $(VENV) .zichtlijn
