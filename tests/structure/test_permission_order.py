"""Permissions decide on the person before the state: strangers do not learn the state of a thing.

A refusal for the state is answered with 409 and its reason; asked first, it would tell somebody
without the role what has been decided, removed or closed.
"""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "deliberate" / "permissions"


def person_first(function: ast.FunctionDef) -> bool:
    """Return whether a check refuses for its first argument, the person, before anything else."""
    known = {function.args.args[0].arg}
    for statement in function.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            known |= _targets(statement) if _begins_with(statement.value, known) else set()
        elif isinstance(statement, ast.If):
            return _mentions(statement.test, known) or not _refuses(statement)
        elif isinstance(statement, ast.Return):
            return _begins_with(statement.value, known)
    return False


def _begins_with(value: ast.expr | None, names: set[str]) -> bool:
    """Return whether a value concerns the names, and a list of decisions those first."""
    if not (isinstance(value, ast.Call) and ast.unparse(value.func) == "all_of"):
        return _mentions(value, names)
    concerns = [_mentions(arg, names) and not _refuses(arg) for arg in value.args]
    return concerns[0] and concerns == sorted(concerns, reverse=True)


def _targets(statement: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _mentions(expression: ast.AST | None, names: set[str]) -> bool:
    if expression is None:
        return False
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(expression))


def _refuses(node: ast.AST) -> bool:
    """Return whether a state is refused here: the kind of Decision() where none is named."""
    calls = [child for child in ast.walk(node) if isinstance(child, ast.Call)]
    return any(ast.unparse(call.func) == "Decision" and len(call.args) == 1 for call in calls)


def permission_functions() -> list[ast.FunctionDef]:
    """Return the functions of the package that say what a person may do."""
    trees = (ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py")))
    functions = (node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef))
    return [function for function in functions if _is_about_a_person(function)]


def _is_about_a_person(function: ast.FunctionDef) -> bool:
    """Return whether a check begins with a person; others are of a state alone."""
    first = function.args.args[:1]
    named = function.name.startswith("may_") and bool(first) and first[0].annotation is not None
    return named and "Person" in ast.unparse(first[0].annotation or first[0])


@pytest.mark.parametrize("function", permission_functions(), ids=lambda function: function.name)
def test_permission_asks_who_acts_before_the_state(function: ast.FunctionDef) -> None:
    assert person_first(function)


@pytest.mark.parametrize(
    "body",
    [
        "if thing.gone: return Decision('gone')\n    return has_role(person)",
        "return all_of(is_open(thing), has_role(person))",
        "decision = all_of(is_open(thing), has_role(person))\n    return decision",
        "return all_of(has_role(person), is_open(thing), is_author(person, thing))",
        "ended = thing.ended\n    return Decision('over') if ended else has_role(who)",
    ],
)
def test_state_that_is_asked_first_is_found(body: str) -> None:
    function = ast.parse(f"def may_x(person, thing):\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef) and not person_first(function)
