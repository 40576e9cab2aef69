# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts share: where the caches are, how to stop, how to get Debian packages. A script
# sets $synopsis, which is its usage, before it sources this; -h and --help are answered here.

set -euo pipefail

# shellcheck disable=SC2034 # used by the scripts that source this file
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$(readlink -m "${XDG_CACHE_HOME:-$HOME/.cache}/nf_csum")
mkdir -p "$cache"

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }
# shellcheck disable=SC2154 # the script has set it
usage() { say "usage: $synopsis"; exit 2; }

# locked NAME COMMAND...: one process at a time fills a cache entry
locked() {
	local name=$1
	shift
	(flock 9 && "$@") 9>"$cache/$name.lock"
}

installed() {
	local status
	status=$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) || return 1
	[ "$status" = 'install ok installed' ]
}

# need PACKAGE...: install the Debian packages that are not there yet. Some libraries have another
# name in Debian 13, where apt knows the old one, too.
need() {
	local p missing=()
	for p; do
		installed "$p" || installed "${p}t64" || missing+=("$p")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] || die "missing packages; as root: apt-get install ${missing[*]}"
	say "installing ${missing[*]}"
	locked apt install_packages "${missing[@]}"
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	{
		apt-get -q update &&
		apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
	} >"$cache/apt.log" 2>&1 9>&- || {
		tail -n 20 "$cache/apt.log" >&2
		die "cannot install $* (the whole log: $cache/apt.log)"
	}
}

# mirror LABEL: the machine's own mirror of Debian or Debian-Security
mirror() {
	local uri
	# shellcheck disable=SC2016 # apt fills these in
	uri=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		awk -v label="$1" '$1 == label { print $2; exit }')
	[ -n "$uri" ] || die "no $1 mirror in this machine's apt sources (is apt-get update done?)"
	printf '%s\n' "$uri"
}

# suite_apt ARCHITECTURE SUITE...: an apt configuration of its own for those suites, so that the
# machine's is left alone, and for that architecture beside the machine's; sets the array
# apt_options, and brings the lists up to date
suite_apt() {
	local arch=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg suite label dir
	shift
	dir=$cache/apt/$1
	[ "$arch" = amd64 ] || dir+=-$arch
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >"$dir/sources.list"
	for suite; do
		label=Debian
		[ "$suite" = "${suite%-security}" ] || label=Debian-Security
		printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$(mirror "$label")" "$suite" \
			>>"$dir/sources.list"
	done
	# shellcheck disable=SC2034 # used by the caller
	apt_options=(-o APT::Architecture=amd64 -o APT::Architectures="amd64,$arch"
		-o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache::archives="$dir/archives"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
	# One at a time: the lists have a lock that apt does not wait for.
	locked "apt-${dir##*/}" apt-get "${apt_options[@]}" -q update >"$cache/apt.log" 2>&1 ||
		{ tail -n 5 "$cache/apt.log" >&2; die "cannot read the package lists of $*"; }
}

# unpack_packages ARCHITECTURE FOLDER PACKAGE...: of Debian 12, with what they depend on; nothing of it
# is run or installed
unpack_packages() {
	local arch=$1 folder=$2
	shift 2
	mmdebstrap --variant=extract --mode=root --architectures="$arch" --include="$(IFS=,; echo "$*")" \
		bookworm "$folder" "deb $(mirror Debian) bookworm main" >"$cache/unpack.log" 2>&1 9>&- ||
		{ tail -n 20 "$cache/unpack.log" >&2; die "cannot unpack $* for $arch"; }
}

# linux_source SERIES: the sources of Debian's kernel of that series, whatever this machine's Debian is;
# prints a folder named by their version, with linux-source-SERIES.tar.xz in it
linux_source() {
	local series=$1 newest
	newest=$cache/source/newest-$series
	mkdir -p "$cache/source"
	# Asked once a day, as by scripts/kernel.
	[ -n "$(find "$newest" -mmin -1440 2>/dev/null)" ] || locked source fetch_source "$series" || return
	readlink -f "$newest"
}

fetch_source() {
	local package=linux-source-$1 version folder
	case $1 in
	6.1 | 6.12) suite_apt amd64 bookworm bookworm-security ;;
	*) suite_apt amd64 trixie-backports ;;
	esac
	version=$(apt-cache "${apt_options[@]}" policy "$package" | sed -n 's/^ *Candidate: //p')
	folder=$cache/source/$version
	if [ ! -e "$folder" ]; then
		say "fetching the sources of the Debian kernel $version"
		rm -rf "$folder.tmp"
		mkdir -p "$folder.tmp"
		(cd "$folder.tmp" && apt-get "${apt_options[@]}" -q download "$package" &&
			dpkg-deb --fsys-tarfile "$package"_*.deb |
				tar -x --strip-components=3 "./usr/src/$package.tar.xz" &&
			rm "$package"_*.deb) >"$cache/apt.log" 2>&1 ||
			{ tail -n 5 "$cache/apt.log" >&2; die "cannot download $package"; }
		mv "$folder.tmp" "$folder"
	fi
	touch "$folder"
	find "$cache/source" -mindepth 1 -maxdepth 1 -type d ! -path "$folder" -mtime +7 -exec rm -rf {} +
	ln -sfn "$version" "$cache/source/newest-$1"
	touch -h "$cache/source/newest-$1"
}

