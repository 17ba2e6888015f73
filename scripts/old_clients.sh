#!/bin/sh
# Make virtual environments with the real Bokeh 0.10.0 and 0.11.1, for the tests of old clients.
#
#     old_clients.sh
#
# They run on Python 2.7. A machine without it, or without the packages, is no error: those tests
# are left out then, and scripts/check.py says so. What is up to date is told by a stamp file that
# carries the checksum of this file.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME

checksum=$(cksum < "$0" | cut -d' ' -f1)

# A pyenv shim may exist for a version that is not switched on.
python=
for candidate in python2.7 python2 "${PYENV_ROOT:-${HOME:-/root}/.pyenv}"/versions/2.7.*/bin/python; do
    if "$candidate" -c "import sys; sys.exit(sys.version_info[:2] != (2, 7))" >/dev/null 2>&1; then
        python=$(command -v "$candidate")
        break
    fi
done

# make_environment DIRECTORY REQUIREMENT...
make_environment() {
    directory=$1
    shift
    [ -e "$directory/.ready-$checksum" ] && return 0
    echo "old clients: installing $1 into $directory with $python" >&2
    rm -rf "$directory"
    tools=$(mktemp -d)
    # The last virtualenv that makes environments of Python 2.7; Python 2.7 itself has none.
    if .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
            --target "$tools" 'virtualenv<20.22' \
        && PYTHONPATH="$tools" .venv/bin/python -m virtualenv --quiet --no-periodic-update \
            --python "$python" "$directory" \
        && "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
            "$@" 2>"$directory/pip.log" \
        && "$directory/bin/python" -c "import bokeh"
    then
        touch "$directory/.ready-$checksum"
    else
        echo "old clients: $1 cannot be installed; see $directory/pip.log" >&2
        rm -f "$directory/bin/python"
    fi
    rm -rf "$tools"
}

if [ -z "$python" ]; then
    echo "old clients: no Python 2.7 found on this machine" >&2
    exit 0
fi
make_environment .venv-bokeh010 bokeh==0.10.0 'numpy<1.17' 'Werkzeug<0.15' 'Flask<1'
make_environment .venv-bokeh011 bokeh==0.11.1 tornado==4.3 'numpy<1.17'
