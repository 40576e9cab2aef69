# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC3043,SC2154
# The tool nf-csum: what it says, and typing what it says.

tool() {
	local host=$1
	shift
	within "$host" ./nf-csum "$@"
}

# doctor HOST [SECONDS]: what is to be done or cannot be told, a word for each, and the exit
# status. Without SECONDS all it says goes to $tmp/doctor, too, and what to type to $tmp/cures.
doctor() {
	local status=0
	tool "$1" doctor --json ${2:+"$2"} >"$tmp/doctor.json" || status=$?
	awk -F '"' -v status=$status '
		$2 == "level" { level = $4 }
		$2 == "what" && (level == "todo" || level == "unknown") { printf "%s ", $4 }
		END { print status }' "$tmp/doctor.json"
	[ $# -eq 1 ] || return 0
	COLUMNS=1000 tool "$1" doctor >"$tmp/doctor" 2>&1 || :
	sed -n 's/^ *run  *//p' "$tmp/doctor" >"$tmp/cures"
}

# told LEVEL: what doctor said on that level the last time, a word for each
told() {
	awk -F '"' -v wanted="$1" '
		$2 == "level" { level = $4 }
		$2 == "what" && level == wanted { printf "%s ", $4 }' "$tmp/doctor.json"
}

# says WHAT PATTERN: doctor said that the last time
says() {
	if grep -Eq -e "$2" "$tmp/doctor"; then ok "doctor: $1"; else sed 's/^/# /' "$tmp/doctor"; not_ok "doctor: $1"; fi
}

# cure HOST: types what doctor said
cure() {
	sed 's/^/# /' "$tmp/cures"
	works 'what doctor says can be pasted' within "$1" dash -e "$tmp/cures"
}
