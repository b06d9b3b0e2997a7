#!/bin/bash
# Installs the host packages that building and testing need, when any is
# missing: as root, or by sudo. What is listed in build/packages.host is all
# that the project asks of a Debian 12 machine, and for fuzzing what is in
# build/packages.fuzz.
# usage: build/deps.sh [LIST...]
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- build/packages.host
missing=
list=$(cat "$@")
while read -r name _; do
	case $name in '' | '#'*) continue ;; esac
	status=$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null) || status=
	[ "${status#*ok installed}" != "$status" ] || missing="$missing $name"
done <<<"$list"
[ -n "$missing" ] || exit 0

sudo=
[ "$EUID" = 0 ] || sudo=sudo
echo "installing host packages:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words is meant
$sudo env DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends $missing >/dev/null
