"""How templates become Python: Jinja, less the work that no page of ours needs."""

from collections.abc import MutableMapping
from functools import cache
from types import FunctionType
from typing import Any

from flask.templating import Environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

_FUNCTIONS = (FunctionType, type(cache(str)))


class _Writing(CodeGenerator):
    """How a template is made into Python: what is put into a page goes through `piece`."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.piece(")


class _Names(Context):
    """What a template knows and calls: our own functions and pieces are called without detours.

    Jinja asks of each callable three times whether it wants to be handed something (measured: a
    page makes eighty calls).
    """

    def call(self, called: Any, /, *args: Any, **named: Any) -> Any:
        """What a call in a template gives."""
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _FUNCTIONS or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*args, **named)


class Templates(Environment):
    """Jinja, but that the names which all templates know lie in one plain dictionary.

    Its own chain of dictionaries is walked at each import: a page of five imports made a thousand
    calls for it (measured). Names are given before the first template is read (`furnish`).
    """

    code_generator_class = _Writing
    context_class = _Names

    @staticmethod
    def piece(value: Any) -> Markup:
        """A value as it may stand in a page. Most are safe already, and are not copied for it."""
        return value if type(value) is Markup else escape(value)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that a template knows."""
        return {**self.globals, **(d or {})}
