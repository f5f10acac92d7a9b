"""Real process documents in, and the same bytes out, by REST and by gRPC."""
import uuid

import pytest

from conftest import example_folders, load_example


def body_of(example, version):
    return {
        "name": example["name"],
        "description": example["description"],
        "changelog": version["changelog"],
        "spy_code": version["code"],
        "stable_mapping": version["mapping"],
        "process_document": {"format": "text/markdown", "text": version["document"], "attributes": {"owner": "José"}},
    }


@pytest.mark.parametrize("folder", example_folders(), ids=lambda folder: folder.name)
def test_each_version_is_read_back_as_it_was_written(folder, organization, api, processes, mappings, through_envoy):
    example = load_example(folder)
    rest = organization.rest
    created = rest("POST", "/processes", body_of(example, example["versions"][0]))
    assert created.status_code == 201, created.text
    assert created.json()["version_number"] == 1
    process_id = created.json()["process_id"]
    for version in example["versions"][1:]:
        updated = rest("PUT", f"/processes/{process_id}", {**body_of(example, version), "replace_mapping": True})
        assert updated.status_code == 200, updated.text
        assert updated.json()["version_number"] == version["version"]
        assert not updated.json()["unchanged"]

    for version in example["versions"]:
        number = version["version"]
        read = rest("GET", f"/processes/{process_id}?version={number}").json()
        assert read["spy_code"] == version["code"]
        assert read["process_document"] == {
            "format": "text/markdown", "text": version["document"], "attributes": {"owner": "José"}, "derived": False,
        }
        # What is given comes back as given; the other facts of the code have IDs of their own.
        assert read["stable_mapping"].items() >= version["mapping"].items()
        assert len(set(read["stable_mapping"].values())) == len(read["stable_mapping"])
        assert (read["version_number"], read["latest_version"]) == (number, 3)
        assert [entry["version_number"] for entry in read["version_history"]] == [3, 2, 1]
        assert read["organization_id"] == organization.id

        request = api.messages.GetProcessRequest(process_id=process_id, version_number=number)
        for stub in (processes, through_envoy):
            answer = stub.GetProcess(request, metadata=organization.metadata)
            assert answer.spy_code == version["code"]
            assert answer.process_document.text == version["document"]
            assert dict(answer.stable_mapping) == read["stable_mapping"]

        assert rest("GET", f"/processes/{process_id}/spy?version={number}").json()["spy_code"] == version["code"]
        mapping = rest("GET", f"/processes/{process_id}/mapping?version={number}").json()
        assert len(mapping.pop("content_hash")) == 64
        assert mapping == {
            "process_id": process_id, "version_number": number, "stable_mapping": read["stable_mapping"],
            "not_modified": False,
        }
        request = api.mapping_request(process_id=process_id, version_number=number)
        for stub in (mappings, through_envoy, processes):
            answer = stub.GetProcessMapping(request, metadata=organization.metadata)
            assert dict(answer.stable_mapping) == read["stable_mapping"]

    latest = rest("GET", f"/processes/{process_id}").json()
    assert latest["version_number"] == 3
    history = rest("GET", f"/processes/{process_id}/versions").json()["versions"]
    assert [entry["changelog"] for entry in history] == [v["changelog"] for v in reversed(example["versions"])]
    assert {entry["created_by"] for entry in history} == {organization.user}


