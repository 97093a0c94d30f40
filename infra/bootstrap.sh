#!/usr/bin/env bash
# Makes .venv from the hashed locks. Needs Python 3.11 or newer and the package registry, nothing else.
set -euo pipefail
python=${1:-python3}
"$python" - <<'PY' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
PY
echo "Setting up .venv (once) ..."
[ -x .venv/bin/python ] || "$python" -m venv .venv || {
  echo "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
.venv/bin/uv pip sync --python .venv/bin/python --require-hashes requirements/dev.txt requirements/uv.txt
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
