# One command each, over a virtual environment that is made here. Nothing is needed first but Python 3.11 or newer.
#
#   make demo      200 orders from the sale to the cleared payout, at a local Bill.com; ORDERS=N for another number
#   make serve     the marketplace and the local Bill.com in the browser
#   make test      the tests, 8 minutes at most; what needs a missing program is skipped and named at the end
#   make stories   a marketplace's life in some 270 stories, each checked at our books, Bill.com's and the bank
#   make check     style, types, floors, spelling, documentation
#   make crash     kill the marketplace in samples: 160 and 60 of some 5,000 ways to cut its story, on SQLite and on
#                  PostgreSQL, 40 of some 33,000 pairs of crashes, and 10,000 random settlements
#   make machine   public calls in any order, the invariants after each step, in 500 sequences of 100
#   make crash-all all of these ways and pairs, transactions of one moment, real processes, the mistakes, and 100,000
#                  settlements; takes days
#   make test-all  all suites at full length, mutants, a million fuzzed answers, and the tests again on the oldest, the
#                  newest and the other versions of what we stand on; takes days
#   make install   everything that tests and benchmarks need
#   make pins      write the versions that resolve today to constraints.txt
#   make clean     remove what was made
#
# PY names the Python to use, V the environment; PINS= takes the newest versions instead of the pinned ones.

PY   ?= python3
V    ?= .venv
PINS ?= -c constraints.txt

export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Every worker and every process of a test would compile what it imports again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: install demo serve test stories machine test-all crash crash-all check pins clean
.PHONY: style types floors spelling documentation

demo: $(V)/.small
	@$(V)/bin/python -m example_marketplace.demo

serve: $(V)/.small
	@$(V)/bin/python -m example_marketplace.serve

install: $(V)/.all

test: $(V)/.all
	$(V)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/stories

# The sequences come first and take long: handed out one by one, both workers play some of them.
stories: $(V)/.all
	$(V)/bin/python -m pytest -n 2 --dist load --maxschedchunk 1 tests/stories

test-all: test stories crash-all
	$(V)/bin/python -m tests.stories --sequences 10000
	$(V)/bin/python -m tests.machine --sequences 10000 --steps 100 --jobs 2
	$(V)/bin/python -m tests.machine --mistakes --sequences 100 --steps 100 --seed 7
	$(V)/bin/python -m tests.fuzz_replies 1000000
	$(V)/bin/python -m tests.mutation --module all --jobs 2
	$(V)/bin/python -m tests.matrix

machine: $(V)/.all
	$(V)/bin/python -m tests.machine --sequences 500 --steps 100 --seed 7 --jobs 2

crash: $(V)/.all
	$(V)/bin/python -m tests.crash --suite boundaries --count 160 --jobs 2
	$(V)/bin/python -m tests.crash --suite boundaries --count 60 --jobs 2 --database postgresql
	$(V)/bin/python -m tests.crash --suite pairs --count 40 --jobs 2
	$(V)/bin/python -m tests.crash --suite random --count 10000 --seed 42 --jobs 2

crash-all: $(V)/.all
	$(V)/bin/python -m tests.crash --suite boundaries --jobs 2
	$(V)/bin/python -m tests.crash --suite boundaries --jobs 2 --database postgresql
	$(V)/bin/python -m tests.crash --suite crashes --jobs 2
	$(V)/bin/python -m tests.crash --suite pairs --jobs 2
	$(V)/bin/python -m tests.crash --suite overlaps --jobs 2
	$(V)/bin/python -m tests.crash --suite overlaps --jobs 2 --database postgresql
	$(V)/bin/python -m tests.crash --suite processes --deep 10 --jobs 2
	$(V)/bin/python -m tests.crash --suite processes --deep 10 --jobs 2 --database postgresql
	$(V)/bin/python -m tests.crash --suite random --count 100000 --jobs 2
	$(V)/bin/python -m tests.crash --suite mutants

check: $(V)/.all
	@$(MAKE) --no-print-directory --output-sync=target -j 2 types documentation style floors spelling

style:
	$(V)/bin/ruff check .
	$(V)/bin/ruff format --check .

types:
	$(V)/bin/mypy --strict flask_billcom example_marketplace tests conftest.py

floors:
	$(V)/bin/lint-imports --no-cache

spelling:
	$(V)/bin/codespell

documentation:
	$(V)/bin/sphinx-build -q -W -n --keep-going docs docs/_build/html

# The small set runs the demo; everything stands on it and adds suites, linters and documentation tools.
$(V)/.small: pyproject.toml constraints.txt example_marketplace/requirements.txt
	$(PY) -m venv $(V)
	$(V)/bin/pip install -q $(PINS) -e '.[web,simulator]' -r example_marketplace/requirements.txt
	touch $@

$(V)/.all: $(V)/.small
	$(V)/bin/pip install -q $(PINS) -e '.[dev]'
	touch $@

pins:
	rm -rf $(V)/pins
	$(PY) -m venv $(V)/pins
	$(V)/pins/bin/pip install -q -e '.[dev]' -r example_marketplace/requirements.txt
	$(V)/pins/bin/pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' > constraints.txt
	rm -rf $(V)/pins

clean:
	rm -rf $(V) docs/_build build dist .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
