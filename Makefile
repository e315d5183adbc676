# Everything from a plain Python 3.11+: `make test` in a fresh clone builds what it needs.
VENV       := .venv
BENCH_VENV := .venv-bench
BIN        := $(VENV)/bin

# The first interpreter that is new enough and can make an environment.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v "$$p" && break; done)

PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
LOCKED      := $(PIP_INSTALL) --require-hashes

.DEFAULT_GOAL := help
.PHONY: help install demo serve test check bench bench-office docs test-load test-kills test-spark browser-packages clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

install: $(VENV)/.installed ## Make .venv with the command .venv/bin/anlao

demo: $(VENV)/.installed ## Decide a synthetic county, and make an office of it
	$(BIN)/anlao demo

serve: $(VENV)/.installed ## Open the demo's office in a browser
	$(BIN)/anlao serve --demo

test: $(VENV)/.tested $(VENV)/.browser ## Run the tests
	$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4

check: $(VENV)/.tested ## Format, lint, types, layers, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict src tests
	$(BIN)/lint-imports
	$(BIN)/anlao docs --check

docs: $(VENV)/.installed ## Write docs/reference anew from code and rulebooks
	$(BIN)/anlao docs

bench: $(BENCH_VENV)/.installed ## Measure against other engines
	$(BENCH_VENV)/bin/python -m bench.run

bench-office: $(VENV)/.installed ## Time a list of 100,000 rows, and a month of payments of a city
	$(BIN)/python -m bench.office.imports
	$(BIN)/python -m bench.office.months

test-load: $(VENV)/.installed ## Let 30 people work among 1.2 million elders
	$(BIN)/python -m bench.office.load

test-kills: $(VENV)/.installed ## Kill parts of an office at work, fifty times
	$(BIN)/python -m bench.office.kills
	$(BIN)/python -m bench.office.payment_kills

test-spark: $(VENV)/.sparked ## Run the tests that need Spark and Java 17
	@.ci/java-17
	$(BIN)/python -m pytest -q -m spark

browser-packages: $(VENV)/.browser ## Install what the browser tests need, if it is missing

clean: ## Remove environments, caches and outputs
	rm -rf $(VENV) $(BENCH_VENV) build dist demo-output bench/data tests/artefacts spark-warehouse metastore_db
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache derby.log
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@echo "Left as they are: offices (ANLAO_DATA, /var/lib/anlao, ~/.local/share/anlao), a demo's office in"
	@echo "/var/lib/anlao-demo, and what was installed for the whole machine (chromium, fonts, Java)."

# A stamp is newer than what it was made from, so a second call does nothing.
$(VENV)/.made $(BENCH_VENV)/.made:
	@test -n "$(PYTHON)" || { echo "anlao needs Python 3.11 or newer with its venv module; none was found. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "anlao needs Python 3.11 or newer; $(PYTHON) is older or does not run. Name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	"$(PYTHON)" -m venv $(@D)
	@touch $@

$(VENV)/.installed $(BENCH_VENV)/.installed: %/.installed: %/.made requirements/run.txt pyproject.toml
	$(@D)/bin/python $(LOCKED) --requirement requirements/run.txt $(EXTRA_LOCK)
	$(@D)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(BENCH_VENV)/.installed: requirements/bench.txt
$(BENCH_VENV)/.installed: EXTRA_LOCK = --requirement requirements/bench.txt

$(VENV)/.tested: $(VENV)/.installed requirements/test.txt
	$(BIN)/python $(LOCKED) --requirement requirements/test.txt
	@touch $@

$(VENV)/.sparked: $(VENV)/.tested requirements/spark.txt
	$(BIN)/python $(LOCKED) --requirement requirements/spark.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.made .ci/browser-packages
	@.ci/browser-packages
	@touch $@
