"""What the README tells a newcomer to type works as printed."""
import json
import re
import subprocess

from conftest import ROOT


def blocks():
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.S | re.M)


def test_the_commands_of_the_readme_work_as_printed(organization, tmp_path, monkeypatch):
    monkeypatch.setenv("GRIMOIRE_TOKEN", organization.token)
    start, walk, mistake, _ = blocks()
    assert start.splitlines() == ["scripts/up", ". .grimoire/env"], "this test stands on what these two make"

    run = subprocess.run(["bash", "-euc", walk], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    created, read, updated, mapping, versions = map(json.loads, run.stdout.replace("}{", "}\n{").splitlines())
    assert created["version_number"] == 1
    assert read["name"] == "Refund of goods"
    assert updated["version_number"] == 2
    assert mapping["stable_mapping"].keys() == {"refund::if amount > 100", "refund::ask_for_approval(amount)"}
    assert mapping["stable_mapping"]["refund::if amount > 100"] == "fact-needs-approval"
    moved = {"old_key": "refund::if amount > 100", "key": "refund::if amount > 250", "fact_id": "fact-needs-approval"}
    assert updated["mapping_report"]["moved"] == [moved]
    assert [version["version_number"] for version in versions["versions"]] == [2, 1]
    assert not list(tmp_path.iterdir())

    run = subprocess.run(["bash", "-euc", mistake], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    fields = [violation["field"] for violation in json.loads(run.stdout)["details"][0]["field_violations"]]
    assert fields == ["name", "spy_code"]


def test_the_command_line_of_spy_works_as_printed_once_it_is_built(tmp_path):
    (block,) = (block for block in blocks() if "grimoire spy" in block)
    (tmp_path / ".build").symlink_to(ROOT / ".build")
    run = subprocess.run(["bash", "-euc", block], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "pay_back" in run.stdout
    assert [file.name for file in tmp_path.iterdir()] == [".build"]
