"""What `rapport.science` offers, read from its docstrings: the generated part of docs/reference/science.md."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any

from sklearn.base import BaseEstimator

# Not for those who import the library.
_OURS = ("language", "tests")
# Many functions of one kind, with little to say of each.
_IN_A_TABLE = ("charts",)
_SECTION = re.compile(r"(?:^|(?<=\. ))(Parameters|Learned|Sources?):", re.MULTILINE)
_SENTENCE = re.compile(r"^.*?\.(?=\s+[A-Z`\"(]|$)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A public name, and what its docstring says: one sentence, and the sections that it has."""

    name: str
    value: Any
    purpose: str
    sections: dict[str, str]

    @property
    def is_model(self) -> bool:
        if inspect.isfunction(self.value):
            return True
        # Not results, inputs, errors, enumerations and protocols: those come in the table.
        plain = inspect.isclass(self.value) and self.value.__bases__ == (object,) and not is_dataclass(self.value)
        return plain or (inspect.isclass(self.value) and issubclass(self.value, BaseEstimator))


def rooms() -> dict[str, Any]:
    """The modules of the library that offer something, by name."""
    import rapport.science

    names = [module.name for module in pkgutil.iter_modules(rapport.science.__path__) if module.name not in _OURS]
    found = {name: importlib.import_module(f"rapport.science.{name}") for name in names}
    return {name: module for name, module in found.items() if public(module)}


def public(module: Any) -> list[str]:
    """What a module exports: `__all__`, or its own functions and classes."""
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    return sorted(getattr(module, "__all__", [name for name in own if not name.startswith("_")]))


def entry(module: Any, name: str) -> Entry:
    value = getattr(module, name)
    if not (inspect.isclass(value) or inspect.isroutine(value) or hasattr(value, "__wrapped__")):
        return Entry(name, value, _constant(value), {})
    start, *rest = _SECTION.split(inspect.getdoc(value) or "")
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    sentence = _SENTENCE.match(_prose(start.split("\n\n")[0]))
    purpose = sentence[0] if sentence else _prose(start.split("\n\n")[0])
    return Entry(name, value, purpose, {title: _prose(body.split("\n\n")[0]) for title, body in sections.items()})


def science(table: Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], Iterator[str]]) -> Iterator[str]:
    """One part a room: its models and functions in full, then a table of what they take, give and raise."""
    for room, module in rooms().items():
        yield from (f"## {room}", "", _prose((module.__doc__ or "").split("\n\n")[0]), "")
        entries = [entry(module, name) for name in public(module)]
        models = [one for one in entries if one.is_model and room not in _IN_A_TABLE]
        for model in models:
            yield from _model(model)
        others = [one for one in entries if one not in models]
        if others:
            yield from table(("name", "what it is"), ((f"`{one.name}`", one.purpose) for one in others))
            yield ""


def _model(one: Entry) -> Iterator[str]:
    yield from (f"### {one.name}", "", f"`{one.name}{_signature(one.value)}`", "", one.purpose, "")
    said = [f"- {title}: {body}" for title, body in one.sections.items()]
    if said:
        yield from (*said, "")


def _signature(value: Any) -> str:
    """Names and defaults; types are in the code."""
    signature = inspect.signature(value)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


def _constant(value: Any) -> str:
    """What a name is that cannot have a docstring."""
    if isinstance(value, tuple) and not all(isinstance(one, str | int | float) for one in value):
        kinds = sorted({type(one).__name__ for one in value})
        return f"{len(value)} times `{'`, `'.join(kinds)}`."
    return f"`{str(value).replace('typing.', '')}`"


def _prose(text: str) -> str:
    return " ".join(text.split())
