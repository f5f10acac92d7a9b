# Shared by every script: where things are, how to speak, how to fail.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache="$root/.grimoire"
state="$cache"

say() { printf '%s\n' "$*" >&2; }
step() { printf '• %s\n' "$*" >&2; }
fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}
on_error() { printf '%s: this command failed: %s (line %s)\n' "$(basename "$0")" "$1" "$2" >&2; }
trap 'on_error "$BASH_COMMAND" "$LINENO"' ERR

# Runs a command with its output in a log; shows the log's end where it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "this command failed: $*" "Its whole output is in $log"
    fi
}

use_state() {
    mkdir -p "$1"
    state=$(cd "$1" && pwd)
    mkdir -p "$state/run" "$state/log" "$state/keys"
}

# One script at a time changes a state folder; the lock goes with the process.
lock_state() {
    exec 9>"$state/lock"
    flock -w 600 9 || fail "another script has held $state/lock for ten minutes" "Is a scripts/up still running?"
}

# Standard input into a file, which is left alone, age and all, where it says so already.
write_changed() {
    cat >"$1.new"
    if cmp --silent "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}