# architecture KERNEL_FOLDER: sets what Debian, the kernel and the compilers call it (arch,
# kernel_arch, triplet), and two arrays: the packages that compile for it, and what tells make
# shellcheck disable=SC2034 # used by the callers
architecture() {
	arch=$(sed 's/.*-//' "$1/release")
	case $arch in
	amd64) kernel_arch=x86 triplet=x86_64-linux-gnu compiler=(gcc-12 libc6-dev) ;;
	arm64) kernel_arch=arm64 triplet=aarch64-linux-gnu ;;
	s390x) kernel_arch=s390 triplet=s390x-linux-gnu ;;
	*) die "a kernel for $arch?" ;;
	esac
	[ "$arch" = amd64 ] || compiler=("gcc-12-$triplet" "libc6-dev-$arch-cross")
	# Named because 5.10 asks for gcc-10, which this Debian does not have.
	cross=(ARCH="$kernel_arch" CROSS_COMPILE="$triplet-" CC="ccache $triplet-gcc-12")
}

# kernel_make KERNEL_FOLDER MODULE_FOLDER ARG...: make with that kernel's headers; in its
# chroot, if it has one, which knows the headers by the same path. Every copy of the module has the same
# path there, so that ccache knows what it has compiled before.
kernel_make() {
	# shellcheck disable=SC2034 # set by architecture
	local kernel=$1 module=$2 arch kernel_arch triplet compiler cross
	shift 2
	export CCACHE_DIR=$cache/ccache
	mkdir -p "$CCACHE_DIR" "$cache/module"
	# Nobody else sees the mounts, and they end with the process.
	if [ ! -e "$kernel/chroot" ]; then
		architecture "$kernel"
		need ccache "${compiler[@]}"
		# shellcheck disable=SC2016 # for the inner shell
		unshare --mount sh -ec 'mount --bind "$1" "$2"; shift 2; exec make "$@"' sh "$module" "$cache/module" \
			"${cross[@]}" -C "$kernel/build" M="$cache/module" "$@"
		return
	fi
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount sh -ec '
		root=$1 kernels=$2 kernel=$3 module=$4
		shift 4
		mount --bind "$kernels" "$root$kernels"
		mount --bind "$module" "$root/module"
		mount --bind "$CCACHE_DIR" "$root/ccache"
		mount -t proc proc "$root/proc"
		export CCACHE_DIR=/ccache DEBIAN_KERNEL_USE_CCACHE=yes
		exec chroot "$root" make -C "$kernel/build" M=/module "$@"
	' sh "$(readlink -f "$kernel/chroot")" "$cache/kernels" "$kernel" "$module" "$@"
}

# one_version: in the checkout, whoever wants a literal has that of MODULE_VERSION, the first of all
one_version() {
	local version
	version=$(sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' module/main.c)
	[[ $version =~ ^[0-9]+(\.[0-9]+)+$ ]] || { echo "module/main.c: no version"; return 1; }
	grep -qxF "PACKAGE_VERSION=\"$version\"" dkms.conf || { echo "dkms.conf: not $version"; return 1; }
	head -n 1 debian/changelog | grep -qF "nf-csum ($version) " || { echo "debian/changelog: not $version"; return 1; }
	grep -qx "Version:[[:space:]]*${version//./\\.}" packaging/nf-csum.spec || { echo "packaging/nf-csum.spec: not $version"; return 1; }
	grep -qF ".TH NF_CSUM 7 " doc/nf_csum.7 && grep -qF "\"nf_csum $version\"" doc/nf_csum.7 ||
		{ echo "doc/nf_csum.7: not $version"; return 1; }
	grep -qF ".TH NF-CSUM 8 " doc/nf-csum.8 && grep -qF "\"nf_csum $version\"" doc/nf-csum.8 ||
		{ echo "doc/nf-csum.8: not $version"; return 1; }
	grep -m 1 '^nf_csum ' CHANGELOG | grep -qF "nf_csum $version (" || { echo "CHANGELOG: not $version"; return 1; }
}

# put_table PAGE WHAT: stdin becomes the table of a page in doc/, between the markers that say what
# makes it.
put_table() {
	local page=$top/doc/$1 draft
	grep -qx "<!-- begin: $2 -->" "$page" && grep -qx "<!-- end: $2 -->" "$page" || die "doc/$1: no markers of $2"
	draft=$(mktemp)
	{
		sed "\|^<!-- begin: $2 -->\$|q" "$page"
		cat
		sed -n "\|^<!-- end: $2 -->\$|,\$p" "$page"
	} >"$draft"
	# The page keeps its mode.
	cat "$draft" >"$page"
	rm "$draft"
	say "doc/$1: the table of $2 is written"
}

# --- What a script that tests prints: TAP, and a last line for scripts/check ---

tests=0 passed=0 failed=0 skipped=0

begin_tests() { echo 'TAP version 13'; }

ok() {
	tests=$((tests + 1)) passed=$((passed + 1))
	printf 'ok %d - %s\n' "$tests" "$1"
}

not_ok() {
	tests=$((tests + 1)) failed=$((failed + 1))
	printf 'not ok %d - %s\n' "$tests" "$1"
}

# skip NAME REASON
skip() {
	tests=$((tests + 1)) skipped=$((skipped + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tests" "$1" "$2"
}

# check NAME COMMAND...: passes if the command succeeds; else its output is shown. The command is
# a test of its own: set -e holds in it.
check() {
	local name=$1 status log
	shift
	log=$(mktemp)
	set +e
	(set -e; "$@") >"$log" 2>&1
	status=$?
	set -e
	if [ "$status" -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name"
		tail -n 40 "$log" | sed 's/^/# /'
	fi
	rm "$log"
}

# end_tests: returns whether all is well
end_tests() {
	echo "1..$tests"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}

# --- Help ---

# help: the usage, and what the first comment of the script says
help() {
	printf 'usage: %s\n\n' "$synopsis"
	sed -n '3,/^[^#]*$/s/^# \{0,1\}//p' "$0"
}

case ${1-} in
-h | --help) help; exit 0 ;;
esac
