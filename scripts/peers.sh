#!/bin/sh
# Make the environments of the servers that the benchmark compares with, and of its tools, in .bench/NAME.
#
#     peers.sh [NAME...]
#
# Without names, all. What is there already is told by a stamp that carries the checksum of the requirements. A peer
# that cannot be installed is named and left out; the benchmark's report names it too.
set -eu
cd "$(dirname "$0")/.."

environment() {
    name=$1 version=$2; shift 2
    case " $wanted " in "  " | *" $name "*) ;; *) return 0 ;; esac
    directory=".bench/$name"
    stamp="$directory/.ready-$(echo "$version $*" | cksum | cut -d' ' -f1)"
    [ -e "$stamp" ] && return 0
    if ! python=$(scripts/find_python.sh "$version"); then
        echo "peers: $name is left out: no Python $version with venv found on this machine" >&2
        return 0
    fi
    echo "peers: installing $name into $directory with Python $version" >&2
    rm -rf "$directory"
    if "$python" -m venv "$directory" &&
        "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"; then
        touch "$stamp"
    else
        echo "peers: $name is left out: it could not be installed" >&2
        rm -rf "$directory"
    fi
}

wanted="$*"
environment bokeh-3.9 3.11 "bokeh==3.9.*"
environment bokeh-3.10 3.12 "bokeh==3.10.*" "uvicorn[standard]"
environment bokeh-fastapi 3.11 bokeh-fastapi "bokeh==3.9.*" "uvicorn[standard]"
environment panel 3.11 panel
environment tools 3.11 matplotlib py-spy
