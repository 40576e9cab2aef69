# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of nf-csum for bash: commands, options, and what an option or a command takes.

_nf_csum_words() { nf-csum explain 2>/dev/null | sed -n 's/^  \([a-z_]*\)  *.*/\1/p'; }

_nf_csum() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $before in
	-N | --netns)
		mapfile -t COMPREPLY < <(compgen -W "all $(ip netns list 2>/dev/null | cut -d ' ' -f 1)" -- "$word")
		return
		;;
	-i | --iface)
		mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net 2>/dev/null)" -- "$word")
		return
		;;
	-s | --state)
		mapfile -t COMPREPLY < <(compgen -W "$(_nf_csum_words)" -- "$word")
		return
		;;
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	esac
	if [ -z "$command" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(nf-csum --words 2>/dev/null) --help --version" -- "$word")
	elif [[ $word = -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(nf-csum --words "$command" 2>/dev/null)" -- "$word")
	elif [ "$command" = explain ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_nf_csum_words)" -- "$word")
	fi
}
complete -F _nf_csum nf-csum
