#!/bin/sh
# Makes src/generated/api.ts from the API's own description. The Python is that of the checkout (make sees to it).
set -eu
../../.venv/bin/python -m dashboard_api.openapi src/generated/openapi.json
openapi-typescript src/generated/openapi.json --output src/generated/api.ts >/dev/null
