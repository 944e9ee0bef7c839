"""The product's modules as syntax trees: who imports whom, wherever the import stands."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From the composition root down; apps on one rung may not import each other.
RUNGS = (
    {"portal"},
    {"reports"},
    {"fieldwork", "partnerships", "events"},
    {"engagements"},
    {"matching", "policies"},
    {"experts", "enterprises"},
    {"accounts"},
    {"core"},
)
RUNG = {app: number for number, rung in enumerate(RUNGS) for app in rung}
APPS = sorted(app for app in RUNG if (ROOT / app).is_dir())


LATE_IMPORTS = {"import_module", "import_string", "__import__", "get_model"}  # get_model("app.Model") is one as well


@dataclass(frozen=True)
class Import:
    module: str  # who imports, dotted
    target: str  # what, dotted; names of a ``from`` import included
    line: int

    def __str__(self):
        return f"{self.module}:{self.line} imports {self.target}"


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of ours, parsed."""
    return {
        module_name(path): ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
    }


def imports_of(module: str, tree: ast.AST) -> list[Import]:
    """Imports anywhere in ``tree``, those inside functions and under TYPE_CHECKING included."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [Import(module, alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                package = module.split(".")[: -node.level] if node.level else []
                base = ".".join([*package, *([node.module] if node.module else [])])
            else:
                base = node.module
            found += [Import(module, f"{base}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call) and called_name(node) in LATE_IMPORTS:
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.append(Import(module, argument.value, node.lineno))
    return found


def called_name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


@cache
def imports() -> list[Import]:
    return [item for module, tree in trees().items() for item in imports_of(module, tree)]


def app_of(dotted: str) -> str:
    return dotted.split(".")[0]


def may_import(app: str, other: str) -> bool:
    """Left may import right: down the rungs, never sideways."""
    return app == other or RUNG[app] < RUNG[other]
