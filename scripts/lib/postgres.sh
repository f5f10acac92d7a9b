# A private PostgreSQL: its cluster, its roles, its database.
# shellcheck shell=bash

postgres_programs() {
    local folder
    folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
    [ -x "$folder/postgres" ] || fail "PostgreSQL's server is missing under /usr/lib/postgresql" \
        "apt-get install postgresql"
    echo "$folder"
}

# PostgreSQL refuses to run as root; Debian's package brings the user postgres.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

secret() {
    [ -s "$state/keys/$1" ] || (umask 077 && openssl rand -hex 24 >"$state/keys/$1")
    cat "$state/keys/$1"
}

# Where the user postgres may not enter the state folder, its files lie elsewhere, behind a link.
prepare_postgres_folder() {
    [ -e "$state/postgres" ] && return 0
    if [ "$(id -u)" != 0 ]; then
        mkdir -p "$state/postgres"
        return 0
    fi
    mkdir "$state/postgres"
    chown postgres "$state/postgres"
    if ! (cd / && as_postgres test -w "$state/postgres"); then
        local elsewhere
        rmdir "$state/postgres"
        elsewhere=$(mktemp -d /var/lib/postgresql/grimoire-XXXXXX)
        chown postgres "$elsewhere"
        ln -s "$elsewhere" "$state/postgres"
    fi
}

start_postgres() {
    local programs data
    programs=$(postgres_programs)
    prepare_postgres_folder
    data=$(readlink -f "$state/postgres")
    if [ ! -f "$data/cluster/PG_VERSION" ]; then
        step "Making a PostgreSQL cluster"
        rm -rf "$data/cluster"
        local password_file
        password_file=$(mktemp)
        secret superuser >"$password_file"
        [ "$(id -u)" = 0 ] && chown postgres "$password_file"
        (cd / && quietly "$state/log/initdb.log" as_postgres "$programs/initdb" --pgdata "$data/cluster" \
            --username grimoire_superuser --pwfile "$password_file" --auth scram-sha-256 --encoding UTF8 \
            --locale C.UTF-8)
        rm -f "$password_file"
    fi
    local command=("$programs/postgres" -D "$data/cluster" -p "$port_postgres" -c listen_addresses=127.0.0.1
        -c unix_socket_directories= -c max_connections=200 -c logging_collector=off
        -c log_min_error_statement=panic)
    # setpriv becomes the server, where runuser would stand between it and the supervisor.
    if [ "$(id -u)" = 0 ]; then
        command=(setpriv --reuid postgres --regid postgres --init-groups "${command[@]}")
    fi
    # SIGINT is PostgreSQL's fast shutdown: sessions are ended, not waited for.
    (cd / && GRIMOIRE_STOP_SIGNAL=INT start_component postgres "${command[@]}")
    wait_for postgres 30 "$programs/pg_isready" -h 127.0.0.1 -p "$port_postgres"
}

database_url() { printf 'postgresql://%s:%s@127.0.0.1:%s/%s' "$1" "$(secret "$2")" "$port_postgres" "$3"; }

make_database() {
    local administrator owner_password app_password
    administrator=$(database_url grimoire_superuser superuser postgres)
    owner_password=$(secret owner)
    app_password=$(secret application)
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$administrator" >/dev/null <<SQL
DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grimoire_owner') THEN
        CREATE ROLE grimoire_owner LOGIN PASSWORD '$owner_password';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grimoire_app') THEN
        CREATE ROLE grimoire_app LOGIN PASSWORD '$app_password';
    END IF;
END \$\$;
SQL
    [ "$(psql --no-psqlrc -At "$administrator" -c "SELECT 1 FROM pg_database WHERE datname = 'grimoire'")" = 1 ] ||
        psql --no-psqlrc --quiet "$administrator" -c 'CREATE DATABASE grimoire OWNER grimoire_owner'
    psql --no-psqlrc --quiet "$(database_url grimoire_superuser superuser grimoire)" \
        -c 'ALTER SCHEMA public OWNER TO grimoire_owner'
}
