# carouge.guichet : ce qu'on tape ici. « make » seul dit ce qu'il y a.

SHELL = /bin/sh

INPUTS = requirements.txt setup.py buildout.cfg $(wildcard profiles/*.cfg)
LOCALES = src/carouge/guichet/locales

.DEFAULT_GOAL = help
.PHONY: help build start test check clean-demo i18n bench prepare-build prepare-test FORCE

help: ## Affiche cette aide
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

build: .stamps/development ## Installe tout ce que la démonstration demande

start: .stamps/development ## Construit si besoin et fait tourner la démonstration
	@exec bin/guichet-demo

test: .stamps/test ## Contrôle le code et passe tous les tests
	@scripts/run-tests all

check: .stamps/test ## Contrôle le code : style, couches, traductions, architecture
	@scripts/run-tests check

clean-demo: ## Oublie les données de la démonstration
	@pid=$$(cat var/demo/demo.pid 2>/dev/null); \
	if [ -n "$$pid" ] && kill -0 "$$pid" 2>/dev/null; then \
		echo "La démonstration tourne (processus $$pid) : arrêtez-la d'abord." >&2; \
		exit 1; \
	fi
	rm -rf var/demo

i18n: .stamps/test ## Met à jour les catalogues de traduction
	bin/i18ndude rebuild-pot --pot $(LOCALES)/carouge.guichet.pot \
		--create carouge.guichet src/carouge/guichet
	bin/i18ndude sync --pot $(LOCALES)/carouge.guichet.pot \
		$(LOCALES)/*/LC_MESSAGES/carouge.guichet.po

bench: .stamps/test ## Mesure la vitesse
	PYTHONPATH=tests/support:tests/bench bin/python-test tests/bench/bench.py

prepare-build:
	@scripts/prepare build

prepare-test:
	@scripts/prepare test

# A script that is missing was taken away by a buildout run by hand.
.stamps/development: $(INPUTS) $(if $(wildcard bin/guichet-demo),,FORCE) | prepare-build
	scripts/build development

.stamps/test: $(INPUTS) $(if $(wildcard bin/pytest),,FORCE) | prepare-test
	scripts/build test
