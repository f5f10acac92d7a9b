# Ports: given, or free, and the same again at the next start.
# shellcheck shell=bash

port_is_free() {
    python3 - "$1" <<'PY'
import socket, sys
with socket.socket() as listener:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(1)
PY
}

# free_port TAKEN …: a port that nobody listens on and that is none of those taken.
free_port() { python3 "$root/scripts/lib/free_port.py" "$@"; }

# choose_ports NAME[=PORT] …: sets port_NAME, and remembers it in the state folder.
choose_ports() {
    local entry name given taken=()
    # shellcheck disable=SC1091
    [ -f "$state/ports" ] && . "$state/ports"
    for entry in "$@"; do
        name="port_${entry%%=*}"
        taken+=("${entry#*=}" "${!name:-}")
    done
    for entry in "$@"; do
        name=${entry%%=*}
        given=${entry#*=}
        [ "$given" = "$entry" ] && given=""
        local variable="port_$name"
        if [ -n "$given" ]; then
            case $given in *[!0-9]*) fail "--$name-port $given is no port" "Give a number from 1 to 65535." ;; esac
            { [ "$given" -ge 1 ] && [ "$given" -le 65535 ]; } ||
                fail "--$name-port $given is no port" "Give a number from 1 to 65535."
            if [ "${!variable:-}" != "$given" ]; then
                component_runs "$(component_of_port "$name")" && fail \
                    "$name runs on port ${!variable} already" "scripts/down first, then scripts/up --$name-port $given."
            fi
            printf -v "$variable" '%s' "$given"
        elif [ -z "${!variable:-}" ]; then
            printf -v "$variable" '%s' "$(free_port "${taken[@]}")"
        fi
        taken+=("${!variable}")
        component_runs "$(component_of_port "$name")" || port_is_free "${!variable}" ||
            fail "port ${!variable} for $name is in use by another program" \
                "Give another one: scripts/up --$name-port PORT"
    done
    for entry in "$@"; do
        name=${entry%%=*}
        local variable="port_$name"
        printf 'port_%s=%s\n' "$name" "${!variable}"
    done >"$state/ports"
}

component_of_port() {
    case $1 in
        rest | envoy_admin) echo envoy ;;
        processes | mappings | suggestions) echo "grimoire-$1" ;;
        suggestions_ws) echo grimoire-suggestions ;;
        *_http) echo "grimoire-${1%_http}" ;;
        *) echo "$1" ;;
    esac
}
