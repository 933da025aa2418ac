# Everything runs from a virtual environment in .venv, made from the lock that fits the Python.
# `make PYTHON=python3.12 …` uses another Python, `make lab ARGS=…` passes more arguments to ansible-playbook.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# A machine has one lab: targets that use it never run in parallel.
QUICK := lint sanity unit versions
ifneq ($(filter-out $(QUICK) test-lab test-beside,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# The distribution's Python first: its profile-guided build runs Ansible a fifth faster than a Python that pyenv compiled.
PYTHON ?= /usr/bin/python3 python3
ARGS ?=

# The first suitable Python behind any shim or virtual environment, and its lock.
FOUND := $(shell for python in $(PYTHON); do $$python -c 'import ensurepip, os, sys, venv; v = sys.version_info; v < (3, 11) and sys.exit(1); \
  print(os.path.realpath(sys.executable), "3.12" if v >= (3, 12) else "3.11")' 2>/dev/null && break; done)
BASE_PYTHON := $(firstword $(FOUND))
LOCK := requirements/python-$(or $(word 2,$(FOUND)),3.11).txt
VENV := .venv/$(notdir $(LOCK))
COLLECTION := .collections/ansible_collections/podnet/kubernetes

# `su` without `-` keeps a user's PATH, which has no sbin; the lab calls sysctl and nft.
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin:/sbin
# Named, Ansible reads it also where everybody can write to the clone, as in the shared folders of virtual machines.
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
# Container images set it. Then each ansible-playbook compiles all its imports, a third of the work of a short playbook.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help venv lab lab-destroy vm vm-play vm-destroy basic-cni flannel flannel-calico calico verify diagnose-demo soak screenshots conformance lint sanity unit versions browser bad-input integration molecule molecule-debian-12 test-quick test test-more test-lab test-beside architecture findings bench bench-code bench-lab bench-cluster bench-life bench-targets build lock lock-3.11 lock-3.12 clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(VENV) ## Make the virtual environment (every target does so when it is missing)

# pip compiles nothing beforehand, because Python reads few of the many files of the package ansible.
$(VENV): $(LOCK) | $(COLLECTION)
	@test -n "$(BASE_PYTHON)" || { echo 'PYTHON=$(PYTHON): needs Python 3.11 or newer with its module venv, in the package python3-venv on Debian and Ubuntu' >&2; exit 1; }
	$(BASE_PYTHON) -m venv --clear .venv
	.venv/bin/pip --quiet --disable-pip-version-check install --no-compile --require-hashes --requirement $(LOCK)
	@cp $(LOCK) $@

# Ansible, pytest and mypy find a collection only by a path of this form.
$(COLLECTION):
	@mkdir -p $(@D)
	@ln -s ../../.. $@

lab: $(VENV) ## Bring up the lab's nodes
	ansible-playbook lab/create.yml $(ARGS)

lab-destroy: $(VENV) ## Remove the lab
	ansible-playbook lab/destroy.yml $(ARGS)

# Ansible runs in the network namespace of the virtual machines, which has no way out. What it builds, it builds before, outside.
VM_NODES ?= 2
VM_INVENTORY = $(if $(filter-out 2 3,$(VM_NODES)),$(error VM_NODES is $(VM_NODES): there are 2 or 3 virtual machines))\
  --inventory lab/vm/hosts.yml $(if $(filter 3,$(VM_NODES)),--inventory lab/vm/node2.yml)
VM_INSIDE = nsenter --net=/run/netns/podnetvm
PLAY ?= playbooks/flannel.yml

vm: $(VENV) ## Bring up virtual machines beside the lab, two or VM_NODES=3 (docs/vm.md)
	ansible-playbook $(VM_INVENTORY) lab/build.yml $(ARGS)
	$(VM_INSIDE) ansible-playbook $(VM_INVENTORY) lab/create.yml $(ARGS)

vm-play: $(VENV) ## Run a playbook on the virtual machines, PLAY=playbooks/flannel.yml
	nice $(VM_INSIDE) ansible-playbook $(VM_INVENTORY) $(PLAY) $(ARGS)

vm-destroy: $(VENV) ## Remove the virtual machines
	ansible-playbook $(VM_INVENTORY) lab/destroy.yml $(ARGS)

basic-cni: $(VENV) ## Bring up the lab with a cluster on a plain bridge with static routes
	ansible-playbook lab/create.yml -e lab_network=basic_cni $(ARGS)
	ansible-playbook playbooks/basic_cni.yml $(ARGS)

flannel: $(VENV) ## Bring up the lab with a cluster on Flannel
	ansible-playbook lab/create.yml -e lab_network=flannel $(ARGS)
	ansible-playbook playbooks/flannel.yml $(ARGS)

flannel-calico: $(VENV) ## Bring up the lab with a cluster on Flannel, where Calico enforces policies
	ansible-playbook lab/create.yml -e lab_network=flannel -e '{"lab_networks": ["flannel", "calico"]}' $(ARGS)
	ansible-playbook playbooks/flannel.yml -e podnet_policies=calico $(ARGS)

calico: $(VENV) ## Bring up the lab with a cluster on Calico
	ansible-playbook lab/create.yml -e lab_network=calico $(ARGS)
	ansible-playbook playbooks/calico.yml $(ARGS)

verify: $(VENV) ## Prove the network of the lab's cluster
	ansible-playbook playbooks/verify.yml $(ARGS)

diagnose-demo: $(VENV) ## Break the lab's network, name each cause, mend it, and write docs/troubleshooting.md (five faults after make flannel, the sixth after make calico)
	python lab/diagnose_demo.py $(ARGS)

soak: $(VENV) ## Interrupt runs and break nodes many times, and write docs/reliability.md (ARGS="kill --tries 5"; or power; or faults, which needs make flannel first)
	python lab/soak.py $(ARGS)

screenshots: $(VENV) ## Take pictures of the pages of the lab's runs for README.md, with Debian's Chromium
	python lab/screenshots.py

# Kubernetes' own tests, as `go test -c` builds them. FOCUS is an expression of their names.
FOCUS ?= \[sig-network\].*\[Conformance\]
PROGRAMS = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/podnet.kubernetes/bundle/programs

conformance: $(VENV) ## Run Kubernetes' own network tests on the lab's cluster (15 minutes and more; the first run builds them; FOCUS=… chooses)
	ansible-playbook lab/conformance.yml
	$(PROGRAMS)/conformance/e2e.test --provider=skeleton --kubeconfig=lab/inventory/.podnet/admin.conf --kubectl-path=$(PROGRAMS)/kubernetes/kubectl \
	  --disable-log-dump --ginkgo.focus='$(FOCUS)' --ginkgo.timeout=1h --ginkgo.no-color --ginkgo.silence-skips $(ARGS)

lint: $(VENV) ## Lint YAML, roles, playbooks, Python and changelog, check types
	yamllint --strict .
	ansible-lint
	ruff check
	ruff format --check
	mypy
	antsibull-changelog lint

sanity: $(VENV) ## Run ansible-test's sanity tests
	python tests/sanity.py $(ARGS)

unit: $(VENV) ## Run the unit tests, and the tests of archive, documentation and examples
	pytest $(ARGS)

# Code that knows no Ansible needs one ansible-core only. `make test-more` runs its tests with both.
versions: $(VENV) ## Run the tests of what uses Ansible with the other ansible-core (2.21 beside 2.19), where its Python is installed
	python tests/versions.py --quiet --ignore=tests/unit/plugins/module_utils $(ARGS)

bad-input: $(VENV) ## Play every wrong input of tests/wrong_inputs.py with its playbook (10 to 20 minutes)
	pytest tests/bad_input $(ARGS)

browser: $(VENV) ## Run the tests of the pages in Debian's Chromium, which root gets by apt
	pytest tests/browser $(ARGS)

integration: $(VENV) ## Run the tests of the lab, of routes and of probes (takes the lab over)
	pytest tests/integration $(ARGS)

molecule: $(VENV) ## Run the Molecule scenarios (they take the lab over)
	molecule test -s basic_cni
	molecule test -s calico
	molecule test -s flannel
	molecule test -s lifecycle

molecule-debian-12: $(VENV) ## Run the tests of the lab and the Molecule scenario flannel on nodes with Debian 12
	LAB_NODE_RELEASE=12 pytest tests/integration/test_lab.py
	LAB_NODE_RELEASE=12 molecule test -s flannel

test-quick: $(VENV) ## Run all tests that need no lab, two kinds at a time
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line $(QUICK)

test: export PODNET_FAILED_TESTS = $(CURDIR)/.cache/failed-tests.txt
test: $(VENV) ## Run all tests, with those that need no lab beside the others; the output ends with what failed
	@mkdir -p .cache && rm -f $(PODNET_FAILED_TESTS)
	@$(MAKE) --no-print-directory --jobs=2 test-lab test-beside || { cat $(PODNET_FAILED_TESTS) 2>/dev/null; exit 1; }

test-lab:
	pytest tests/integration -k "not vagrant"
	@$(MAKE) molecule

# The lab's tests measure times, so these tests run at low priority beside them.
test-beside:
	@nice $(MAKE) --output-sync=line $(QUICK)
	@nice pytest tests/integration -k vagrant
	@nice pytest tests/browser

# The mark `more` chooses tests; PYTEST_ADDOPTS comes after the options of pyproject.toml.
test-more: $(VENV) ## Run what takes too long for make test: marked tests, leftovers and killed runs, the life of a cluster and of its network, wrong inputs (three hours and more)
	python tests/versions.py $(ARGS)
	pytest -m more
	FUZZ_EXAMPLES=400 pytest tests/unit/fuzz
	pytest tests/bad_input
	molecule test -s repair
	PYTEST_ADDOPTS="-m more" molecule test -s flannel
	PYTEST_ADDOPTS="-m more" molecule test -s basic_cni
	PYTEST_ADDOPTS="-m more" molecule test -s calico
	PYTEST_ADDOPTS="-m 'more or not more'" molecule test -s lifecycle
	molecule test -s switch
	molecule test -s flannel_calico
	molecule test -s flannel_host_gw
	molecule test -s two_subnets
	molecule test -s flannel_dual
	molecule test -s calico_dual
	molecule test -s calico_bird
	molecule test -s control_planes
	molecule test -s hardening
	molecule test -s upgrade

architecture: $(VENV) ## Draw the rooms and their imports into docs/architecture.md
	python tests/architecture.py

findings: $(VENV) ## Write docs/findings.md from the findings
	python tests/findings.py

bench: bench-code bench-lab bench-cluster bench-life bench-targets ## Measure, and write docs/times.md (70 minutes and more, takes the lab over); fail when a figure other than seconds is a fifth worse than in the last commit
	python benchmarks/rows.py

bench-code: $(VENV) ## Measure what needs no cluster
	python benchmarks/planning.py
	python benchmarks/footprint.py
	python benchmarks/policies.py
	python benchmarks/scale.py
	python benchmarks/controller.py
	python benchmarks/detail.py

bench-lab: calico ## Measure proofs on the lab's cluster with Calico
	python benchmarks/lab.py
	python benchmarks/lab_policies.py

bench-cluster: $(VENV) ## Time the lab's cluster by hand and by playbook, in turns (20 minutes and more; ARGS="--rounds 1 --state bare")
	python benchmarks/cluster_up.py $(ARGS)

bench-life: $(VENV) ## Time an upgrade under requests and nodes that join (20 minutes and more; ARGS="--part growth")
	python benchmarks/life.py $(ARGS)

bench-targets: $(VENV) ## Time targets of make, and playbooks on a broken lab (15 minutes; ARGS="--part cold" or "--part test" times what takes longer)
	python benchmarks/targets.py $(ARGS)

build: $(VENV) ## Build the collection's archive in build/
	ansible-galaxy collection build --force --output-path build

lock: lock-3.11 lock-3.12 ## Write the lock files again (needs Python 3.11 and 3.12; ARGS=--upgrade takes newer versions)

lock-3.11 lock-3.12: lock-%:
	@mkdir -p .cache
	$(or $(PYTHON$*),python$*) -m venv --clear .cache/$@
	.cache/$@/bin/pip --quiet --disable-pip-version-check install pip-tools
	cd requirements && ../.cache/$@/bin/pip-compile --quiet --no-header --strip-extras --allow-unsafe \
	  --generate-hashes --no-emit-index-url --no-emit-find-links $(ARGS) --output-file python-$*.txt requirements.in

clean: ## Remove the virtual environment, the caches and the archives from the clone
	rm -rf .ansible .cache .collections .hypothesis .mypy_cache .pytest_cache .ruff_cache .venv build
