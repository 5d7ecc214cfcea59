#!/bin/sh
# Resolve pyproject.toml into requirements.lock: hashes for every platform, and no address of any index.
set -eu
cd "$(dirname "$0")/.."
if ! [ -x .cache/uv/bin/uv ]; then
    python3 -m venv .cache/uv
    .cache/uv/bin/pip install --quiet uv==0.13.8
fi
.cache/uv/bin/uv pip compile pyproject.toml --extra dev --override overrides.txt --universal \
    --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url "$@" \
    --output-file requirements.lock --quiet
