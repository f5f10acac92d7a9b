"""Answers to questions that ask nearly the same, by embeddings through the real LiteLLM Proxy."""

import math
import uuid

import pytest

from free_port import free_port
from scripted_model import ANSWER, unlike
from test_suggestion_limits import replicas
from test_suggestion_replicas import websocket
from test_suggestions import CODE, pieces, process, said, send, socket  # noqa: F401: a fixture

FIRST, NEAR, FAR = "What is wrong with the refund?", "What does the refund do badly?", "What is right about the refund?"
# The service takes for the same what is at least as near as 0.96.
COSINES = {FIRST: 1, NEAR: 0.99, FAR: 0.9}


def embed(text):
    if text not in COSINES:
        return unlike(text)
    return [COSINES[text], math.sqrt(1 - COSINES[text] ** 2), 0]


@pytest.fixture
def embedding(model):
    model.embed = embed
    return model


def ask(organization, process, message, session):
    """The text of an answer, and whether it says that it was known."""
    with socket(process, organization.token) as opened:
        # Which type a message asks for, is part of what must be the same.
        send(opened, message, session=session, type="improvement")
        found = pieces(opened)
    return said(found), found[-1]["metadata"]["cached"]


def test_a_question_that_is_near_to_an_answered_one_gets_its_answer_which_says_so(organization, process, embedding):
    assert ask(organization, process, FIRST, "first") == (ANSWER, "false")
    assert ask(organization, process, NEAR, "near") == (ANSWER, "true")
    assert len(embedding.requests) == 1
    assert embedding.embedded == [FIRST, NEAR]
    # Now that it has been answered, it is known by itself.
    assert ask(organization, process, NEAR, "again") == (ANSWER, "true")
    assert embedding.embedded == [FIRST, NEAR]


def test_one_that_is_not_near_enough_is_asked(organization, process, embedding):
    assert ask(organization, process, FIRST, "first")[1] == "false"
    assert ask(organization, process, FAR, "far")[1] == "false"
    assert len(embedding.requests) == 2


def test_no_other_organization_process_or_version_gets_it(organization, other_organization, process, embedding):
    assert ask(organization, process, FIRST, "first")[1] == "false"
    body = {"name": "Refund", "spy_code": CODE}
    theirs, another = (each.rest("POST", "/processes", body).json()["process_id"] for each in (other_organization, organization))
    assert ask(other_organization, theirs, NEAR, "theirs")[1] == "false"
    assert ask(organization, another, NEAR, "another")[1] == "false"
    changed = organization.rest("PUT", f"/processes/{process}", {"spy_code": CODE.replace("100", "200")})
    assert changed.status_code == 200, changed.text
    assert ask(organization, process, NEAR, "changed")[1] == "false"
    assert len(embedding.requests) == 4
    # Nor one whose conversation was another until now.
    assert ask(organization, another, FAR, "talk")[1] == "false"
    assert ask(organization, another, FIRST, "talk")[1] == "false"


def test_what_must_not_leave_is_not_compared_either(organization, process, embedding):
    assert ask(organization, process, "Mail ada@example.org what is wrong.", "mail")[1] == "false"
    assert len(embedding.embedded) == 1 and "ada@" not in embedding.embedded[0]


def test_where_nobody_compares_the_model_is_asked(organization, process, embedding):
    embedding.embed = lambda text: None
    assert ask(organization, process, FIRST, "first") == (ANSWER, "false")
    assert ask(organization, process, NEAR, "near") == (ANSWER, "false")
    assert embedding.embedded and len(embedding.requests) == 2


def test_who_wants_no_answer_kept_in_memory_gets_none_that_is_alike_either(api, organization, process, embedding):
    # Redis, where others would keep it, is away.
    with replicas(api, 1, CACHE_MEGABYTES=0, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0") as (replica,):
        for _ in range(2):
            with websocket(replica, process, organization.token) as opened:
                send(opened, FIRST, session=str(uuid.uuid4()), type="improvement")
                assert pieces(opened)[-1]["metadata"]["cached"] == "false"
    assert len(embedding.requests) == 2 and not embedding.embedded
