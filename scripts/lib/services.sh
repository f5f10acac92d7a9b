# Building and starting Grimoire's own programs and Envoy in front of them.
# shellcheck shell=bash

# The options of `swift build` for a configuration, one on each line.
build_options() {
    case $1 in
        debug) printf '%s\n' --configuration debug ;;
        release) grep -v '^#' "$root/scripts/lib/release.options" | xargs -n 1 ;;
    esac
}

# build_services CONFIGURATION PRODUCT …
build_services() {
    local configuration=$1 product options
    shift
    mapfile -t options < <(build_options "$configuration")
    for product in "$@"; do
        step "Building $product ($configuration; the first time takes some minutes)"
        if [ -t 2 ]; then
            swift build --package-path "$root" "${options[@]}" --product "$product" >&2
        else
            # Without a terminal, every hundredth line tells how far it is.
            swift build --package-path "$root" "${options[@]}" --product "$product" 2>&1 |
                tee "$state/log/build-$product.log" | awk 'NR % 100 == 0 || /error:/ || /^Build/' >&2
        fi
    done
}

common_settings() {
    printf '%s\n' "GRIMOIRE_AUTH_JWKS_FILE=$state/keys/jwks.json" "GRIMOIRE_AUTH_ISSUER=$token_issuer" \
        "GRIMOIRE_AUTH_AUDIENCE=$token_audience" "GRIMOIRE_LISTEN_HOST=127.0.0.1" \
        "GRIMOIRE_AUTH_CLOCK_SKEW_SECONDS=0" # one machine has one clock
}

start_services() {
    local programs=$1 settings
    mapfile -t settings < <(common_settings)
    # Secrets go by the environment, which other users cannot read, not by arguments, which they can.
    (
        export GRIMOIRE_DATABASE_URL GRIMOIRE_DATABASE_APPLICATION_URL GRIMOIRE_REDIS_URL
        GRIMOIRE_REDIS_URL=$(redis_url)
        GRIMOIRE_DATABASE_URL=$(database_url grimoire_owner owner grimoire)
        GRIMOIRE_DATABASE_APPLICATION_URL=$(database_url grimoire_app application grimoire)
        start_component grimoire-processes env "${settings[@]}" "GRIMOIRE_LISTEN_PORT=$port_processes" \
            "GRIMOIRE_HTTP_PORT=$port_processes_http" "GRIMOIRE_SIGNING_KEYS_FILE=$state/keys/signing.json" \
            "$programs/grimoire-processes"
    )
    (
        export GRIMOIRE_REDIS_URL
        GRIMOIRE_REDIS_URL=$(redis_url)
        start_component grimoire-mappings env "${settings[@]}" "GRIMOIRE_LISTEN_PORT=$port_mappings" \
            "GRIMOIRE_HTTP_PORT=$port_mappings_http" "GRIMOIRE_PROCESSES_ADDRESS=127.0.0.1:$port_processes" \
            "$programs/grimoire-mappings"
    )
    wait_for grimoire-processes 30 is_ready "$port_processes_http"
    wait_for grimoire-mappings 30 is_ready "$port_mappings_http"
}

start_suggestions() {
    local programs=$1 settings
    mapfile -t settings < <(common_settings; model_settings)
    (
        export GRIMOIRE_REDIS_URL
        GRIMOIRE_REDIS_URL=$(redis_url)
        (umask 077 && printf 'sk-%s' "$(secret litellm)" | write_changed "$state/keys/litellm.key")
        start_component grimoire-suggestions env "${settings[@]}" "GRIMOIRE_LISTEN_PORT=$port_suggestions" \
            "GRIMOIRE_HTTP_PORT=$port_suggestions_http" "GRIMOIRE_WEBSOCKET_PORT=$port_suggestions_ws" \
            'GRIMOIRE_WEBSOCKET_ORIGINS=http://localhost:*,http://127.0.0.1:*' \
            "GRIMOIRE_LITELLM_KEY_FILE=$state/keys/litellm.key" \
            "GRIMOIRE_PROCESSES_ADDRESS=127.0.0.1:$port_processes" "$programs/grimoire-suggestions"
    )
    wait_for grimoire-suggestions 30 is_ready "$port_suggestions_http"
}

start_envoy() {
    # Envoy loads one file of Lua.
    cat "$root/k8s/envoy/json_fields.lua" "$root/k8s/envoy/rest.lua" | write_changed "$state/rest.lua"
    # Envoy reads the descriptors and the Lua once: new ones must make it start anew, so their sum is part of its file.
    {
        sed -e "s|@ADMIN_PORT@|$port_envoy_admin|; s|@LISTEN_HOST@|127.0.0.1|; s|@REST_PORT@|$port_rest|" \
            -e "s|@DESCRIPTOR@|$root/Protos/grimoire.protoset|; s|@REST_LUA@|$state/rest.lua|" \
            -e 's#@CORS_ORIGINS@#^http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?$#' \
            -e "s|@PROCESSES_HOST@|127.0.0.1|; s|@PROCESSES_PORT@|$port_processes|" \
            -e "s|@MAPPINGS_HOST@|127.0.0.1|; s|@MAPPINGS_PORT@|$port_mappings|" \
            -e "s|@SUGGESTIONS_HOST@|127.0.0.1|g; s|@SUGGESTIONS_PORT@|$port_suggestions|" \
            -e "s|@SUGGESTIONS_WS_PORT@|$port_suggestions_ws|" \
            "$root/k8s/envoy/envoy.yaml"
        echo "# $(cat "$root/Protos/grimoire.protoset" "$state/rest.lua" | sha256sum)"
    } | write_changed "$state/envoy.yaml"
    start_component envoy "$cache/venv/envoy/bin/envoy" -c "$state/envoy.yaml" --log-level warning \
        --disable-hot-restart --concurrency 2 --file-flush-interval-msec 1000
    wait_for envoy 30 curl --silent --fail "http://127.0.0.1:$port_envoy_admin/ready"
}
