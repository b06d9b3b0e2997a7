#!/bin/sh
# The project speaks of itself alone, and names no host.
set -u
cd "$(dirname "$0")/../.."
bad=0
files=$(git ls-files | grep -v '^tests/lint/words.sh$')
[ -n "$files" ] || { echo "git names no files here"; exit 1; }
# shellcheck disable=SC2086 # a list of files is meant
search() { grep -nIiE "$1" $files; }

! search 'deb\.debian\.org|security\.debian\.org|registry\.npmjs|ftp\.[a-z]+\.debian' || bad=1
! search '\bissue [0-9]+|\bissue #|\bsubagent|\bhelper-[0-9]|/work/|claude|\bLLM\b' || bad=1
! search 'shared/' | grep -v 'shared/samples' || bad=1
! search 'TODO|FIXME|XXX[^X]' | grep -v 'XXXXXX' || bad=1
exit $bad
