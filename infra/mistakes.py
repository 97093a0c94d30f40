"""Every small mistake that could be made in the functions of a file: one comparison, sign, number or statement each. Runs nothing."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
"""The border moved by one, and the contrary."""
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}  # fmt: skip
PLAIN = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
"""Conditions in which nothing else can be mistaken."""
TURNED = {"min": "max", "max": "min", "floor": "ceil", "sin": "cos", "cos": "sin"}


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake. name: "function: right => wrong", numbered where a function has the same line more than once."""

    name: str
    line: int
    source: str


@dataclass(frozen=True)
class _Slot:
    """Where a node stands in its parent."""

    parent: ast.AST
    field: str
    index: int | None

    @property
    def node(self) -> ast.AST:
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def list_mutants(source: str) -> list[Mutant]:
    """All mistakes of a file, in the order of its lines; decorators, annotations and docstrings are none of its doing."""
    tree, seen, made = ast.parse(source), Counter[str](), []
    parts = [ast.unparse(node) for node in tree.body]
    for place, function in enumerate(tree.body):
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in _statements(function):
            right = _head(statement.node)
            for slot in (statement, *_expressions(statement.node)):
                kept = slot.node
                for wrong in _mistakes(kept):
                    slot.put(wrong)
                    name = f"{function.name}: {right} => {_head(statement.node)}"
                    seen[name] += 1
                    number = f" ({seen[name]})" if seen[name] > 1 else ""
                    whole = [*parts[:place], ast.unparse(function), *parts[place + 1 :]]
                    made.append(Mutant(name + number, kept.lineno, "\n".join(whole)))
                    slot.put(kept)
    return made


def _head(statement: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(statement)).splitlines()[0].removesuffix(":")


def _slots(parent: ast.AST) -> Iterator[_Slot]:
    for field, held in ast.iter_fields(parent):
        if isinstance(held, ast.AST):
            yield _Slot(parent, field, None)
        elif isinstance(held, list):
            yield from (_Slot(parent, field, index) for index in range(len(held)))


def _statements(parent: ast.AST) -> Iterator[_Slot]:
    """Each statement under a node, but for docstrings."""
    for slot in _slots(parent):
        if isinstance(slot.node, ast.stmt) and not _is_text(slot.node):
            yield slot
            yield from _statements(slot.node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _expressions(parent: ast.AST) -> Iterator[_Slot]:
    """Each expression of a statement itself, not those of statements within it."""
    for slot in _slots(parent):
        if isinstance(slot.node, ast.expr):
            yield slot
            yield from _expressions(slot.node)


def _mistakes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left, ops, comparators):
            for i, op in enumerate(ops):
                for other in COMPARISONS.get(type(op), ()):
                    yield ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], comparators)
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.stmt():
            yield from _wrong_statements(node)
        case _:
            yield from _wrong_atoms(node)


def _wrong_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.AugAssign(target, op, value):
            if type(op) in OPERATORS:
                yield ast.AugAssign(target, OPERATORS[type(op)](), value)
            yield ast.Pass()
        case ast.Continue():
            yield from (ast.Pass(), ast.Break())
        case ast.Break():
            yield from (ast.Pass(), ast.Continue())
        case ast.Assign() | ast.Expr() | ast.Return():
            yield ast.Pass()
        case ast.If(test, body, orelse) if isinstance(test, PLAIN):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)


def _wrong_atoms(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Name(id=name) if name in TURNED:
            yield ast.Name(TURNED[name], ast.Load())
        case ast.Attribute(value=value, attr=name) if name in TURNED:
            yield ast.Attribute(value, TURNED[name], ast.Load())
