# One command each; `make help` lists them. Needs python3 >= 3.11; everything else comes into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Where the data sets are that no package brings.
DATASETS ?= $(firstword $(wildcard datasets ../datasets ../shared/datasets) datasets)
CORPORA ?= $(firstword $(wildcard corpora ../corpora ../shared/corpora) corpora)
# Checks read the settings, which keep keys in a data directory; this one is thrown away.
SCRATCH := RAPPORT_DATA=build/data
# Some machines forbid Python to keep what it compiled; hundreds of short-lived processes would each compile it all.
export PYTHONDONTWRITEBYTECODE :=
# A whole run: the same order every time. A test that fails has two more chances, for browsers, processes and clocks share two
# cores; the run shows why they were needed, and more than six in all are no accident any more.
WHOLE := -n 2 --dist loadscope --no-loadscope-reorder --randomly-seed=1 --reruns 2 --reruns-delay 1 --max-suite-reruns 6 --rerun-show-tracebacks
PIN := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

.PHONY: help demo test coverage setup check fix bench science corpora api fuzz faults pictures requirements

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

demo: .run ## set up and run a demo company on http://127.0.0.1:8000; another one with SCENARIO=saas
	@$(BIN)/rapport --data data/demo$(if $(SCENARIO),-$(SCENARIO)) demo $(if $(SCENARIO),--scenario $(SCENARIO))

test: .develop ## install what the tests need, and run every test on SQLite and on PostgreSQL
	@$(BIN)/python -m tools.browser install
	@$(BIN)/python -m tools.servers install
	$(BIN)/python -m pytest $(WHOLE) --database sqlite
	$(BIN)/python -m pytest $(WHOLE) --database postgresql

coverage: .develop ## run every test on SQLite again and show which branches none of them takes; half as slow again
	$(BIN)/python -m pytest -n 2 --dist loadscope --database sqlite --cov --cov-report term:skip-covered

setup: .develop ## build .venv with all that development and tests need

check: .develop ## format, lint, types, import contract, migrations, translations, architecture and docs
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(SCRATCH) $(BIN)/mypy
	$(BIN)/lint-imports
	$(SCRATCH) $(BIN)/python -m django makemigrations --check --dry-run --settings rapport.site.settings
	$(BIN)/python -m tools.translations check
	$(BIN)/python -m pytest -q --no-header tests/architecture tests/docs --ignore tests/docs/test_notebooks.py

fix: .develop ## repair formatting and lint, compile translations
	-$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/python -m tools.translations extract
	$(BIN)/python -m tools.translations compile
	$(BIN)/python -m tools.reference

bench: .develop ## measure mail, pages, memory and live updates; writes docs/reference/performance.md
	$(BIN)/python -m bench

science: .develop ## print the figures of the literature beside ours; DATASETS=DIR holds cdnow/ and banking77/
	@$(BIN)/python -m tools.science --datasets $(DATASETS)

corpora: .develop ## run every mail and attack below CORPORA=DIR through the product
	@$(BIN)/python -m tools.browser install
	@$(BIN)/python -m tools.corpora $(CORPORA)

faults: .develop ## kill, fill and confuse a running desk at full size, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest tests/faults --full -s -o faulthandler_timeout=3600 --database sqlite
	$(BIN)/python -m pytest tests/faults --full -s -o faulthandler_timeout=3600 --database postgresql

api: .develop ## send made-up requests to every operation of the HTTP API, on both databases; the suite sends fewer
	$(BIN)/python -m pytest -n 2 --full --database sqlite src/rapport/site/tests/test_api_schema_in_full.py
	$(BIN)/python -m pytest -n 2 --full --database postgresql src/rapport/site/tests/test_api_schema_in_full.py

fuzz: .develop ## let a fuzzer make up mails for SECONDS=60, and see that the reader stays whole
	$(BIN)/python -m tools.fuzz --seconds $(or $(SECONDS),60)

pictures: .develop ## draw the pictures of the documentation from the demo company
	@$(BIN)/python -m tools.browser install
	$(BIN)/python -m tools.screenshots

requirements: ## pin the requirement files again, after a change of pyproject.toml
	$(PIN) pyproject.toml --group build -o requirements/run.txt
	$(PIN) pyproject.toml --group build --group develop -c requirements/run.txt -o requirements/develop.txt
	$(PIN) --group installer -o requirements/uv.txt

.PHONY: .run .develop
.run:
	@$(PYTHON) tools/install.py run
.develop:
	@$(PYTHON) tools/install.py develop
