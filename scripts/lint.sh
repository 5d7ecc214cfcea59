#!/bin/sh
# Every check that runs no test. All run even when one fails.
set -u
cd "$(dirname "$0")/.."
failed=""

check() {
    name=$1; shift
    printf -- '--- %s\n' "$name"
    "$@" || failed="$failed, $name"
}

python=.venv/bin/python
check "ruff check" "$python" -m ruff check .
check "ruff format" "$python" -m ruff format --check .
check "mypy" "$python" -m mypy
check "forge fmt" .cache/bin/forge fmt --check
check "import table" "$python" -m scripts.linters.imports
check "money" "$python" -m scripts.linters.money
check "promises" "$python" -m scripts.linters.specs
check "compiler settings" "$python" -m scripts.linters.settings
check "artifacts and snapshots" "$python" scripts/compile.py "${1:---check}"

[ -z "$failed" ] || { printf 'lint failed: %s\n' "${failed#, }" >&2; exit 1; }
echo "lint passed"
