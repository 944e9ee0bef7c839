"""The import law of the architecture, checked on the syntax tree: hiding an import does not remove the dependency."""

import ast
import re
from collections import defaultdict

import pytest

from tests.structure.modules import APPS, RUNG, app_of, called_name, imports, imports_of, may_import, trees

# Layers inside an app, outermost first. A module may import its own layer or a later one.
LAYERS = (
    ("urls",),
    ("views", "handlers", "admin", "api", "context", "adapter", "middleware", "management", "templatetags"),
    ("forms", "filters", "exporters", "importers", "tasks"),
    ("services",),
    ("selectors", "permissions"),
    ("models", "querysets", "engine"),
    ("enums", "errors"),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}


def layer_of(dotted):
    """Position of ``app.layer…``; a package such as ``api`` counts as its own name, other modules have no layer."""
    parts = dotted.split(".")
    return LAYER.get(parts[1]) if len(parts) > 1 else None


def test_no_import_goes_up_or_sideways():
    ours = [item for item in imports() if app_of(item.target) in RUNG]
    broken = [str(item) for item in ours if not may_import(app_of(item.module), app_of(item.target))]
    assert not broken, "\n".join(broken)


def test_nobody_imports_tests_and_only_portal_the_prelude():
    broken = [str(item) for item in imports() if app_of(item.target) == "tests"]
    prelude = [item for item in imports() if app_of(item.target) == "bootstrap"]
    broken += [str(item) for item in prelude if app_of(item.module) != "portal"]
    assert not broken, "\n".join(broken)


def test_layers_inside_an_app_point_inwards():
    broken = []
    for item in imports():
        if app_of(item.module) != app_of(item.target) or app_of(item.module) == "portal":
            continue  # the composition root has no layers
        outer, inner = layer_of(item.module), layer_of(item.target)
        if outer is not None and inner is not None and inner < outer:
            broken.append(str(item))
    assert not broken, "\n".join(broken)


def imports_of_services():
    return [item for item in imports() if item.module.split(".")[1:2] == ["services"]]


def test_services_import_no_tasks_of_any_app():
    assert [str(item) for item in imports_of_services() if ".tasks" in f".{item.target}."] == []


def test_services_know_no_request():
    """A service that renders or answers cannot be called by an import, a task or the API."""
    banned = ("django.http", "django.shortcuts", "django.contrib.messages", "rest_framework")
    broken = [str(item) for item in imports_of_services() if item.target.startswith(banned)]
    broken = [line for line in broken if not line.endswith("django.http.QueryDict")]  # a mapping, no request
    assert not broken, "\n".join(broken)


def test_no_circle_between_modules():
    """At import time, that is outside functions: a circle makes the order of imports matter."""
    known = set(trees())
    graph = defaultdict(set)
    for module, tree in trees().items():
        for item in top_level_imports(module, tree):
            target = resolve(item.target, known)
            if target and target != module:
                graph[module].add(target)
    assert find_circle(graph) is None


def test_the_engine_is_free_of_django_and_of_the_apps():
    allowed = "matching.engine"
    banned = ("django", "rest_framework", "celery", "structlog", *APPS)
    broken = [
        str(item)
        for item in imports()
        if item.module.startswith(allowed) and app_of(item.target) in banned and not item.target.startswith(allowed)
    ]
    assert not broken, "\n".join(broken)


RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def test_foreign_keys_point_down():
    """``ForeignKey("app.Model")`` is an import in all but spelling."""
    broken = []
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called_name(node) not in RELATIONS:
                continue
            for word in (*node.args[:1], *(keyword.value for keyword in node.keywords)):
                target = word.value if isinstance(word, ast.Constant) and isinstance(word.value, str) else ""
                app = target.split(".")[0]
                if re.fullmatch(r"[a-z_]+\.\w+", target) and app in RUNG and not foreign_key_allowed(module, app):
                    broken.append(f"{module}:{node.lineno} refers to {target}")
    assert not broken, "\n".join(broken)


def foreign_key_allowed(module, app):
    """Tables of ``core`` may name the user, in a migration later than the first of ``accounts``."""
    return may_import(app_of(module), app) or (app_of(module) == "core" and app == "accounts")


