"""Envoy as a plain proxy for gRPC, the same in front of everyone: no transcoding, no filters."""
import contextlib
import json
import tempfile

from bench import places
from bench.programs import Program
from free_port import free_port

ENVOY = places.CACHE / "venv" / "envoy" / "bin" / "envoy"


def configuration(port, there):
    http2 = {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": {"http2_protocol_options": {}},
        }
    }
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "plain",
        "codec_type": "HTTP2",
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
        "route_config": {
            "virtual_hosts": [
                {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "there"}}]}
            ]
        },
    }
    address = lambda number: {"socket_address": {"address": "127.0.0.1", "port_value": number}}
    return {
        "admin": {"address": address(free_port())},
        "static_resources": {
            "listeners": [
                {
                    "address": address(port),
                    "filter_chains": [
                        {
                            "filters": [
                                {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
                            ]
                        }
                    ],
                }
            ],
            "clusters": [
                {
                    "name": "there",
                    "type": "STATIC",
                    "typed_extension_protocol_options": http2,
                    "load_assignment": {
                        "cluster_name": "there",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(there)}}]}],
                    },
                }
            ],
        },
    }


@contextlib.contextmanager
def in_front_of(name, there):
    """Envoy, with a thread for each core, in front of a port."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        command = [ENVOY, "-c", file.name, "--log-level", "warning", "--disable-hot-restart", "--concurrency", "2"]
        program = Program(f"envoy-{name}", command)
        json.dump(configuration(program.port, there), file)
        file.flush()
        with program:
            yield program
