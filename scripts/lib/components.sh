# Components that run in the background: one supervisor each, which starts its program again when it dies.
# shellcheck shell=bash

# A process is known by its number and its start, since numbers come back.
process_identity() { awk '{ print $22 }' "/proc/$1/stat" 2>/dev/null || true; }

component_runs() {
    local file="$state/run/$1.supervisor" pid start
    [ -f "$file" ] || return 1
    read -r pid start <"$file" || return 1
    [ -n "$start" ] && [ "$(process_identity "$pid")" = "$start" ]
}

# What a component was started from: its command, and the state of every file that the command names.
component_signature() {
    local word
    for word in "$@"; do
        printf '%s\n' "$word"
        if [ -f "$word" ]; then stat -c '%s %Y' "$word"; fi
    done | sha256sum
}

# start_component NAME COMMAND …: one that runs already is left alone, unless it was started from something else.
start_component() {
    local name=$1 signature
    shift
    signature=$(component_signature "$@")
    if component_runs "$name"; then
        [ "$(cat "$state/run/$name.signature" 2>/dev/null || true)" = "$signature" ] && return 0
        stop_component "$name"
    fi
    printf '%s\n' "$signature" >"$state/run/$name.signature"
    step "Starting $name"
    : >"$state/log/$name.log"
    setsid "$root/scripts/lib/supervise" "$state" "$name" "$@" </dev/null >>"$state/log/$name.log" 2>&1 9>&- &
    local pid=$!
    printf '%s %s\n' "$pid" "$(process_identity "$pid")" >"$state/run/$name.supervisor"
}

# wait_for NAME SECONDS COMMAND …: until the command succeeds; shows the component's log where it does not.
wait_for() {
    local name=$1 tries=$(($2 * 10))
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            tail -n 15 "$state/log/$name.log" >&2 || true
            fail "$name did not become healthy" "Its log is $state/log/$name.log; the end of it is above." \
                "scripts/down, mend what it says, and scripts/up again."
        fi
        sleep 0.1
    done
}

stop_component() {
    local name=$1 file="$state/run/$1.supervisor" pid tries=150
    if component_runs "$name"; then
        read -r pid _ <"$file"
        step "Stopping $name"
        kill -TERM "$pid" 2>/dev/null || true
        while component_runs "$name" && [ "$tries" -gt 0 ]; do
            sleep 0.1
            tries=$((tries - 1))
        done
        # The supervisor leads its own process group: whatever is left of it goes.
        if component_runs "$name"; then kill -KILL -- "-$pid" 2>/dev/null || true; fi
    fi
    rm -f "$file" "$state/run/$name.pid" "$state/run/$name.signature"
}

# Asks whether a service, and everything that it needs, is there.
is_ready() { curl --silent --fail --max-time 2 "http://127.0.0.1:$1/readyz"; }