def test_migrations_depend_downwards():
    broken = []
    for module, tree in trees().items():
        if ".migrations." not in module:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"dependencies", "run_before"}:
                for pair in (element for element in ast.walk(node.value) if isinstance(element, ast.Tuple)):
                    app = getattr(pair.elts[0], "value", "")
                    if app in RUNG and not foreign_key_allowed(module, app):
                        broken.append(f"{module} depends on {app}")
    assert not broken, "\n".join(broken)


def test_migrations_import_no_application_code():
    """A migration must mean the same years later: it may not call code that moves on."""
    broken = [
        str(item)
        for item in imports()
        if ".migrations." in item.module
        and app_of(item.target) in RUNG
        and ".migrations" not in item.target
        and not item.target.startswith(migration_helpers())
    ]
    assert not broken, "\n".join(broken)


def migration_helpers():
    """Field classes, defaults and validators that Django itself writes into migrations."""
    return tuple(f"{app}.{name}" for app in APPS for name in ("fields", "models", "codes", "validators", "enums"))


QUERYING = """
    filter exclude get values values_list order_by annotate aggregate alias select_related prefetch_related only defer
    distinct get_or_create update_or_create Q F OuterRef Count Sum Max Min Avg Prefetch
"""
LOOKUP_METHODS = frozenset(QUERYING.split())


def test_lookups_follow_no_reverse_relation_into_a_higher_app():
    """``Expert.objects.filter(orders__status=…)`` would make ``experts`` depend on ``engagements``.

    Plain rule: a lookup whose first or inner step is the name of a reverse relation that a higher app has put on a
    model, and of no field that the reading app may see, is refused.
    """
    reverse, forward = relation_names()
    broken = []
    for module, tree in trees().items():
        app = app_of(module)
        higher = {name for name, owners in reverse.items() if all(not may_import(app, owner) for owner in owners)}
        seen = (names for owner, names in forward.items() if owner not in RUNG or may_import(app, owner))
        suspicious = higher.difference(*seen)
        for lookup, line in lookups(tree):
            hit = suspicious.intersection(lookup.lstrip("-").split("__"))
            if hit:
                broken.append(f"{module}:{line} {lookup}")
    assert not broken, "\n".join(broken)


def relation_names():
    """(reverse name -> apps that define the relation, app -> names of its own fields and annotations)."""
    from django.apps import apps  # noqa: PLC0415 -- needs settings, which pytest-django has prepared by now

    reverse, forward = defaultdict(set), defaultdict(set)
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if field.auto_created and not field.concrete:
                owner = field.related_model._meta.app_label
                if owner in RUNG:
                    reverse[field.name].add(owner)
            else:
                forward[model._meta.app_label].add(field.name)
    return reverse, forward


def lookups(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or called_name(node) not in LOOKUP_METHODS:
            continue
        for keyword in node.keywords:
            if keyword.arg and called_name(node) not in {"annotate", "alias", "aggregate"}:
                yield keyword.arg, node.lineno
        texts = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        yield from ((text, node.lineno) for text in texts if re.fullmatch(r"-?[a-z_0-9]+", text))


def top_level_imports(module, tree):
    """Imports that run when the module is loaded, not those of functions or of TYPE_CHECKING blocks."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imports_of(module, node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse  # types only: nothing is imported at run time
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def resolve(target, known):
    """The module of ours that a dotted target lands in: the longest known prefix."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in known:
            return name
    return None


def find_circle(graph):
    done, path = set(), []

    def visit(node):
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        path.append(node)
        for other in sorted(graph[node]):
            circle = visit(other)
            if circle:
                return circle
        path.pop()
        done.add(node)
        return None

    return next((circle for circle in map(visit, sorted(graph)) if circle), None)


# --- the checks themselves notice what they are for


@pytest.mark.parametrize(
    ("importer", "target", "allowed"),
    [
        ("portal", "core", True),
        ("core", "accounts", False),
        ("experts", "enterprises", False),
        ("matching", "experts", True),
        ("matching", "engagements", False),
        ("reports", "engagements", True),
    ],
)
def test_the_law_reads_as_written(importer, target, allowed):
    assert may_import(importer, target) is allowed


def test_hidden_imports_are_seen():
    tree = ast.parse("def late():\n    from engagements import models\n    import_module('reports.services')\n")
    assert [item.target for item in imports_of("core.x", tree)] == ["engagements.models", "reports.services"]


def test_a_circle_is_found():
    assert find_circle(defaultdict(set, {"a": {"b"}, "b": {"c"}, "c": {"a"}})) == ["a", "b", "c", "a"]
