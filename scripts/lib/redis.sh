# A private Redis: a cache, which forgets everything when it stops.
# shellcheck shell=bash

redis_url() { printf 'redis://:%s@127.0.0.1:%s/0' "$(secret redis)" "$port_redis"; }

redis_answers() { [ "$(REDISCLI_AUTH=$(secret redis) redis-cli -h 127.0.0.1 -p "$port_redis" ping)" = PONG ]; }

start_redis() {
    command -v redis-server >/dev/null || fail "redis-server is missing" "apt-get install redis-server"
    mkdir -p "$state/redis"
    # The password stands in the file, which other users cannot read, not in the arguments, which they can.
    (
        umask 077
        write_changed "$state/redis/redis.conf" <<TEXT
bind 127.0.0.1
port $port_redis
requirepass $(secret redis)
dir $state/redis
save ""
appendonly no
daemonize no
databases 1
maxmemory 128mb
maxmemory-policy allkeys-lru
TEXT
    )
    start_component redis redis-server "$state/redis/redis.conf"
    wait_for redis 10 redis_answers
}
