"""Pydantic's findings as sentences with file, line and a remedy."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from casework.configuration.located import Problem, Tree

Path = tuple[str | int, ...]


def problems_of(error: ValidationError, tree: Tree, kind: Any) -> list[Problem]:
    """One problem per finding, in the order of the file. `kind` is the type that was asked for."""
    found = [_problem(finding, tree, kind) for finding in error.errors(include_url=False)]
    return sorted(set(found))


def did_you_mean(word: str, known: Collection[str]) -> str:
    """`did you mean …?`, or the words that are allowed when they are few, or nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if 0 < len(known) <= 16:
        return "known are " + ", ".join(f"`{name}`" for name in sorted(known))
    return ""


def dotted(path: Sequence[str | int]) -> str:
    """`postings[0].system`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _problem(finding: Mapping[str, Any], tree: Tree, kind: Any) -> Problem:
    path = _written_path(tuple(finding["loc"]), tree)
    origin, sort, ctx = tree.place(path), finding["type"], finding.get("ctx", {})
    name = dotted(path)
    if sort == "missing":
        above = dotted(path[:-1])
        return Problem(origin, f"`{path[-1]}` is missing" + (f" in `{above}`" if above else ""), "add it")
    if sort == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _keys_at(kind, path[:-1])) or "remove it"
        return Problem(origin, f"unknown key `{name}`", hint)
    if sort in ("enum", "literal_error", "union_tag_invalid"):
        return _unknown_word(finding, origin, path, name, ctx)
    if sort == "value_error":
        return Problem(origin, f"`{name}`: {ctx.get('error', finding['msg'])}" if name else str(ctx.get("error")))
    if sort == "string_pattern_mismatch":
        return Problem(origin, f"`{name}` is {finding['input']!r}", f"allowed is {ctx.get('pattern')}")
    return Problem(origin, f"`{name}` is {_shown(finding['input'])}: {_lower(finding['msg'])}")


def _unknown_word(finding: Mapping[str, Any], origin: Any, path: Path, name: str, ctx: Mapping[str, Any]) -> Problem:
    allowed = str(ctx.get("expected") or ctx.get("expected_tags", ""))
    words = [word.strip(" '") for word in allowed.replace(" or ", ",").split(",") if word.strip(" '")]
    value = ctx.get("tag", finding["input"])
    return Problem(origin, f"`{name}` is {_shown(value)}", did_you_mean(str(value), words))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:] if message else message


def _written_path(path: Path, tree: Tree) -> Path:
    """The path without parts that stand for members of a union or for a dict's key; those are not in the file."""
    kept: list[str | int] = []
    here: Tree | None = tree
    for index, key in enumerate(path):
        child = here.step(key) if here is not None else None
        last = index == len(path) - 1
        if child is not None or (last and key != "[key]"):
            kept.append(key)
            here = child
    return tuple(kept)


def _keys_at(kind: Any, path: Path) -> set[str]:
    """Keys that the models allow at a path."""
    members = list(_models(kind))
    for key in path:
        members = [inner for member in members for inner in _inside(member, key)]
    return {
        field.alias or name
        for member in members
        if isinstance(member, type) and issubclass(member, BaseModel)
        for name, field in member.model_fields.items()
    }


def _inside(member: Any, key: str | int) -> Iterator[Any]:
    if isinstance(member, type) and issubclass(member, BaseModel):
        for name, field in member.model_fields.items():
            if key in (name, field.alias):
                yield from _models(field.annotation)
    elif get_origin(member) in (dict, Mapping):
        yield from _models(get_args(member)[1])
    elif get_origin(member) in (tuple, list):
        yield from _models(get_args(member)[0])


def _models(kind: Any) -> Iterator[Any]:
    """Models and containers named by a type, unions and annotations taken apart."""
    base = get_origin(kind)
    if base is Annotated:
        yield from _models(get_args(kind)[0])
    elif base in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _models(member)
    else:
        yield kind