def create(organization, **fields):
    answer = organization.rest("POST", "/processes", {"name": "P", "spy_code": "x = 1\n", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["process_id"]


def test_what_an_update_leaves_out_stays_and_an_empty_text_clears(organization):
    process_id = create(organization, description="old", stable_mapping={"x": "f1", "y": "f2"}, derive_mapping=False,
                        process_document={"text": "English"})
    path = f"/processes/{process_id}"
    answer = organization.rest("PUT", path, {"spy_code": "x = 2\n", "stable_mapping": {"y": "f3"}})
    assert answer.json()["version_number"] == 2
    read = organization.rest("GET", path).json()
    assert (read["name"], read["description"], read["process_document"]["text"]) == ("P", "old", "English")
    assert read["stable_mapping"] == {"x": "f1", "y": "f3"}
    organization.rest("PUT", path, {"spy_code": "x = 2\n", "description": "", "replace_mapping": True})
    read = organization.rest("GET", path).json()
    assert (read["description"], read["stable_mapping"], read["version_number"]) == ("", {}, 3)
    first = organization.rest("GET", path + "?version=1").json()
    assert (first["description"], first["stable_mapping"]) == ("old", {"x": "f1", "y": "f2"})


def test_an_update_that_changes_nothing_makes_no_version(organization):
    process_id = create(organization)
    answer = organization.rest("PUT", f"/processes/{process_id}", {"spy_code": "x = 1\n", "changelog": "nothing"})
    assert (answer.json()["version_number"], answer.json()["unchanged"]) == (1, True)
    assert len(organization.rest("GET", f"/processes/{process_id}/versions").json()["versions"]) == 1


def test_an_expected_version_that_is_not_the_current_one_conflicts(organization):
    process_id = create(organization)
    path = f"/processes/{process_id}"
    for wrong in (2, 7):
        answer = organization.rest("PUT", path, {"spy_code": "x = 9\n", "expected_version": wrong})
        assert answer.status_code == 409
        assert answer.json()["code"] == 10
        assert answer.json()["details"][0]["metadata"]["current_version"] == "1"
    assert organization.rest("PUT", path, {"spy_code": "x = 9\n", "expected_version": 1}).status_code == 200


def test_a_deleted_process_is_not_found_in_any_way(organization):
    process_id = create(organization)
    path = f"/processes/{process_id}"
    assert organization.rest("DELETE", path).json()["process_id"] == process_id
    for method, tail, body in [
        ("GET", "", None), ("GET", "?version=1", None), ("GET", "/spy", None), ("GET", "/mapping", None),
        ("GET", "/mapping?version=1", None), ("GET", "/versions", None), ("DELETE", "", None),
        ("PUT", "", {"spy_code": "x = 2\n"}),
    ]:
        assert organization.rest(method, path + tail, body).status_code == 404, (method, tail)
    assert organization.rest("GET", "/processes").json()["processes"] == []


def test_lists_are_paged_newest_first_and_filtered_by_name(organization):
    ids = [create(organization, name=f"Process {'AB'[n % 2]}{n}") for n in range(7)]
    organization.rest("PUT", f"/processes/{ids[0]}", {"spy_code": "x = 3\n"})
    expected = [ids[0]] + ids[:0:-1]
    seen, token = [], ""
    while True:
        page = organization.rest("GET", f"/processes?page_size=3&page_token={token}").json()
        seen += [process["process_id"] for process in page["processes"]]
        assert len(page["processes"]) <= 3
        token = page["next_page_token"]
        if not token:
            break
    assert seen == expected
    named = organization.rest("GET", "/processes?name=Process%20B").json()["processes"]
    assert [process["process_id"] for process in named] == [ids[5], ids[3], ids[1]]


def test_long_histories_are_cut_and_go_on_by_token(organization):
    process_id = create(organization)
    path = f"/processes/{process_id}"
    for number in range(2, 56):
        assert organization.rest("PUT", path, {"spy_code": f"x = {number}\n"}).json()["version_number"] == number
    read = organization.rest("GET", path).json()
    assert [entry["version_number"] for entry in read["version_history"]] == list(range(55, 5, -1))
    rest = organization.rest("GET", f"{path}/versions?page_token={read['next_page_token']}").json()
    assert [entry["version_number"] for entry in rest["versions"]] == [5, 4, 3, 2, 1]
    assert rest["next_page_token"] == ""


def test_the_documented_example_of_a_mapping_is_accepted(organization):
    mapping = {"user_id": "stable_fact_id_1", "session_token": "stable_fact_id_2"}
    answer = organization.rest("POST", "/processes", {"name": "P", "spy_code": "x = 1\n", "stable_mapping": mapping})
    assert answer.status_code == 201, answer.text
    report = answer.json()["mapping_report"]
    assert [(warning["kind"], warning["key"]) for warning in report["warnings"]] == [
        ("MAPPING_FITS_NOTHING", "session_token"), ("MAPPING_FITS_NOTHING", "user_id")]
    assert [entry["key"] for entry in report["derived"]] == ["x"]
    stored = organization.rest("GET", f"/processes/{answer.json()['process_id']}/mapping").json()["stable_mapping"]
    assert stored == {**mapping, "x": report["derived"][0]["fact_id"]}


def test_a_compatible_process_refuses_to_lose_a_fact(organization):
    process_id = create(organization, compatibility="BACKWARD", stable_mapping={"x": "f1"})
    path = f"/processes/{process_id}"
    assert organization.rest("GET", path).json()["compatibility"] == "BACKWARD"
    answer = organization.rest("PUT", path, {"spy_code": "send(1)\n"})
    assert answer.status_code == 400
    assert answer.json()["code"] == 9
    reason, failure = answer.json()["details"]
    assert reason["reason"] == "MAPPING_INCOMPATIBLE"
    assert [(entry["type"], entry["subject"]) for entry in failure["violations"]] == [
        ("MAPPING_INCOMPATIBLE", 'stable_mapping["x"]')]
    seen = organization.rest("POST", "/processes:validate", {"spy_code": "send(1)\n", "process_id": process_id}).json()
    assert [(entry["kind"], entry["fact_id"], entry["old_fact_id"]) for entry in seen["mapping_violations"]] == [
        ("REMOVED", "", "f1")]
    answer = organization.rest("PUT", path, {"spy_code": "send(1)\n", "compatibility": "NONE"})
    assert answer.json()["version_number"] == 2
    assert [entry["fact_id"] for entry in answer.json()["mapping_report"]["retired"]] == ["f1"]
    for wrong in ("FORWARD", 7):
        assert organization.rest("PUT", path, {"spy_code": "x = 1\n", "compatibility": wrong}).status_code == 400


def test_a_key_that_is_none_is_named(organization):
    answer = organization.rest("POST", "/processes", {
        "name": "P", "spy_code": "x = 1\n", "stable_mapping": {"x y": "f1", "x": "f2", "if": "f3"}})
    assert answer.status_code == 400
    violations = answer.json()["details"][0]["field_violations"]
    assert sorted(entry["field"] for entry in violations) == ['stable_mapping["if"]', 'stable_mapping["x y"]']


def test_large_contents_come_back_whole(organization):
    code = "x = 1  # " + "€" * 300_000 + "\n"
    mapping = {f"f{n}::value": str(uuid.uuid4()) for n in range(10_000)}
    process_id = create(organization, spy_code=code, stable_mapping=mapping)
    read = organization.rest("GET", f"/processes/{process_id}").json()
    assert read["spy_code"] == code
    assert read["stable_mapping"].items() >= mapping.items()
    assert len(read["stable_mapping"]) == len(mapping) + 1
