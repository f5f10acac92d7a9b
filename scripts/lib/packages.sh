# Debian packages and Python tools, installed where they are missing.
# shellcheck shell=bash

debian_packages=(libpq-dev libhiredis-dev libnghttp2-dev libcurl4-openssl-dev zlib1g-dev postgresql postgresql-contrib redis-server
    pkg-config curl openssl python3 python3-venv)
# What only tests need: a PgBouncer in front of PostgreSQL, which they start and stop themselves.
test_packages=(pgbouncer)
envoy_version=1.40.0
litellm_packages=("litellm[proxy]==1.106.12" prisma==0.15.0)

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "root or sudo is needed for: $*" "Run that as root, then this script again."
    fi
}

require_swift() {
    command -v swift >/dev/null || fail "Swift is missing" "Install Swift 6.3 (swift.org/install) and put it on PATH."
    local version
    version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+$' || true)
    [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -n 1)" = 6.3 ] ||
        fail "Swift ${version:-of an unknown version} is too old" "Install Swift 6.3 or newer."
}

require_disk() {
    local free
    free=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
    [ "$free" -gt "$1" ] || fail "the disk has only $((free / 1024)) MiB free, $(($1 / 1024)) MiB are needed" \
        "Make room under $root."
}

install_packages() {
    local missing=() package
    for package in "${debian_packages[@]}"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "these packages are missing: ${missing[*]}" "This is no Debian: install them by hand."
    step "Installing Debian packages: ${missing[*]}"
    quietly "$state/log/apt-update.log" as_root apt-get update
    quietly "$state/log/apt-install.log" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"
}

# A venv that the first script makes and all others share; made anew where its requirements have changed.
python_tools() {
    local name=$1 folder="$cache/venv/$1"
    shift
    local wanted="$*"
    [ "$(cat "$folder/wanted" 2>/dev/null || true)" = "$wanted" ] && return 0
    step "Installing Python packages for $name: $wanted"
    rm -rf "$folder"
    quietly "$state/log/venv-$name.log" python3 -m venv "$folder"
    quietly "$state/log/pip-$name.log" "$folder/bin/pip" install --disable-pip-version-check "$@"
    printf '%s' "$wanted" >"$folder/wanted"
}
