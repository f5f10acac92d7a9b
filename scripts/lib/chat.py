"""A chat in the terminal, over the WebSocket of grimoire-suggestions: what scripts/chat runs.

A connection that breaks is made again, and what was missed meanwhile comes by its sequence number.
"""
import argparse
import json
import os
import sys
import time
import uuid

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

# How often a connection is made again before that is given up, and how long the first pause is; each is twice the one before.
TRIES = 6
FIRST_PAUSE_SECONDS = 0.25
CONNECT_SECONDS = 10
# How long the server may be silent after a broken connection is made again: where nothing of an answer had come, and where its
# rest is awaited, which may be a while in coming.
UNSENT_SECONDS = 2
LOST_SECONDS = 60
# The server closes so where the token does not hold, or the process is not there.
FINAL_CLOSES = {4401, 4404}


class Refused(Exception):
    """The server does not want this chat, however often it is tried."""


class Chat:
    """One conversation, over as many connections as it takes."""

    def __init__(self, url, token, process, session, version):
        self.url = f"{url.replace('http', 'ws', 1)}/processes/{process}/suggestions/chat"
        self.headers = {"authorization": f"Bearer {token}"}
        self.session = session
        self.context = {"version": version} if version else {}
        self.connection = None
        # The sequence number of the last piece seen.
        self.last = 0

    def open(self):
        """Connects, patiently."""
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(TRIES):
            try:
                self.connection = connect(
                    self.url, additional_headers=self.headers, open_timeout=CONNECT_SECONDS, max_size=None)
                return
            except InvalidStatus as error:
                if error.response.status_code not in (429, 502, 503, 504) or attempt == TRIES - 1:
                    raise Refused(sentence(error.response)) from None
            except (OSError, InvalidHandshake) as error:
                if attempt == TRIES - 1:
                    raise Refused(f"{self.url} cannot be reached: {error}") from None
            time.sleep(pause)
            pause *= 2

    def send(self, **fields):
        self.connection.send(json.dumps({"session_id": self.session, **fields}))

    def ask(self, message):
        """Sends a message and yields what comes, until the answer is over: pieces and errors, as the server writes them."""
        sent, begun, patience = False, False, None
        while True:
            try:
                if self.connection is None:
                    self.open()
                    if sent:
                        # Nothing is answered where nothing was missed: then the message has not arrived, or the answer is lost.
                        self.send(message="", context={"resume_after": str(self.last)})
                        patience = LOST_SECONDS if begun else UNSENT_SECONDS
                if not sent:
                    self.send(message=message, context=self.context)
                    sent = True
                while True:
                    frame = json.loads(self.connection.recv(timeout=patience))
                    patience = None
                    if "error" not in frame:
                        begun = True
                        sequence = int(frame["metadata"]["sequence"])
                        if sequence <= self.last:
                            continue
                        self.last = sequence
                    yield frame
                    if "error" in frame or frame["is_final"]:
                        return
            except TimeoutError:
                if begun:
                    yield {"error": {"message": "The rest of the answer is lost; ask again."}}
                    return
                sent, patience = False, None
            except ConnectionClosed as error:
                self.connection = None
                if error.rcvd is not None and error.rcvd.code in FINAL_CLOSES:
                    raise Refused(error.rcvd.reason) from None
                note("The connection broke; making it again.")

    def close(self):
        if self.connection is not None:
            self.connection.close()


def sentence(response):
    """What an answer to the handshake says."""
    try:
        return json.loads(response.body)["message"]
    except (ValueError, KeyError, TypeError):
        return f"the server answered {response.status_code} {response.reason_phrase}"


def dim(text):
    return f"\033[2m{text}\033[0m" if sys.stdout.isatty() else text


def note(text):
    print(dim(f"[{text}]"), file=sys.stderr, flush=True)


def show_end(metadata):
    """What is said of an answer behind it."""
    if patch := metadata.get("patch"):
        print(f"\n{patch.rstrip()}")
        for name in ("validation", "mapping_effect"):
            if name in metadata:
                print(dim(f"[{name.replace('_', ' ')}: {metadata[name]}]"))
    parts = [metadata[name] for name in ("category", "model") if metadata.get(name)]
    if metadata.get("cached") == "true":
        parts.append("answered before")
    else:
        parts.append(f"{metadata.get('prompt_tokens', '0')} + {metadata.get('completion_tokens', '0')} tokens")
    if float(metadata.get("cost_usd", "0") or 0) > 0:
        parts.append(f"${metadata['cost_usd']}")
    if suggestion := metadata.get("suggestion_id"):
        parts.append(f"suggestion {suggestion}")
    print(dim(f"[{', '.join(parts)}]"))
    if metadata.get("local_demonstration_model") == "true":
        print(dim("[a small local model for demonstration: try the chat with it, rely on nothing that it says]"))
    for name in ("flagged", "error"):
        if metadata.get(name):
            print(dim(f"[{name}: {metadata[name]}]"))


def show(frames):
    for frame in frames:
        if "error" in frame:
            error = frame["error"]
            wait = f" Try again in {error['retry_after_ms'] / 1000:g} s." if error.get("retry_after_ms") else ""
            print(dim(f"[{error['message']}{wait}]"), flush=True)
            return
        print(frame["suggestion"], end="", flush=True)
        if frame["is_final"]:
            print()
            show_end(frame["metadata"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("process")
    parser.add_argument("--session", default="")
    parser.add_argument("--version", default="")
    options = parser.parse_args()
    session = options.session or f"terminal {uuid.uuid4()}"
    chat = Chat(os.environ["GRIMOIRE_REST_URL"], os.environ["GRIMOIRE_TOKEN"], options.process, session, options.version)
    prompt = "\n> " if sys.stdin.isatty() else ""
    try:
        chat.open()
        while True:
            message = input(prompt).strip()
            if message:
                show(chat.ask(message))
    except EOFError:
        return 0
    except KeyboardInterrupt:
        return 130
    except Refused as error:
        note(str(error))
        return 1
    finally:
        chat.close()


if __name__ == "__main__":
    sys.exit(main())
