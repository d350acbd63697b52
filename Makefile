# Commands for developers. `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
export PORT
# Workers and servers started by tests need not compile every module again; the checkout stays clean.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --require-hashes -r
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --build-deps-for=editable

.PHONY: help demo test test-quick test-rest engine-repeats coverage check fix docs messages routes pictures mails bench chaos readers lock sbom

help:
	@echo "make demo        serve the sample city on http://127.0.0.1:$(PORT) (PORT=… for another port)"
	@echo "make test        run all tests, in parallel"
	@echo "make test-quick  run the tests that need no PostgreSQL, browser or Java, in parallel"
	@echo "make test-rest   run the tests that test-quick leaves out, in parallel"
	@echo "make engine-repeats  find the tests that PostgreSQL need not repeat (tests/postgres_repeats.txt)"
	@echo "make coverage    run the quick tests and report which branches they cover"
	@echo "make check       check style, types, layers and templates"
	@echo "make fix         apply what the formatters can fix"
	@echo "make docs        write diagrams and tables of docs/ from the code, API reference in build/docs"
	@echo "make messages    update the files for translators in deliberate/translations"
	@echo "make routes      freeze the list of routes again (tests/routes.txt)"
	@echo "make pictures    photograph every kind of page for every role into build/pictures (ONLY=pattern for some)"
	@echo "make mails       write fifty mails of the sample city into build/mails, with pictures at 320 px"
	@echo "make bench       measure performance, against the limit of this machine"
	@echo "make chaos       fifty kills under load, twenty of the jobs that deliver notices, ten cold starts of four servers, a minute of eight writers, readers under attack, 50,000 requests, 40,000 broken pictures and mail addresses, twenty kills under an outbox"
	@echo "make readers     read a release of the sample city with ConvoKit and pm4py"
	@echo "make sbom        list the locked packages as CycloneDX in build/sbom.cdx.json"
	@echo "make lock        resolve the newest allowed versions again (requirements*.lock)"

demo: $(VENV)/runtime
	@$(BIN)/deliberate demo

test: $(VENV)/dev
	$(BIN)/python -m pytest -n auto

test-quick: $(VENV)/dev
	$(BIN)/python -m pytest -n auto --part=quick

test-rest: $(VENV)/dev
	$(BIN)/python -m pytest -n auto --part=rest

engine-repeats: $(VENV)/dev
	rm -rf build/statements
	$(BIN)/python -m pytest -n auto --part=rest -m "not browser and not java" \
		--repeat-on-postgresql --record-statements=build/statements
	$(BIN)/python -m tests.postgres_repeats build/statements

coverage: $(VENV)/dev
	$(BIN)/python -m pytest -n auto --part=quick --cov --cov-report= --cov-fail-under=0
	$(BIN)/python -m tests.coverage_summary

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p deliberate
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

fix: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/dev
	$(BIN)/python docs/generate.py
	$(BIN)/python -m pdoc --docformat markdown --no-show-source --output-directory build/docs \
		$$($(BIN)/python docs/generate.py --modules)

messages: $(VENV)/dev
	$(BIN)/python -m tests.structure.messages

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

chaos: $(VENV)/dev
	$(BIN)/python -m tests.chaos
	FUZZED_FILES=40000 $(BIN)/python -m pytest -q tests/proposals/test_hostile_pictures.py -k mutated
	OUTBOX_KILLS=20 $(BIN)/python -m pytest -q tests/in_browser/test_offline.py -k killed_again
	FUZZED_ADDRESSES=40000 $(BIN)/python -m pytest -q tests/accounts/test_email_addresses.py -k accepted_address

readers: $(VENV)/dev
	$(BIN)/python -m tests.readers

routes: $(VENV)/dev
	$(BIN)/python -m tests.structure.test_routes

pictures: $(VENV)/dev
	$(BIN)/python -m tests.in_browser.pictures --only '$(ONLY)'

mails: $(VENV)/dev
	$(BIN)/python -m tests.in_browser.mail_pictures

sbom:
	@$(PYTHON) docs/sbom.py

lock: $(VENV)/dev
	$(BIN)/python -m pip install --quiet "pip-tools>=7.5,<8"
	$(COMPILE) --upgrade --extra postgres -o requirements.lock pyproject.toml
	$(COMPILE) --upgrade --extra postgres,scale,sso,push,s3,spark,texts -c requirements.lock \
		-o requirements-extras.lock pyproject.toml
	for extra in scale sso push s3 spark texts; do $(COMPILE) --extra postgres,$$extra -c requirements-extras.lock \
		-o requirements-$$extra.lock pyproject.toml || exit 1; done
	$(COMPILE) --upgrade --extra postgres,scale,sso,push,s3,spark,texts,dev -c requirements-extras.lock \
		-o requirements-dev.lock pyproject.toml

# An editable installation: changes of the checkout take effect at once.
$(VENV)/runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "Installing into $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "Installing the development packages …"
	@$(INSTALL) requirements-dev.lock
	@touch $@
