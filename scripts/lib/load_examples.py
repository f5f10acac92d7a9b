"""Loads the example processes and their executions over REST: load_examples.py URL TOKEN FOLDER.

What is there already stays as it is. GRIMOIRE_SERVICE_TOKEN, a token with the role service, reports the executions.
"""
import datetime
import json
import os
import pathlib
import sys
import urllib.parse
import urllib.request
import uuid

url, token, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


service_token = os.environ["GRIMOIRE_SERVICE_TOKEN"]


def call(method, path, body=None, token=token):
    request = urllib.request.Request(
        url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path} was refused: {error.code} {error.read().decode()}")


for process in sorted(folder.glob("*/process.json")):
    example = json.loads(process.read_text())
    name = urllib.parse.quote(example["name"])
    if any(found["name"] == example["name"] for found in call("GET", f"/processes?name={name}")["processes"]):
        continue
    process_id = None
    for version in example["versions"]:
        body = {
            "name": example["name"],
            "description": example["description"],
            "changelog": version["changelog"],
            "process_document": {
                "format": "text/markdown",
                "text": (process.parent / version["document"]).read_text(),
            },
            "spy_code": (process.parent / version["code"]).read_text(),
            "stable_mapping": json.loads((process.parent / version["mapping"]).read_text()),
        }
        if process_id is None:
            process_id = call("POST", "/processes", body)["process_id"]
        else:
            call("PUT", f"/processes/{process_id}", {**body, "replace_mapping": True})
    now = datetime.datetime.now(datetime.timezone.utc)
    executions = []
    for index, line in enumerate((process.parent / "executions.jsonl").read_text().splitlines()):
        run = json.loads(line)
        started = now - datetime.timedelta(hours=run.pop("hours_ago"))
        run_id = str(uuid.uuid5(uuid.UUID(process_id), str(index)))
        executions.append({**run, "execution_id": run_id, "started_at": started.isoformat()})
    call("POST", f"/processes/{process_id}/executions", {"executions": executions}, service_token)
    print(f"• Loaded {example['name']}: {process_id}", file=sys.stderr)
