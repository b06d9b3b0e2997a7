#!/bin/bash
# Prints the version of this tree: the tag, or the commit, with "-dirty" when files
# differ from it; in an archive by `git archive` what git wrote below; else
# "unversioned".
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

# Filled in by git archive, see .gitattributes.
# shellcheck disable=SC2016 # for git, not for a shell
tag='$Format:%(describe:tags=true,match=v*,abbrev=10)$' commit='$Format:%H$'

# A tree of another owner, as in a container, is read all the same: make runs what is
# in it anyway.
git() { command git -c safe.directory='*' "$@"; }

# A tree inside of another project's is not of that project's version, and one
# without a commit has none. Ten digits, so that clones of different ages say the
# same.
top=$(git rev-parse --verify -q HEAD >/dev/null 2>&1 && git rev-parse --show-cdup) ||
	top=none
if [ -z "$top" ]; then
	text=$(git describe --tags --match 'v*' --always --abbrev=10 --dirty)
elif [ "${commit#?Format:}" = "$commit" ]; then
	text=${tag:-${commit:0:10}}
else
	text=unversioned
fi
echo "${text#v}"
