"""A port of 127.0.0.1 that nobody listens on.

It lies below those that the kernel gives to connections (ip(7), ip_local_port_range): one of these could have it by the time that a
program wants to listen.
"""
import pathlib
import random
import socket
import sys

LOWEST = 10_000


def free_port(taken=()):
    """None of those in `taken`. Where no other is left, one that the kernel chooses."""
    kernels = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    ports = [port for port in range(LOWEST, kernels) if port not in taken]
    random.shuffle(ports)
    for port in [*ports, 0]:
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return listener.getsockname()[1]
    raise OSError("no port of 127.0.0.1 is free")


if __name__ == "__main__":
    print(free_port({int(word) for word in sys.argv[1:] if word.isdigit()}))
