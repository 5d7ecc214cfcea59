#!/bin/sh
# The everyday suite in three parts. All run even when one fails; the last lines say how each ended.
set -u
cd "$(dirname "$0")/.."
logs=.cache/test-logs
mkdir -p "$logs"
failed=0
summary=""

# run NAME COMMAND...: show the output, keep it, remember how it ended
run() {
    name=$1; shift
    printf '\n=== %s: %s\n' "$name" "$*"
    started=$(date +%s)
    { "$@" 2>&1; echo $? > "$logs/$name.status"; } | tee "$logs/$name.log"
    status=$(cat "$logs/$name.status")
    verdict=passed
    [ "$status" -eq 0 ] || { verdict="FAILED (exit status $status)"; failed=1; }
    closing=$(grep -E '(passed|failed|errors?|no tests ran).* in [0-9.]+s|^Ran [0-9]+ test suites?|^No tests' \
        "$logs/$name.log" | tail -n 1)
    summary="$summary$(printf '%-8s %s after %ds: %s' "$name" "$verdict" "$(($(date +%s) - started))" "$closing")
"
}

run python .venv/bin/python -m pytest -p no:pytest-brownie --ignore=tests/contracts -q
run brownie .venv/bin/python scripts/brownie_run.py test tests/contracts -q
run forge .cache/bin/forge test --fail-fast

printf '\n=== summary\n%s' "$summary"
exit "$failed"
