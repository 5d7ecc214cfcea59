#!/bin/sh
# All set-up, step by step; a step is left out when what it depends on is what it was at its last success.
#   scripts/setup.sh          everything
#   scripts/setup.sh python   only .venv (no Node needed)
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)
stamps=.cache/stamps
mkdir -p "$stamps" .cache/bin
# Two commands at once set up one after the other, where the system can say so.
if command -v flock >/dev/null 2>&1; then exec 9>.cache/setup.lock; flock 9; fi

say() { printf '· %s\n' "$1" >&2; }
fail() { printf 'Set-up stopped: %s\n' "$1" >&2; exit 1; }

# is_current NAME FILE...: the files are those of NAME's last success
is_current() {
    name=$1; shift
    cat "$@" | cmp -s - "$stamps/$name"
}
# succeeded NAME FILE...: remember the files of a success
succeeded() {
    name=$1; shift
    cat "$@" > "$stamps/$name.new" && mv "$stamps/$name.new" "$stamps/$name"
}

is_python() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_python "$candidate"; then echo "$candidate"; return; fi
    done
    fail "Python 3.11 or newer with its venv module was not found (python3 is: $(python3 --version 2>&1 | head -n 1)).
  Install it, for example: apt-get install python3 python3-venv, or brew install python@3.12.
  If it has another name, say: make PYTHON=/path/to/python3.12 setup"
}
# A virtual environment works only where it was made: its commands hold their own path.
has_environment() {
    .venv/bin/python -c '' 2>/dev/null || return 1
    [ ! -e .venv/bin/greenledger ] || grep -qF "$here/.venv/bin/python" .venv/bin/greenledger
}

check_node() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 ||
        fail "Node 20 or newer with npm was not found. Install it from your system's packages or nodejs.org."
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
        fail "Node 20 or newer is needed and this is $(node --version). Install a newer one and try again."
}

set_up_python() {
    if ! has_environment; then
        python=$(find_python)
        say "creating .venv with $("$python" --version)"
        rm -rf .venv "$stamps/python" "$stamps/project"
        "$python" -m venv .venv
    fi
    if ! is_current python requirements.lock; then
        say "installing Python packages (first time: one to three minutes)"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
            -r requirements.lock
        succeeded python requirements.lock
    fi
    if ! is_current project pyproject.toml || ! [ -x .venv/bin/greenledger ]; then
        say "installing greenledger from this folder"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
        succeeded project pyproject.toml
    fi
}

# npm's own launcher starts the real program as a child and orphans it when it is killed: link the real one.
link_real_programs() {
    for program in anvil forge; do
        real=$(ls -d node_modules/@foundry-rs/"$program"-*/bin/"$program" 2>/dev/null | head -n 1)
        [ -n "$real" ] || fail "npm brought no $program for this system ($(uname -sm))."
        ln -sf "../../$real" ".cache/bin/$program"
    done
}

set_up_node() {
    check_node
    if ! is_current node package.json package-lock.json || ! [ -x .cache/bin/anvil ]; then
        say "installing npm packages (Anvil, forge, solc, OpenZeppelin)"
        npm install --no-audit --no-fund --ignore-scripts --no-save --loglevel=error >&2
        link_real_programs
        succeeded node package.json package-lock.json
    fi
    .venv/bin/python scripts/setup_solc.py >&2
}

set_up_python
[ "${1:-}" = python ] && exit 0
set_up_node
.venv/bin/python scripts/compile.py >&2
