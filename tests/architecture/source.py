"""The product's own modules, parsed once for all architecture tests."""

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "throughline"


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, file, text and syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The capability it belongs to: wing and package, such as "record.cases"."""
        return ".".join(self.name.split(".")[1:3])

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n") + 1


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Return every module of the product but tests and migrations."""
    found = []
    for path in sorted(PRODUCT.rglob("*.py")):
        parts = path.relative_to(PRODUCT).parts
        if "tests" in parts or "migrations" in parts:
            continue
        name = ".".join(("throughline", *parts))[: -len(".py")].removesuffix(".__init__")
        text = path.read_text()
        found.append(Module(name, path, text, ast.parse(text)))
    return tuple(found)


def imports_of(module: Module) -> list[str]:
    """Return the dotted names a module imports, `from a import b` as a.b."""
    names: list[str] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names
