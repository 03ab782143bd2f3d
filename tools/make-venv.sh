#!/bin/sh
# Make a virtual environment, with what the machine lacks for it installed as root or named exactly.
set -eu
python=$1
venv=$2
if ! command -v "$python" >/dev/null 2>&1 || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "maild needs Python 3.11 or newer as '$python'; install it (Debian, Ubuntu: apt-get install python3) or call: make PYTHON=python3.12 …" >&2
    exit 1
fi
if "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    exec "$python" -m venv "$venv"
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing python3-venv" >&2
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv >/dev/null
    exec "$python" -m venv "$venv"
fi
echo "this Python cannot make virtual environments; as root: apt-get install python3-venv" >&2
exit 1
