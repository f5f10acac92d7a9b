"""The example processes are what they claim to be: three versions of document, SPy code and mapping that agree."""
import ast
import re

import pytest

from conftest import example_folders, load_example

ALLOWED_MODULES = {"math", "datetime", "decimal", "json", "re", "statistics", "itertools", "functools", "collections"}
REFUSED_NODES = (
    ast.ClassDef, ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.With, ast.Global, ast.Nonlocal,
    ast.Yield, ast.YieldFrom,
)
REFUSED_NAMES = set(
    "eval exec compile open input globals locals vars getattr setattr delattr breakpoint type object super memoryview".split()
)


def test_there_are_eight():
    assert len(example_folders()) == 8


@pytest.mark.parametrize("folder", example_folders(), ids=lambda folder: folder.name)
def test_versions_are_complete_spy_and_their_mappings_fit(folder):
    example = load_example(folder)
    assert [version["version"] for version in example["versions"]] == [1, 2, 3]
    texts = {version["document"] for version in example["versions"]}
    assert len(texts) == 3, "each version changes the document"
    for version in example["versions"]:
        assert len(version["document"].split()) >= 200
        assert re.search(r"^7\. ", version["document"], re.M)
        assert 40 <= len(version["code"].splitlines()) <= 150
        check_spy(version["code"])
        facts = facts_of(version["code"])
        assert 8 <= len(version["mapping"]) <= 20
        assert set(version["mapping"]) <= facts, set(version["mapping"]) - facts
        assert len(set(version["mapping"].values())) == len(version["mapping"])


def check_spy(code):
    tree = ast.parse(code)
    compile(code, "example", "exec")
    for node in ast.walk(tree):
        assert not isinstance(node, REFUSED_NODES), ast.dump(node)
        if isinstance(node, ast.FunctionDef):
            assert not node.decorator_list
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED_MODULES
        if isinstance(node, ast.ImportFrom):
            assert node.module in ALLOWED_MODULES
        name = getattr(node, "id", None) or getattr(node, "attr", None) or ""
        assert name not in REFUSED_NAMES and not name.startswith("__"), name


def facts_of(code):
    """Every mapping key that the code has, with double quotes as the fixtures write them."""
    facts = set()

    def text(node):
        return ast.get_source_segment(code, node)

    def visit(node, scope):
        prefix = f"{scope}::" if scope else ""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                visit(child, f"{scope}.{child.name}" if scope else child.name)
                continue
            if isinstance(child, (ast.Assign, ast.AugAssign)):
                targets = child.targets if isinstance(child, ast.Assign) else [child.target]
                facts.update(prefix + text(target) for target in targets)
            if isinstance(child, (ast.If, ast.While)):
                kind = "if" if isinstance(child, ast.If) else "while"
                facts.add(f"{prefix}{kind} {text(child.test)}")
            if isinstance(child, ast.Return) and child.value is not None:
                facts.add(f"{prefix}return {text(child.value)}")
            if isinstance(child, ast.Call):
                facts.add(prefix + text(child))
            visit(child, scope)

    visit(ast.parse(code), "")
    return facts
