# SPDX-License-Identifier: GPL-2.0
# make help says what there is. The kernel's build system reads Kbuild instead.

# The kernel to build for, and to install into.
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
VERSION := $(shell sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' module/main.c)

.PHONY: modules
modules: headers ## build nf_csum.ko for the running kernel, or for KDIR=<headers> or KVER=<release>
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

.PHONY: tools
tools: ## build nf-csum, the operator's tool
	$(MAKE) -C tools/nf-csum

.PHONY: man
man: ## make the tables of the manual pages from what nf-csum explains
	$(MAKE) -C tools/nf-csum man

.PHONY: headers
headers:
	@[ -e $(KDIR)/Makefile ] || { \
		echo "There are no kernel headers in $(KDIR)."; \
		echo "On Debian: apt-get install linux-headers-$(KVER)   (or name others: make KDIR=<headers>)"; \
		exit 1; } >&2

.PHONY: demo
demo: ## see broken connections come alive, on a throw-away virtual machine
	scripts/demo

.PHONY: shell
shell: ## a prompt on a stock kernel (SERIES=6.1) with the module, in a network (NETWORK=published-port)
	@scripts/shell $(if $(NETWORK),-n $(NETWORK)) $(SERIES)

.PHONY: check
check: ## run every test: lint, nf-csum-test, kunit, kunit-debug, e2e and bench's stored counts
	scripts/check lint e2e/run --beside nf-csum-test kunit 'kunit -d' bench/regression

.PHONY: lint
lint: ## static checks: sparse, W=1, checkpatch, kernel-doc, shellcheck
	scripts/lint

.PHONY: kunit
kunit: ## unit tests, on User Mode Linux; FILTER='repair' or 'inspect.*gso' for some of them
	scripts/kunit $(if $(FILTER),-f '$(FILTER)') $(if $(PACKETS),-n $(PACKETS))

.PHONY: kunit-debug
kunit-debug: ## the same on a kernel with KASAN, UBSAN, lockdep and kmemleak
	scripts/kunit -d $(if $(FILTER),-f '$(FILTER)') $(if $(PACKETS),-n $(PACKETS))

.PHONY: smp
smp: ## scenarios on two processors at the same time, with KASAN, UBSAN, lockdep and kmemleak
	scripts/smp

.PHONY: coverage
coverage: ## which lines and branches of module/ the unit tests reach; the rest needs a reason
	scripts/kunit -c

.PHONY: mutants
mutants: ## does a unit test fail if the module is wrong? 150 small changes, one after the other
	scripts/mutants

.PHONY: proof
proof: ## prove for all inputs that sums and verdicts are right, and that headers are walked safely
	scripts/proof/run

.PHONY: e2e
e2e: ## real traffic on stock Debian kernels, in virtual machines; scripts/e2e/run -v NAME for one
	scripts/e2e/run

.PHONY: bench
bench: ## what a packet costs, with nf_csum and with its peers
	scripts/bench/run $(if $(JSON),--json)

.PHONY: session
session: ## write doc/nf-csum-session.md anew, in a virtual machine
	scripts/session

.PHONY: secure-boot
secure-boot: ## what Secure Boot does to it, signed and unsigned
	scripts/secure-boot-test

.PHONY: in-tree-test
in-tree-test: ## put it into a kernel tree, and run the unit tests there
	scripts/in-tree-test

.PHONY: selftests
selftests: ## the kernel's own tests of the network, which it must not change; takes more than an hour
	scripts/selftests

.PHONY: matrix
matrix: ## a table of all kernels: checked, built, booted, tested; takes hours
	@scripts/matrix

.PHONY: load
load: modules ## insmod it into the running kernel
	insmod nf_csum.ko

.PHONY: unload
unload: ## rmmod it
	rmmod nf_csum

# Of the kernel that it was built for. INSTALL_MOD_PATH is the root of another system; in DESTDIR
# there is no system whose list of modules could be kept.
root = $(DESTDIR)$(INSTALL_MOD_PATH)
release = $$(modinfo -F vermagic nf_csum.ko | cut -d ' ' -f 1)
depmod = $(if $(DESTDIR),,depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(1))

.PHONY: install
install: modules ## into /lib/modules/<release>/updates, for modprobe; knows DESTDIR and INSTALL_MOD_PATH
	install -D -m 644 nf_csum.ko $(root)/lib/modules/$(release)/updates/nf_csum.ko
	$(call depmod,$(release))

.PHONY: uninstall
uninstall: ## take it away from there, for the running kernel or KVER=<release>
	rm -f $(root)/lib/modules/$(KVER)/updates/nf_csum.ko
	$(call depmod,$(KVER))

.PHONY: dkms-install
dkms-install: ## let DKMS build and install it, for this kernel and those to come
	dkms add $(CURDIR)
	dkms install nf_csum/$(VERSION)

.PHONY: dkms-remove
dkms-remove: ## let DKMS forget it, and take it away from all kernels
	dkms remove nf_csum/$(VERSION) --all
	rm -rf /usr/src/nf_csum-$(VERSION)

.PHONY: deb
deb: ## make the Debian packages nf-csum-dkms and nf-csum, in build/
	scripts/package deb

.PHONY: rpm
rpm: ## make the RPM packages nf-csum-dkms and nf-csum, in build/
	scripts/package rpm

.PHONY: package-test
package-test: ## the Debian packages in a chroot with two kernels, and the image of deploy/
	scripts/package-test

.PHONY: clean
clean: ## remove what make built here (the caches stay)
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools/nf-csum clean

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16
