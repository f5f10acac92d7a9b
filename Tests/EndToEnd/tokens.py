"""Tokens that scripts/token does not make: with any header, any claims and any signature."""
import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile
import time
import uuid

from conftest import setting


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value):
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def claims(org=None, roles=("editor",), **changes):
    """Those of a good token, changed; what is None is left out."""
    now = int(time.time())
    found = {"iss": "grimoire-local", "aud": "grimoire", "sub": str(uuid.uuid4()), "org": org, "roles": list(roles),
             "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in found.items() if value is not None}


def signed(content, header=None, key=None):
    """A token signed with the local key, or with another one in a PEM file."""
    text = part({"alg": "EdDSA", "typ": "JWT", "kid": "local"} if header is None else header) + "." + part(content)
    key = key or pathlib.Path(setting("GRIMOIRE_STATE")) / "keys" / "tokens.pem"
    # pkeyutl signs files only, not pipes.
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", file.name]
        signature = subprocess.run(command, check=True, capture_output=True).stdout
    return f"{text}.{base64url(signature)}"


def unsigned(content, **header):
    """A token that asks for no signature."""
    return f"{part({'alg': 'none', **header})}.{part(content)}."


def signed_with_what_is_public(content, secret):
    """HMAC with something that everybody knows."""
    text = part({"alg": "HS256", "typ": "JWT", "kid": "local"}) + "." + part(content)
    return f"{text}.{base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def new_key(path):
    """Makes an Ed25519 key in a PEM file; gives its public half as a JWK's x."""
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, capture_output=True)
    command = ["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"]
    return base64url(subprocess.run(command, check=True, capture_output=True).stdout[-32:])
