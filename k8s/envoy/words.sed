# What the words in envoy.yaml mean in a cluster: scripts/up has its own for one machine.
s|@ADMIN_PORT@|9901|
s|@LISTEN_HOST@|0.0.0.0|
s|@REST_PORT@|8080|
s|@DESCRIPTOR@|/usr/share/grimoire/grimoire.protoset|
s|@REST_LUA@|/etc/grimoire/rest.lua|
# No web page of anybody else's: name origins here and in GRIMOIRE_WEBSOCKET_ORIGINS.
s|@CORS_ORIGINS@|^$|
# Headless services: their names stand for all replicas, among which Envoy chooses for each request.
s|@PROCESSES_HOST@|grimoire-processes|
s|@PROCESSES_PORT@|7101|
s|@MAPPINGS_HOST@|grimoire-mappings|
s|@MAPPINGS_PORT@|7101|
s|@SUGGESTIONS_HOST@|grimoire-suggestions|
s|@SUGGESTIONS_PORT@|7101|
s|@SUGGESTIONS_WS_PORT@|7106|
