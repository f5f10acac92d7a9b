"""What scripts/up starts where no provider is named: the small model on this machine, which every answer owns up to."""
import json
import os

import pytest
from websockets.sync.client import connect

from private_stack import Stack

PROVIDERS = ("GRIMOIRE_LLM_BASE_URL", "GRIMOIRE_LLM_API_KEY", "GRIMOIRE_LLM_MODEL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY",
             "GEMINI_API_KEY")


@pytest.fixture(scope="module")
def local(api):
    made = Stack(api, options=(), environment={name: value for name, value in os.environ.items() if name not in PROVIDERS})
    try:
        yield made.open()
    finally:
        made.close()


def test_a_chat_without_any_provider_is_answered_by_the_small_model_and_says_so(local):
    organization = local.organization()
    process = local.processes.CreateProcess(
        local.api.messages.CreateProcessRequest(name="P", spy_code="x = 1\nsend(x)\n"),
        metadata=organization.metadata, timeout=60).process_id
    url = f"{local.env['GRIMOIRE_REST_URL'].replace('http', 'ws', 1)}/processes/{process}/suggestions/chat"
    headers = {"authorization": f"Bearer {organization.token}"}
    with connect(url, additional_headers=headers, proxy=None) as opened:
        opened.send(json.dumps({"session_id": "s", "message": "What does this process do?"}))
        text, number = "", 0
        while True:
            frame = json.loads(opened.recv(timeout=120))
            assert "error" not in frame, frame
            number += 1
            text += frame["suggestion"]
            if frame["is_final"]:
                break
    assert text.strip() and number > 3
    assert frame["metadata"]["local_demonstration_model"] == "true"
    assert int(frame["metadata"]["completion_tokens"]) > 0
