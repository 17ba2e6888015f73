#!/bin/sh
# Print the path of a Python of the version given, such as 3.12, that can make environments; fail without a word if
# there is none. Called by environment.sh and peers.sh.
#
# A pyenv shim may exist for a version that is not switched on, and Debian's Python may lack ensurepip.
set -eu
for candidate in "python$1" "${PYENV_ROOT:-${HOME:-/root}/.pyenv}/versions/$1".*/bin/python "/usr/bin/python$1"; do
    if "$candidate" -c "import ensurepip, venv" >/dev/null 2>&1; then echo "$candidate"; exit 0; fi
done
exit 1
