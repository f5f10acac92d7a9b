"""Tokens that must not be believed, in every way and at every kind of door: what generated code serves, what bytes are
served for, and what grimoire-mappings serves."""
import base64
import json
import pathlib
import time
import uuid

import pytest

from callers import WAYS
from conftest import setting
from tokens import base64url, claims, new_key, part, signed, signed_with_what_is_public, unsigned

UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED = 16, 7, 3, 8
DOORS = ("ListProcesses", "GetProcess", "GetProcessMapping", "CreateProcess")
ORG = str(uuid.uuid4())


@pytest.fixture(scope="module")
def process(client):
    made = client("gRPC", "CreateProcess", {"name": "P", "spy_code": "x = 1\n"}, signed(claims(ORG)))
    assert made.code == 0, made
    return made.body["process_id"]


def request(door, process):
    if door == "CreateProcess":
        return {"name": "P", "spy_code": "x = 1\n"}
    return {} if door == "ListProcesses" else {"process_id": process}


def public_key():
    return json.loads((pathlib.Path(setting("GRIMOIRE_STATE")) / "keys" / "jwks.json").read_text())["keys"][0]["x"]


def of_another_key(tmp, header=None):
    key = tmp / "other.pem"
    x = new_key(key)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    return signed(claims(ORG), {"alg": "EdDSA", "kid": "local", **(header(jwk) if header else {})}, key)


def with_other_claims():
    head, _, signature = signed(claims(ORG, ["viewer"])).split(".")
    return f"{head}.{part(claims(ORG, ['admin']))}.{signature}"


def broken(change):
    return change(*signed(claims(ORG)).split("."))


