"""Our own foot-guns, refused wherever they appear: what a review would have to notice again and again."""

import ast
import re

import pytest
from django.apps import apps

from tests.structure.modules import ROOT, called_name, imports, trees

TEMPLATES = sorted([*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")])
# The content security policy forbids these; a page that needs one would be broken, not merely ugly.
REFUSED_IN_TEMPLATES = {
    "unescaped text": r"\|\s*safe\b|\{%\s*autoescape\s+off",
    "inline style": r"\sstyle\s*=|<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)",
    "event attribute": r"\s(?:on[a-z]+|hx-on[:\w-]*)\s*=",
    "script address": r"javascript:",
    "trigger filter": r"hx-trigger=\"(?:[^\"]*,)?\s*[\w:.-]+\[",
    "foreign host": r"(?:src|href)=[\"'](?:https?:)?//(?!127\.0\.0\.1)",
}
DATA_SCRIPT = re.compile(r"<script[^>]*type=\"application/json\"[^>]*>")


@pytest.mark.parametrize("kind", REFUSED_IN_TEMPLATES)
def test_templates_stay_within_the_content_security_policy(kind):
    pattern = re.compile(REFUSED_IN_TEMPLATES[kind], re.IGNORECASE)
    found = []
    for path in TEMPLATES:
        text = DATA_SCRIPT.sub(
            "", re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text("utf-8"), flags=re.S)
        )
        found += [f"{path.relative_to(ROOT)}: {match.group().strip()}" for match in pattern.finditer(text)]
    assert not found, "\n".join(found)


def modules_named(*names):
    """Modules whose layer, the part after the app, is one of ``names``."""
    return {module: tree for module, tree in trees().items() if set(module.split(".")[1:]) & set(names)}


def scoped_models():
    """Models that know who may see which of their rows."""
    return {model.__name__ for model in apps.get_models() if hasattr(model._default_manager.none(), "visible_to")}


SCOPED_BY = {"visible_to", "readable_in_full", "none"}  # ``none()`` names a model and shows nothing
# Reads whose scope is given in another way, each with its reason.
SCOPED_OTHERWISE = {
    "engagements.api.views._answer": "read in scope before the service moved it",
    "engagements.views._why_not": "the need and the expert were both read in scope",
    "engagements.views.order_answer": "the signed link names the one order",
    "experts.views.own.own": "the person's own rows",
}


def chains(tree):
    """(function, model, methods called on its manager one after the other, line) of each ``Model.objects.a().b()``."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "objects":
            methods, inner, outer = [], node, parents[node]
            while (isinstance(outer, ast.Attribute) and outer.value is inner) or (
                isinstance(outer, ast.Call) and outer.func is inner
            ):
                if isinstance(outer, ast.Attribute):
                    methods.append(outer.attr)
                inner, outer = outer, parents[outer]
            while not isinstance(outer, ast.FunctionDef | ast.Module):
                outer = parents[outer]
            model = getattr(node.value, "id", getattr(node.value, "attr", ""))
            yield getattr(outer, "name", ""), model, methods, node.lineno


def test_pages_and_api_read_through_visible_to():
    """``Model.objects.filter(…)`` in a view shows rows of every county."""
    scoped = scoped_models()
    found = [
        f"{module}:{line} {model}.objects.{'.'.join(methods)}"
        for module, tree in modules_named("views", "filters", "exporters", "forms").items()
        for function, model, methods, line in chains(tree)
        if model in scoped and not SCOPED_BY.intersection(methods) and f"{module}.{function}" not in SCOPED_OTHERWISE
    ]
    assert not found, "\n".join(found)


def test_the_scope_check_sees_an_unscoped_read():
    tree = ast.parse("Expert.objects.filter(a=1).first()\nExpert.objects.select_related('x').visible_to(user).count()")
    assert [(methods, line) for _function, _model, methods, line in chains(tree)] == [
        (["filter", "first"], 1),
        (["select_related", "visible_to", "count"], 2),
    ]


WRITES = {"create", "bulk_create", "update", "bulk_update", "get_or_create", "update_or_create", "delete", "save"}


def test_views_write_through_services_alone():
    found = []
    for module, tree in modules_named("views").items():
        for node in ast.walk(tree):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Attribute)
                or node.func.attr not in WRITES
            ):
                continue
            chain = ast.unparse(node.func)
            if ".objects." in chain or re.search(r"\bform\.save$", chain):
                found.append(f"{module}:{node.lineno} {chain}")
    assert not found, "\n".join(found)


def test_nothing_happens_behind_a_save():
    """No signals of the ORM, no ``save`` of our own: between a URL and its effect stands one service."""
    signals = [
        str(item) for item in imports() if item.target.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    overrides = [
        f"{module}:{node.lineno} {owner.name}.{node.name}"
        for module, tree in modules_named("models").items()
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert not signals, "\n".join(signals)
    assert [line for line in overrides if "AuditEvent" not in line] == []  # append-only: it refuses both


def test_durable_services_take_keywords_only():
    found = []
    for module, tree in modules_named("services").items():
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in (function for function in functions if not function.name.startswith("_")):
            durable = any("durable=True" in ast.unparse(decorator) for decorator in node.decorator_list)
            if durable and (node.args.args or "actor" not in {argument.arg for argument in node.args.kwonlyargs}):
                found.append(f"{module}:{node.lineno} {node.name}")
    assert not found, "\n".join(found)


TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
NAMED, UNNAMED = re.compile(r"\{[a-z]\w*[^}]*\}"), re.compile(r"%[sd]|\{\d*\}")


def test_messages_have_named_fields():
    """``%s`` and ``{}`` cannot change places in another language; an f-string is never found by the extractor."""
    found = []
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called_name(node) not in TRANSLATING:
                continue
            for argument in node.args:
                if isinstance(argument, ast.JoinedStr):
                    found.append(f"{module}:{node.lineno} f-string")
                elif isinstance(argument, ast.Constant) and UNNAMED.search(NAMED.sub("", str(argument.value))):
                    found.append(f"{module}:{node.lineno} {argument.value}")
    assert not found, "\n".join(found)
