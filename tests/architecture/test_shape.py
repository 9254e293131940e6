"""The shape of the code, as docs/architecture.md promises it: doors, purity, time, size, names."""

import ast
import re
import subprocess
import sys

import pytest

from tests.architecture.source import PRODUCT, ROOT, imports_of, modules

# What another capability may enter by. The record's tables may be joined in SQL by the practice; the foundation's
# ground (kernel, content, ui, journal's publishing, access' page and permissions) is there to be stood on.
DOORS = ("actions", "queries", "records", "events")


def test_the_import_contracts_hold():
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


def _crossings():
    """Each import of one capability by another: (importing module, imported package, what is imported of it)."""
    for module in modules():
        for name in imports_of(module):
            parts = name.split(".")
            if parts[0] != "throughline" or len(parts) < 4:
                continue
            target = ".".join(parts[1:3])
            if target != module.package:
                yield module, target, parts[3]


def test_another_practice_is_entered_only_by_its_front_doors():
    wrong = [
        f"{module.name} -> {target}.{door}"
        for module, target, door in _crossings()
        if target.startswith("practice.")
        and door not in (*DOORS, "rules", "ranking", "compact", "entry", "web")
        and not module.name.startswith("throughline.edge.site.bench.")  # fills the tables it measures, as tests do
    ]
    assert not wrong, "\n".join(wrong)


