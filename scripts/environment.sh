#!/bin/sh
# Make a virtual environment with the project installed editable, unless it is there and up to date.
#
#     environment.sh [--if-found] DIRECTORY PYTHON_VERSION [EXTRA]
#
# With --if-found, a machine without that Python is no error. What is up to date is told by a stamp
# file that carries the checksum of setup.py and pyproject.toml.
set -eu
cd "$(dirname "$0")/.."

optional=no
if [ "$1" = --if-found ]; then optional=yes; shift; fi
directory=$1 version=$2 extra=${3:-}

stamp="$directory/.ready${extra:+-$extra}-$(cat setup.py pyproject.toml | cksum | cut -d' ' -f1)"
if [ -e "$stamp" ] && "$directory/bin/python" -c "import hybridviz" 2>/dev/null; then exit 0; fi

python=$(scripts/find_python.sh "$version" || true)
if [ -z "$python" ]; then
    echo "environment: no Python $version with venv found on this machine" >&2
    [ $optional = yes ] && exit 0
    exit 1
fi

echo "environment: installing into $directory with $("$python" --version)" >&2
"$directory/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$directory"
"$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --editable ".${extra:+[$extra]}"
# pip compiles what it installs, but no editable project; where Python is told to write no such files,
# each start would compile all.
"$directory/bin/python" -m compileall -q hybridviz
touch "$stamp"
