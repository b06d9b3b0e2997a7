#!/bin/bash
# Puts the tools onto this host, or takes them off: the program, links to it, manual
# pages. Links have only those commands that no program of Unix or of Debian is
# called as; the others (copy, deploy, dir, format, help, move, partition, reg, subst,
# type) are `slipway NAME`.
# usage: build/install.sh install|uninstall
#   with PREFIX (/usr/local), and DESTDIR, a folder that stands for / (empty)
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

links='bcdboot bcdedit bootrec bootsect chkdsk diskmgmt diskpart dism imagex vdisk xcopy'
bin=${DESTDIR:-}${PREFIX:-/usr/local}/bin
man=${DESTDIR:-}${PREFIX:-/usr/local}/share/man

# A link of ours, or nothing: somebody else's file keeps its name.
is_ours() { # FILE TARGET
	[ ! -e "$1" ] && [ ! -L "$1" ] && return
	[ -L "$1" ] && readlink "$1" | grep -qxF "$2"
}

link() { # FILE TARGET
	if is_ours "$1" "$2"; then
		ln -sfn "$2" "$1"
	else
		echo "install: $1: is there and is not ours: left as it is" >&2
	fi
}

unlink_ours() { # FILE TARGET
	! is_ours "$1" "$2" || rm -f "$1"
}

each_page() { # COMMAND, called with the page and its place
	local page
	for page in tools/man/*.[157]; do
		"$1" "$page" "$man/man${page##*.}/${page##*/}"
	done
}

add_page() {
	install -D -m 644 "$1" "$2"
}

remove_page() {
	rm -f "$2"
}

case ${1:-} in
install)
	[ -x "$O/bin/slipway" ] || die "$O/bin/slipway: not built: run make tools"
	install -D -s -m 755 "$O/bin/slipway" "$bin/slipway"
	each_page add_page
	for name in $links; do
		link "$bin/$name" slipway
		link "$man/man1/$name.1" "slipway-$name.1"
	done
	;;
uninstall)
	for name in $links; do
		unlink_ours "$bin/$name" slipway
		unlink_ours "$man/man1/$name.1" "slipway-$name.1"
	done
	each_page remove_page
	rm -f "$bin/slipway"
	;;
*)
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
	;;
esac
