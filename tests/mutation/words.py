"""What is not mutated: the texts of raised errors and of log lines. What depends on their words is no behaviour.

raise ValueError(f"{name} is too large")                       the text is left out
raise OutcomeUnknown("read back first", answered=is_answered)  the text is left out, `answered` is not
logger.warning("a tick ended early: %s", name)                 left out
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst
import libcst.matchers as m

if TYPE_CHECKING:
    from mutmut.mutation.file_mutation import Mutation

_TEXT = m.SimpleString() | m.FormattedString() | m.ConcatenatedString()
_RAISED = m.Raise(exc=m.Call(args=[m.Arg(value=_TEXT, keyword=None), m.ZeroOrMore()]))
_LOGGED = m.Call(func=m.Attribute(value=m.Name("logger")))


def without_words(module: cst.Module, mutations: list[Mutation]) -> list[Mutation]:
    """Return the mutations that change more than words.

    :param module: the one that the mutations were made of.
    """
    inside: set[int] = set()
    calls: dict[int, cst.BaseExpression] = {}
    for raised in m.findall(module, _RAISED):
        call = cst.ensure_type(cst.ensure_type(raised, cst.Raise).exc, cst.Call)
        calls[id(call)] = call.args[0].value
        inside.update(_nodes(call.args[0]))
    for logged in m.findall(module, _LOGGED):
        inside.update(_nodes(logged))
    return [each for each in mutations if id(each.original_node) not in inside and not _blanks(each, calls)]


def _blanks(mutation: Mutation, calls: dict[int, cst.BaseExpression]) -> bool:
    """Return whether nothing but the text of an error becomes None or goes away."""
    text = calls.get(id(mutation.original_node))
    made: Any = mutation.mutated_node
    return text is not None and all(arg.value is not text for arg in made.args)


def _nodes(node: cst.CSTNode) -> set[int]:
    found = {id(node)}
    for child in node.children:
        found |= _nodes(child)
    return found
