#!/bin/sh
# Public headers name each error code that a function's own body gives.
set -u
cd "$(dirname "$0")/../.." || exit 1
tests/returns.py
