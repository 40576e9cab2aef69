# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# What the scenarios share. They run as root in a throw-away guest, one scenario per boot,
# and print TAP, a line per assertion: 'ok N - WHAT' or 'not ok N - WHAT'. A scenario ends with
# `done_testing`; one that ends in any other way has failed. What is no test has set $no_tests.

set -eu

port=8080
quiet=0		# milliseconds before the first byte on a TCP connection
patience=5	# seconds without progress after which a TCP connection is given up
hosts=		# the namespaces that there are
started=	# what runs in the background
count=0
failures=0
finished=
tmp=/tmp/e2e
mkdir -p $tmp

[ -n "${no_tests-}" ] || echo 'TAP version 13'
. ./lib/assertions.sh
. ./lib/record.sh
. ./lib/hosts.sh
. ./lib/networks.sh
. ./lib/traffic.sh
. ./lib/module.sh
. ./lib/counters.sh
. ./lib/readers.sh
. ./lib/tool.sh
