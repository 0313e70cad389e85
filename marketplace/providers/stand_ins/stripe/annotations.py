"""Reading the type annotations of the provider's own Python client.

stripe-python is generated from the provider's specification, so its TypedDicts
(parameters) and resource classes (answers) are the contract, version-matched.
Many names in them are imported for type checkers only; they are looked up here
when they are met, and remembered.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from typing import Any

import stripe
import stripe.checkout
import stripe.params
import typing_extensions
from stripe._request_options import RequestOptions

_REQUIRED_MARKS = (typing.Required, typing_extensions.Required)
_OPTIONAL_MARKS = (typing.NotRequired, typing_extensions.NotRequired)
_UNIONS = (typing.Union, types.UnionType)


class Names(dict[str, Any]):
    """Names visible to the annotations of one class: its inner classes, its module, the client's public names."""

    def __init__(self, visible: Mapping[str, Any]) -> None:
        super().__init__(visible)
        self._resolved: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        for place in (typing, typing_extensions, stripe, stripe.checkout):
            found = getattr(place, name, None)
            if found is not None:
                return found
        return Any

    def resolve(self, annotation: Any) -> Any:
        """The annotation with its outermost string or forward reference made real."""
        if isinstance(annotation, typing.ForwardRef):
            annotation = annotation.__forward_arg__
        if not isinstance(annotation, str):
            return annotation
        if annotation not in self._resolved:
            self._resolved[annotation] = eval(annotation, {}, self)  # noqa: S307 - text of an installed package
        return self._resolved[annotation]


class Field(typing.NamedTuple):
    """One field of a class: its annotation, the names to read it with, whether it must be there."""

    annotation: Any
    names: Names
    required: bool


def params_class(name: str) -> Any:
    """The TypedDict of parameters, e.g. ``RefundCreateParams`` or ``checkout.SessionCreateParams``."""
    return functools.reduce(getattr, name.split("."), stripe.params)


def resource_class(name: str) -> Any:
    """The class of an answer, e.g. ``Refund`` or ``checkout.Session``."""
    return functools.reduce(getattr, name.split("."), stripe)


@functools.cache
def _module_names(module: str) -> Names:
    return Names(vars(sys.modules[module]))


@functools.cache
def parameter_fields(cls: Any) -> dict[str, Field]:
    """Fields of a TypedDict with those of its bases, without the client's own request options."""
    fields: dict[str, Field] = {}
    for base in getattr(cls, "__orig_bases__", ()):
        if typing_extensions.is_typeddict(base) and base is not RequestOptions:
            fields |= parameter_fields(base)
    names = _module_names(cls.__module__)
    own_options = RequestOptions.__annotations__
    for name, raw in cls.__annotations__.items():
        # A TypedDict lists its bases' fields too; those of the request options are headers, not parameters.
        if name in own_options and raw == own_options[name]:
            continue
        annotation = names.resolve(raw)
        origin = typing_extensions.get_origin(annotation)
        required = origin not in _OPTIONAL_MARKS
        if origin in _OPTIONAL_MARKS or origin in _REQUIRED_MARKS:
            annotation = typing_extensions.get_args(annotation)[0]
        fields[name] = Field(annotation, names, required)
    return fields


@functools.cache
def resource_fields(cls: Any) -> dict[str, Field]:
    """Fields of a resource class; one that may be None may also be absent."""
    inner = {name: value for name, value in vars(cls).items() if inspect.isclass(value)}
    names = Names({**vars(sys.modules[cls.__module__]), **inner})
    fields = {}
    for name, raw in vars(cls).get("__annotations__", {}).items():
        if name.startswith("_") or "ClassVar" in str(raw):
            continue
        annotation = names.resolve(raw)
        fields[name] = Field(annotation, names, type(None) not in options_of(annotation, names))
    return fields


def options_of(annotation: Any, names: Names) -> list[Any]:
    """The variants of a union, flat; a single annotation is its own only variant."""
    annotation = names.resolve(annotation)
    if typing_extensions.get_origin(annotation) not in _UNIONS:
        return [annotation]
    return [variant for part in typing_extensions.get_args(annotation) for variant in options_of(part, names)]