# Each makes a token; what is said of it has the word.
BAD = {
    "expired": (lambda tmp: signed(claims(ORG, exp=int(time.time()) - 1)), "expired"),
    "expired long ago": (lambda tmp: signed(claims(ORG, exp=0)), "expired"),
    "not valid yet": (lambda tmp: signed(claims(ORG, nbf=int(time.time()) + 60)), "not valid yet"),
    "without an end": (lambda tmp: signed(claims(ORG, exp=None)), "exp"),
    "with an end that is a text": (lambda tmp: signed(claims(ORG, exp="tomorrow")), "malformed"),
    "of the wrong issuer": (lambda tmp: signed(claims(ORG, iss="someone-else")), "iss"),
    "of an issuer that begins alike": (lambda tmp: signed(claims(ORG, iss="grimoire-local.example")), "iss"),
    "without an issuer": (lambda tmp: signed(claims(ORG, iss=None)), "iss"),
    "for another service": (lambda tmp: signed(claims(ORG, aud="other")), "aud"),
    "for several others": (lambda tmp: signed(claims(ORG, aud=["a", "b"])), "aud"),
    "without an audience": (lambda tmp: signed(claims(ORG, aud=None)), "aud"),
    "without an organization": (lambda tmp: signed(claims(None)), "org"),
    "of an organization that is no UUID": (lambda tmp: signed(claims("acme")), "org"),
    "of several organizations": (lambda tmp: signed(claims([ORG])), "malformed"),
    "of nobody": (lambda tmp: signed(claims(ORG, sub=None)), "sub"),
    "of a user who is no UUID": (lambda tmp: signed(claims(ORG, sub="root")), "sub"),
    "of a service without an organization": (lambda tmp: signed(claims(None, ["service"])), "org"),
    "alg none": (lambda tmp: unsigned(claims(ORG)), "signature"),
    "alg None": (lambda tmp: unsigned(claims(ORG), alg="None", kid="local"), "signature"),
    "alg none with a signature": (lambda tmp: signed(claims(ORG), {"alg": "none", "kid": "local"}), "signature"),
    "no alg": (lambda tmp: signed(claims(ORG), {"kid": "local"}), "signature"),
    "HMAC with the public key": (
        lambda tmp: signed_with_what_is_public(claims(ORG), base64.urlsafe_b64decode(public_key() + "=")), "signature"),
    "HMAC with the key set": (lambda tmp: signed_with_what_is_public(claims(ORG), public_key().encode()), "signature"),
    "HMAC with nothing": (lambda tmp: signed_with_what_is_public(claims(ORG), b""), "signature"),
    "signed for another algorithm": (lambda tmp: signed(claims(ORG), {"alg": "ES256", "kid": "local"}), "signature"),
    "of another key": (lambda tmp: of_another_key(tmp), "signature"),
    "that brings its own key": (lambda tmp: of_another_key(tmp, lambda jwk: {"jwk": jwk}), "signature"),
    "that says where its key is": (
        lambda tmp: of_another_key(tmp, lambda jwk: {"jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9"}),
        "signature"),
    "of an unknown key": (lambda tmp: signed(claims(ORG), {"alg": "EdDSA", "kid": "gone"}), "signature"),
    "with a critical extension": (
        lambda tmp: signed(claims(ORG), {"alg": "EdDSA", "kid": "local", "crit": ["b64"], "b64": False}), "crit"),
    "with changed claims": (lambda tmp: with_other_claims(), "signature"),
    "without its signature": (lambda tmp: broken(lambda head, body, signature: f"{head}.{body}."), "signature"),
    "without its last part": (lambda tmp: broken(lambda head, body, signature: f"{head}.{body}"), "malformed"),
    "with a part too many": (lambda tmp: broken(lambda *parts: ".".join(parts) + ".e30"), "malformed"),
    "with its signature twice": (lambda tmp: broken(lambda head, body, s: f"{head}.{body}.{s}{s}"), "signature"),
    "with padding": (lambda tmp: broken(lambda *parts: ".".join(parts) + "=="), "malformed"),
    "of text that is no JSON": (
        lambda tmp: ".".join(map(base64url, (b"{", b"{}", b"x" * 64))), "malformed"),
    "of dots": (lambda tmp: "..", "malformed"),
    "of 7 KiB": (lambda tmp: signed(claims(ORG, exp=0, more="x" * 5_000)), "expired"),
    "of 12 KiB": (lambda tmp: signed(claims(ORG, more="x" * 8_700)), "malformed"),
    "of nothing": (lambda tmp: "", "authorization"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_token_that_is_not_good_opens_no_door(client, process, tmp_path, kind):
    make, word = BAD[kind]
    token = make(tmp_path)
    for way in WAYS:
        for door in DOORS:
            answer = client(way, door, request(door, process), token)
            assert answer.code == UNAUTHENTICATED, (way, door, answer)
            assert word in answer.message, (way, door, answer.message)
            assert ORG not in answer.message


def test_a_good_token_opens_them_all(client, process):
    for token in (
        signed(claims(ORG)), signed(claims(ORG, aud=["other", "grimoire"])),
        signed(claims(ORG, exp=time.time() + 60.5)),
        signed(claims(ORG), {"alg": "EdDSA"}), signed(claims(ORG.upper(), more={"deep": [1, None]})),
    ):
        for way in WAYS:
            for door in DOORS:
                assert client(way, door, request(door, process), token).code == 0, (way, door)


def test_a_token_ends_when_it_ends_though_it_was_believed_before(client, process):
    """What is remembered of a token does not outlive it."""
    token = signed(claims(ORG, exp=int(time.time()) + 2))
    doors = [(way, door) for way in WAYS for door in DOORS]
    assert {client(way, door, request(door, process), token).code for way, door in doors} == {0}
    end = time.time() + 5
    while client("direct", "ListProcesses", {}, token).code == 0:
        assert time.time() < end
    for way, door in doors:
        assert client(way, door, request(door, process), token).code == UNAUTHENTICATED, (way, door)


def test_a_token_without_a_role_is_known_and_may_nothing(client, process):
    for roles in ([], ["owner"], ["Viewer"], [""]):
        for way in WAYS:
            for door in DOORS:
                answer = client(way, door, request(door, process), signed(claims(ORG, roles)))
                assert answer.code == PERMISSION_DENIED, (way, door, answer)


def test_a_service_without_an_organization_must_name_one(client, process):
    token = signed(claims(None, ["service"]))
    for way in WAYS:
        for door in ("ListProcesses", "GetProcess", "GetProcessMapping"):
            assert client(way, door, request(door, process), token, grimoire_organization=ORG).code == 0, (way, door)
            answer = client(way, door, request(door, process), token)
            assert answer.code == UNAUTHENTICATED, (way, door, answer)
            answer = client(way, door, request(door, process), token, grimoire_organization="acme")
            assert answer.code == INVALID_ARGUMENT, (way, door, answer)
        absent = client(way, "GetProcess", {"process_id": process}, token, grimoire_organization=str(uuid.uuid4()))
        assert absent.code == 5


@pytest.mark.parametrize("value", [
    "Basic dXNlcjpwYXNz", "TOKEN", "Bearer", "Bearer ", "BearerTOKEN", "Bearer TOKEN TOKEN", "Token TOKEN"])
def test_an_authorization_of_another_form_is_said_so(client, process, value):
    header = value.replace("TOKEN", signed(claims(ORG)))
    for way in WAYS:
        for door in DOORS:
            answer = client(way, door, request(door, process), None, authorization=header)
            assert answer.code == UNAUTHENTICATED, (way, door, answer)


def test_the_scheme_may_be_written_as_one_likes(client, process):
    for scheme in ("bearer", "BEARER", "Bearer "):
        for way in WAYS:
            for door in DOORS:
                header = f"{scheme} {signed(claims(ORG))}"
                assert client(way, door, request(door, process), None, authorization=header).code == 0, (way, door)


def test_two_authorizations_are_one_too_many(client, process):
    """Whichever is looked at first."""
    good = f"Bearer {signed(claims(ORG))}"
    for way in ("gRPC", "direct"):
        for door in DOORS:
            method = client.find(door)
            for pair in ([good, "Bearer x"], ["Bearer x", good], [good, good]):
                answer = client.over_grpc(way, method, b"", [("authorization", value) for value in pair])
                assert answer.code == UNAUTHENTICATED, (way, door, answer)


def test_a_token_that_is_too_large_is_said_so(client, process):
    for length in (12_500, 20_000):
        token = signed(claims(ORG, more="x" * length))
        for way in WAYS:
            for door in DOORS:
                answer = client(way, door, request(door, process), token)
                assert answer.code == RESOURCE_EXHAUSTED, (length, way, door, answer)
