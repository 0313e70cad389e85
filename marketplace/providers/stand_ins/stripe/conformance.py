"""Requests and answers checked against the provider's own types (stripe-python, see annotations.py).

Stricter than the types say: an enumeration that is open for newer values is
taken as closed, because a sandbox that accepts a misspelt value proves nothing.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import stripe
import typing_extensions

from .annotations import Names, options_of, parameter_fields, params_class, resource_class, resource_fields

MAX_TEXT = 5000
_INTEGER = re.compile(r"^-?\d{1,18}$")
_LITERALS = (typing.Literal, typing_extensions.Literal)


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: where, the provider's error code (if it has one), and a sentence."""

    path: str
    code: str | None
    message: str


class _Check:
    """One pass over a value. ``wire`` values are texts of a form and come back as what they mean."""

    def __init__(self, wire: bool) -> None:
        self.wire = wire
        self.findings: list[Finding] = []

    def note(self, path: str, code: str | None, message: str) -> None:
        self.findings.append(Finding(path, code, message))

    def value(self, value: Any, annotation: Any, names: Names, path: str) -> Any:
        options = options_of(annotation, names)
        if len(options) > 1:
            return self._union(value, options, names, path)
        annotation = options[0]
        origin = typing_extensions.get_origin(annotation)
        arguments = typing_extensions.get_args(annotation)
        if annotation in (Any, object):
            return value
        if origin in _LITERALS:
            if value not in arguments:
                self.note(path, None, f"Invalid {path}: must be one of {', '.join(map(str, arguments))}")
            return value
        if origin is list:
            return self._array(value, arguments[0], names, path)
        if origin is dict:
            return self._mapping(value, arguments[1], names, path)
        if annotation in _PLAIN:
            return _PLAIN[annotation](self, value, path)
        return self._structure(value, annotation, origin, arguments, names, path)

    def _union(self, value: Any, options: list[Any], names: Names, path: str) -> Any:
        literals = [x for o in options if typing_extensions.get_origin(o) in _LITERALS for x in o.__args__]
        if value is None and type(None) in options:
            return None
        rest = [o for o in options if typing_extensions.get_origin(o) not in _LITERALS and o is not type(None)]
        if isinstance(value, bool) and any(value is literal for literal in literals):
            return value
        if isinstance(value, str) and literals:
            if value in literals:
                return value
            if any(literals):  # more than "may be emptied": an enumeration, closed here
                rest = [option for option in rest if option is not str]
                if not rest:
                    self.note(path, None, f"Invalid {path}: must be one of {', '.join(map(str, literals))}")
                    return value
        attempts: list[list[Finding]] = []
        for option in rest:
            attempt = _Check(self.wire)
            result = attempt.value(value, option, names, path)
            if not attempt.findings:
                return result
            attempts.append(attempt.findings)
        if attempts:  # the variant that fits best names what is wrong with it
            self.findings += max(attempts, key=_fit)
        else:
            self.note(path, None, f"Invalid {path}: null or a value that no variant takes")
        return value

    def _array(self, value: Any, inner: Any, names: Names, path: str) -> Any:
        if self.wire and isinstance(value, dict) and all(key.isdigit() for key in value):
            value = [value[key] for key in sorted(value, key=int)]
        if not isinstance(value, list):
            self.note(path, "parameter_invalid_array" if self.wire else None, "Invalid array")
            return value
        return [self.value(item, inner, names, f"{path}[{index}]") for index, item in enumerate(value)]

    def _mapping(self, value: Any, inner: Any, names: Names, path: str) -> Any:
        if not isinstance(value, dict):
            self.note(path, None, "Invalid object")
            return value
        return {key: self._entry(item, inner, names, f"{path}[{key}]") for key, item in value.items()}

    def _entry(self, item: Any, inner: Any, names: Names, path: str) -> Any:
        # An empty text in a map (metadata) takes the key away; it is no empty value.
        return item if self.wire and item == "" else self.value(item, inner, names, path)

    def _structure(self, value: Any, annotation: Any, origin: Any, arguments: Any, names: Names, path: str) -> Any:
        if inspect.isclass(annotation) and typing_extensions.is_typeddict(annotation):
            return self.parameters(value, annotation, path)
        cls = origin if inspect.isclass(origin) else annotation
        if not inspect.isclass(cls) or not issubclass(cls, stripe.StripeObject):
            return value
        if cls.__name__ == "UntypedStripeObject":
            return self._mapping(value, arguments[0] if arguments else Any, names, path)
        if cls is stripe.ListObject:
            if not isinstance(value, dict) or value.get("object") != "list":
                self.note(path, None, "not a list object")
                return value
            self._array(value.get("data"), arguments[0], names, f"{path}.data")
            return value
        self.resource(value, cls, path)
        return value

    def parameters(self, value: Any, cls: Any, path: str) -> Any:
        if not isinstance(value, dict):
            self.note(path, None, "Invalid object")
            return value
        fields = parameter_fields(cls)
        result = {}
        for name, item in value.items():
            place = f"{path}[{name}]" if path else name
            if name not in fields:
                self.note(place, "parameter_unknown", f"Received unknown parameter: {place}")
                continue
            result[name] = self.value(item, fields[name].annotation, fields[name].names, place)
        for name, field in fields.items():
            if field.required and name not in value:
                place = f"{path}[{name}]" if path else name
                self.note(place, "parameter_missing", f"Missing required param: {place}.")
        return result

    def resource(self, value: Any, cls: Any, path: str) -> None:
        if not isinstance(value, dict):
            self.note(path, None, f"expected an object {cls.__name__}")
            return
        wanted = getattr(cls, "OBJECT_NAME", None)
        if wanted is not None and value.get("object") != wanted:
            self.note(path, None, f"expected object {wanted}, found {value.get('object')}")
            return
        fields = resource_fields(cls)
        for name, field in fields.items():
            if name in value:
                self.value(value[name], field.annotation, field.names, f"{path}.{name}")
            elif field.required and value.get("deleted") is not True:
                self.note(f"{path}.{name}", None, "missing in the answer")
        for name in value.keys() - fields.keys():
            self.note(f"{path}.{name}", None, "field unknown to the provider")

    def integer(self, value: Any, path: str) -> Any:
        if self.wire and isinstance(value, str) and _INTEGER.match(value):
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(path, "parameter_invalid_integer", f"Invalid integer: {str(value)[:100]}")
        return value

    def number(self, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            self.note(path, None, f"Invalid decimal: {str(value)[:100]}")
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.note(path, None, f"Invalid decimal: {str(value)[:100]}")
        return value

    def boolean(self, value: Any, path: str) -> Any:
        if self.wire and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            self.note(path, None, f"Invalid boolean: {str(value)[:100]}")
        return value

    def text(self, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            self.note(path, None, "Invalid string")
        elif self.wire and value == "":
            self.note(path, "parameter_invalid_empty", f"You passed an empty string for '{path}'; it cannot be unset.")
        elif len(value) > MAX_TEXT and self.wire:
            self.note(path, None, f"Invalid string: must be at most {MAX_TEXT} characters")
        return value

    def nothing(self, value: Any, path: str) -> Any:
        if value is not None:
            self.note(path, None, "must be null")
        return value


def _fit(findings: Iterable[Finding]) -> tuple[int, int]:
    """How well a variant fits that does not: the deeper its first fault and the fewer, the better."""
    depths = [len(finding.path) for finding in findings]
    return max(depths), -len(depths)


_PLAIN: dict[Any, Any] = {
    int: _Check.integer,
    float: _Check.number,
    Decimal: _Check.number,
    bool: _Check.boolean,
    str: _Check.text,
    type(None): _Check.nothing,
}


def check_params(name: str, sent: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Check decoded form parameters against a class of stripe.params; also give them with their real types."""
    check = _Check(wire=True)
    return check.parameters(sent, params_class(name), ""), check.findings


def check_answer(name: str, answer: dict[str, Any]) -> list[Finding]:
    """Check an answer against a resource class of stripe; a list is checked item by item."""
    check = _Check(wire=False)
    if answer.get("object") == "list":
        for index, item in enumerate(answer["data"]):
            check.resource(item, resource_class(name), f"data[{index}]")
    else:
        check.resource(answer, resource_class(name), name)
    return check.findings
