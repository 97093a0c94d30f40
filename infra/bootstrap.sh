#!/usr/bin/env bash
# Makes .venv from the hashed locks. Needs Python 3.11 or newer and the package registry, nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "mio: $*" >&2; }
fail() { say "$*"; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in "$1" python3.13 python3.12 python3.11 python3 python; do
    if command -v "$name" >/dev/null && is_new_enough "$name"; then
      command -v "$name"
      return
    fi
  done
  fail "Python 3.11 or newer is needed and none is on the PATH. Name one: make PYTHON=/path/to/python3.11 ..."
}

make_environment() {
  if .venv/bin/python -c 'import pip' 2>/dev/null && is_new_enough .venv/bin/python; then return; fi
  local python
  python=$(find_python "$1")
  say "making .venv with $python ..."
  rm -rf .venv
  "$python" -m venv .venv || {
    rm -rf .venv
    fail "that failed. On Debian and Ubuntu: apt-get install python3-venv; then run make again"
  }
}

# uv reads neither pip's settings nor pip's variables: a mirror or a certificate that pip knows is handed on.
hand_on_settings_of_pip() {
  local index certificate
  index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
  certificate=${PIP_CERT:-$(.venv/bin/python -m pip config get global.cert 2>/dev/null || true)}
  if [ -n "$index" ]; then export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}; fi
  if [ -n "$certificate" ]; then export SSL_CERT_FILE=${SSL_CERT_FILE:-$certificate}; fi
}

advice="Check the network, the proxy (HTTPS_PROXY) or the mirror (PIP_INDEX_URL), then run make again: what is here already is kept"

make_environment "${1:-python3}"
hand_on_settings_of_pip
say "fetching the Python packages of requirements/dev.txt, each checked by its hash (once; about 1 GB unpacked) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt ||
  fail "uv could not be installed. $advice"
.venv/bin/uv pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements/dev.txt requirements/uv.txt ||
  fail "the packages could not be installed. $advice"
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable . ||
  fail "the command mio could not be installed into .venv; the lines above say why"
say "ready. 'make' lists what can be done, '.venv/bin/mio doctor' what is here"