def test_the_edge_and_all_pages_never_import_tables():
    wrong = [
        f"{module.name} imports {target}.models"
        for module, target, door in _crossings()
        if door == "models"
        and (".web." in module.name or module.name.startswith(("throughline.edge.desk", "throughline.edge.portal")))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_practice_joins_the_tables_of_another_practice():
    wrong = [
        f"{module.name} -> {target}.models"
        for module, target, door in _crossings()
        if door == "models" and target.startswith("practice.") and module.package.startswith("practice.")
    ]
    assert not wrong, "\n".join(wrong)


CLOCK = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|timezone\.now|time\.time)\(")
MAY_READ_THE_CLOCK = re.compile(
    r"\.(web|jobs|commands|command|bench|middleware|seeding|feeds|health|postgres)\b|\.edge\.site\b|\.access\.sessions$"
)


def test_time_is_read_only_at_the_edge():
    wrong = [
        f"{module.path.relative_to(ROOT)}: {found.group()}"
        for module in modules()
        if not MAY_READ_THE_CLOCK.search(module.name)
        for found in CLOCK.finditer(module.text)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_foreign_keys_point_only_downward_or_to_the_record():
    from django.apps import apps

    order = [
        "ui", "journal", "audit", "access", "drafts",
        "people", "chart", "cases", "contacts", "tasks", "documents", "clocks",
        "caseload", "intake", "assessment", "careplan", "coordination", "resources", "monitoring", "coverage",
        "advocacy", "discharge", "billing", "review", "desk", "portal", "interop", "analytics", "wiring",
    ]  # fmt: skip
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in order:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not (field.is_relation and field.concrete and target) or target._meta.app_label not in order:
                continue
            if order.index(target._meta.app_label) > order.index(model._meta.app_label):
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert not wrong, "\n".join(wrong)


def test_every_action_names_a_permission_and_requires_author_and_time():
    import importlib

    import django

    django.setup()
    importlib.import_module("throughline.edge.site.urls")  # every page, and so every action a page calls
    from throughline.foundation.access.permissions import Permission
    from throughline.foundation.kernel.actions import registry

    assert len(registry) > 40
    known = set(Permission)
    wrong = [name for name, run in registry.items() if getattr(run, "permission", "") not in {*known, None}]
    assert not wrong, wrong
    # What is the actor's own asks for no permission; what is her own paper leaves no audit row either (docs/adr/0008).
    assert {name for name, run in registry.items() if run.permission is None} == OWN_PAPER | OWN
    assert {name for name, run in registry.items() if not run.audited} == OWN_PAPER


OWN = {"access.keep-digest", "access.keep-settings", "journal.recall", "journal.retry"}
OWN_PAPER = {
    "drafts.clear-old", "drafts.discard", "drafts.forget-sent", "drafts.keep", "drafts.note-presence", "drafts.take-up",
}  # fmt: skip


def test_every_write_of_the_foundation_is_an_action():
    """A public function that takes the time of the act writes: one's own settings, drafts and outbox too."""
    wrong = [
        f"{module.name}.{node.name}"
        for module in modules()
        if module.package.startswith("foundation.")
        and re.search(r"\.((\w+_)?actions|journal\.leaving)(\.|$)", module.name)
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "at" in {arg.arg for arg in node.args.kwonlyargs}
        and not any(isinstance(d, ast.Call) and getattr(d.func, "id", "") == "action" for d in node.decorator_list)
    ]
    assert sorted(set(wrong)) == sorted(PARTS_OF_ACTIONS)


# Part of the action that sends: called inside its transaction.
PARTS_OF_ACTIONS = ("throughline.foundation.journal.leaving.leave",)


def test_every_permission_is_held_by_a_role():
    from throughline.foundation.access.permissions import ROLES, Permission

    held = set().union(*(role.permissions for role in ROLES.values()))
    assert set(Permission) == held


MODULE_HARD, FUNCTION_HARD, TEMPLATE_HARD, WIRING = 600, 60, 200, 200
FORBIDDEN = {"utils", "helpers", "common", "misc", "base", "services", "managers"}


def test_modules_functions_and_templates_keep_to_their_size():
    wrong = [f"{m.name}: {m.lines} lines" for m in modules() if m.lines > MODULE_HARD]
    wrong += [
        f"{m.name}.{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for m in modules()
        for node in ast.walk(m.tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > FUNCTION_HARD
    ]
    wrong += [
        f"{path.relative_to(ROOT)}: template too long"
        for path in PRODUCT.rglob("*.html")
        if path.read_text().count("\n") + 1 > TEMPLATE_HARD
    ]
    wiring = sum(m.lines for m in modules() if m.name.startswith("throughline.edge.wiring.reactions"))
    assert wiring <= WIRING
    assert not wrong, "\n".join(wrong)


def test_no_module_has_a_name_that_says_nothing():
    wrong = [m.name for m in modules() if m.name.rsplit(".", 1)[-1] in FORBIDDEN]
    assert not wrong, wrong


def test_every_package_says_what_it_is_for_and_imports_nothing():
    wrong = []
    for module in modules():
        if module.path.name != "__init__.py" or module.name.count(".") != 2:
            continue
        if not ast.get_docstring(module.tree):
            wrong.append(f"{module.name} says nothing")
        if imports_of(module):
            wrong.append(f"{module.name} imports {imports_of(module)[0]}")
    assert not wrong, "\n".join(wrong)


def test_every_public_function_says_what_it_returns_or_does():
    wrong = [
        f"{m.name}.{node.name}"
        for m in modules()
        for node in m.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
        # the typed faces of a function that has its words below them
        if not any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)
    ]
    assert not wrong, "\n".join(wrong)


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son(click|change|load|submit|key\w+)=|hx-on|javascript:", re.I
)


def test_no_template_carries_inline_script_or_style():
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in PRODUCT.rglob("*.html")
        if (found := INLINE.search(path.read_text()))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_glossary_and_the_decisions_are_linked():
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    for wing in ("foundation", "record", "practice", "edge"):
        for package in sorted(p.name for p in (PRODUCT / wing).iterdir() if (p / "__init__.py").exists()):
            assert f"`{package}`" in glossary, f"docs/glossary.md does not say which words live in {package}"
    index = (ROOT / "docs" / "architecture.md").read_text()
    for decision in sorted((ROOT / "docs" / "adr").glob("*.md")):
        assert f"adr/{decision.name}" in index, f"docs/architecture.md does not link {decision.name}"


def test_locks_name_no_host():
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text()
