"""Roles share their steps instead of copies of them, and leave decisions to filters, which have tests."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import installed
import yaml
from jinja2 import Environment, nodes

ROOT = installed.ROOT
RUN = 6  # lines
LONGEST = 200  # characters of a Jinja expression
STEPS = 2  # filters, tests and conditions in one expression
# They give a value another type or a default, or ask for its type, and decide nothing.
PLAIN_FILTERS = {"bool", "default", "float", "int", "join", "length", "list", "string"}
PLAIN_TESTS = {"defined", "file", "none", "string"}
ENDS = {"variable_end", "block_end"}
# Keywords whose values are expressions without braces.
BARE = {"when", "until", "that", "failed_when", "changed_when"}


def runs(text: str) -> set[tuple[str, ...]]:
    """Find all runs of lines in a file of tasks, without their indentation and without the mark of its beginning."""
    lines = [line.strip() for line in text.splitlines() if line.strip() != "---"]
    return {tuple(lines[start : start + RUN]) for start in range(len(lines) - RUN + 1)}


def copies(files: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Name the pairs of files (role, path) of different roles that have a run of lines in common."""
    found = {key: runs(text) for key, text in files.items()}
    for one, other in combinations(sorted(files), 2):
        if one[0] != other[0]:
            for run in sorted(found[one] & found[other]):
                yield f"{'/'.join(one)} and {'/'.join(other)}: {run[0]}"


def in_braces(text: str) -> Iterator[str]:
    """Yield what Jinja reads as an expression or a statement, with its braces."""
    parts: list[str] = []
    for _line, kind, token in Environment().lex(text):
        parts = [*parts, token] if kind != "data" else []
        if kind in ENDS:
            yield "".join(parts)
            parts = []


def expressions(value: Any, key: str = "") -> Iterator[str]:
    """Yield the Jinja expressions in a value of YAML, whose lines are joined there."""
    if isinstance(value, str):
        yield from [value] if key in BARE else in_braces(value)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from expressions(one, str(name))
    elif isinstance(value, Iterable):
        for one in value:
            yield from expressions(one, key)


def long(text: str, suffix: str = ".yml") -> list[str]:
    """Find the expressions in YAML or in a template that are too long, with spaces and line breaks as one space."""
    found = in_braces(text) if suffix == ".j2" else expressions(yaml.safe_load(text))
    joined = (" ".join(one.split()) for one in found)
    return [one for one in joined if len(one) > LONGEST]


def computes(text: str) -> list[str]:
    """Find the expressions in YAML that compute in more than two steps."""
    return [one for one in expressions(yaml.safe_load(text)) if steps_of(one) > STEPS]


def steps_of(expression: str) -> int:
    """Count the filters, tests and conditions of an expression, with or without braces, or of a statement."""
    with warnings.catch_warnings():
        # Of Jinja, about backslashes in regular expressions.
        warnings.simplefilter("ignore", DeprecationWarning)
        tree = Environment().parse(expression if "{{" in expression else f"{{{{ {expression} }}}}")
    filters = [one for one in tree.find_all(nodes.Filter) if one.name not in PLAIN_FILTERS]
    tests = [one for one in tree.find_all(nodes.Test) if one.name not in PLAIN_TESTS]
    return len([*filters, *tests, *tree.find_all(nodes.CondExpr)])


def files_of_tasks(root: Path) -> dict[tuple[str, str], str]:
    """Read the tasks and handlers of all roles, by role and path in the role."""
    found = [
        (role, path)
        for folder in ("roles", "lab/roles")
        for role in sorted((root / folder).glob("*"))
        for kind in ("tasks", "handlers")
        for path in sorted((role / kind).rglob("*.yml"))
    ]
    return {(role.name, path.relative_to(role).as_posix()): path.read_text() for role, path in found}


TASKS = files_of_tasks(ROOT)
FILES = [
    path
    for folder in ("examples", "inventories", "lab", "molecule", "playbooks", "roles")
    for suffix in ("yml", "j2")
    for path in sorted((ROOT / folder).rglob(f"*.{suffix}"))
]


def test_two_roles_have_no_six_lines_in_common():
    assert len(TASKS) > 50
    assert list(copies(TASKS)) == []


def test_a_copy_is_found():
    lines = [f"line {number}" for number in range(8)]
    copied = {
        ("one", "main.yml"): "\n".join(["---", *lines]),
        ("other", "main.yml"): "\n".join(["other", *(f"  {line}" for line in lines[1:7]), "end"]),
    }
    assert list(copies(copied)) == ["one/main.yml and other/main.yml: line 1"]
    assert list(copies({("one", name): text for text in copied.values() for name in "ab"})) == []


def test_files_in_folders_of_their_own_and_handlers_are_read(tmp_path):
    places = ["roles/one/tasks/main.yml", "roles/one/tasks/sub/more.yml", "roles/other/handlers/main.yml"]
    for place in [*places, "lab/roles/lab/tasks/main.yml", "roles/one/defaults/main.yml"]:
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(place)
    assert sorted(files_of_tasks(tmp_path)) == [
        ("lab", "tasks/main.yml"),
        ("one", "tasks/main.yml"),
        ("one", "tasks/sub/more.yml"),
        ("other", "handlers/main.yml"),
    ]


def test_no_expression_is_long():
    assert {path.suffix for path in FILES} == {".yml", ".j2"}
    assert len(FILES) > 80
    too_long = {str(path.relative_to(ROOT)): long(path.read_text(), path.suffix) for path in FILES}
    assert {name: found for name, found in too_long.items() if found} == {}


def test_a_long_expression_is_found():
    tail = "a" * (LONGEST - 8)
    assert long(f"one: >-\n  {{{{ {tail}\n     | b }}}}\ntwo: '{{{{ short }}}}'") == [f"{{{{ {tail} | b }}}}"]
    assert long(f"- when:\n    - {tail} and bbbbb") == [f"{tail} and bbbbb"]
    assert long("one: \"{{ {'a': {'b': '" + tail + "'}} }}\"") == ["{{ {'a': {'b': '" + tail + "'}} }}"]
    assert long(f"name: {'text ' * 50}") == []


# Users read these. The lab, tests and inventories are for developers.
SHIPPED = [
    path for path in FILES if path.suffix == ".yml" and path.relative_to(ROOT).parts[0] in ("playbooks", "roles")
]


def test_no_expression_computes_in_three_steps():
    assert len(SHIPPED) > 100
    found = {str(path.relative_to(ROOT)): computes(path.read_text()) for path in SHIPPED}
    assert {name: some for name, some in found.items() if some} == {}


def test_an_expression_of_three_steps_is_found():
    assert computes("a: \"{{ x | map('trim') | select | first }}\"") == ["{{ x | map('trim') | select | first }}"]
    assert computes("when: (x | sort | first) is even") == ["(x | sort | first) is even"]
    assert computes('a: "{{ b if x | from_json is even else c }}"') == ["{{ b if x | from_json is even else c }}"]
    assert computes("a: \"{{ x | default([]) | map('trim') | select | list | length }}\"") == []
    assert computes("a: \"{{ x | default([]) }} {{ y | map('trim') | unique }}\"") == []


def test_a_long_expression_in_a_template_is_found():
    tail = "a" * (LONGEST - 8)
    assert long(f"# {'text ' * 50}\n[one]\ntwo = {{{{ {tail}\n  | b }}}}, {{{{ short }}}}", ".j2") == [
        f"{{{{ {tail} | b }}}}"
    ]
    assert long(f"{{% set one =\n {tail} %}}", ".j2") == [f"{{% set one = {tail} %}}"]


def steps(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the tasks of a file, with those in blocks."""
    waiting = list(yaml.safe_load(text) or [])
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting += [inner for part in ("block", "rescue", "always") for inner in one.get(part, [])]


def test_tasks_take_the_way_to_the_api_that_is_open():
    """The lookup k8s takes it by itself. Modules are told by __ROLE_kubeconfig."""
    for (role, path), text in TASKS.items():
        for step in steps(text):
            for name in (one for one in step if one == "module_defaults" or one.startswith("kubernetes.core.")):
                assert f"'{{{{ {role}_kubeconfig }}}}'" not in str(step[name]), f"{role}/{path}: {step['name']}"


CORE = "kubernetes.core."


def group_members() -> set[str]:
    """The modules to which group/kubernetes.core.k8s in module_defaults applies."""
    from ansible_collections.kubernetes import core

    runtime = yaml.safe_load((Path(next(iter(core.__path__))) / "meta/runtime.yml").read_text())
    return {CORE + name for name in runtime["action_groups"]["k8s"]}


def without_kubeconfig(
    files: Mapping[str, list[Any]], file: str, members: Collection[str], known: Collection[str] = ()
) -> Iterator[str]:
    """Name the tasks of a file, and of those that it includes, that would ask the cluster of another kubeconfig."""
    waiting: list[tuple[Mapping[str, Any], Collection[str]]] = [(step, known) for step in files[file]]
    while waiting:
        step, given = waiting.pop(0)
        for name, options in step.get("module_defaults", {}).items():
            if "kubeconfig" in options:
                given = {*given, *(members if name == f"group/{CORE}k8s" else [name])}
        for module in (name for name in step if name.startswith(CORE)):
            if "kubeconfig" not in step[module] and module not in given:
                yield f"{file}: {step['name']}"
        for key in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks"):
            if key in step:
                yield from without_kubeconfig(files, step[key], members, given)
        waiting += [(inner, given) for part in ("block", "rescue", "always") for inner in step.get(part, [])]


def test_modules_know_the_kubeconfig():
    members = group_members()
    for role in {role for role, _path in TASKS}:
        files = {path.rpartition("/")[2]: yaml.safe_load(text) for (one, path), text in TASKS.items() if one == role}
        included = {
            step[key]
            for text in (text for (one, _path), text in TASKS.items() if one == role)
            for step in steps(text)
            for key in ("ansible.builtin.import_tasks", "ansible.builtin.include_tasks")
            if key in step
        }
        found = [task for file in files if file not in included for task in without_kubeconfig(files, file, members)]
        assert found == [], role


def test_a_module_outside_the_group_is_found():
    defaults = {f"group/{CORE}k8s": {"kubeconfig": "x"}}
    asks = {"name": "ask", f"{CORE}k8s_info": {}}
    marks = {"name": "mark", f"{CORE}k8s_taint": {}}
    files = {
        "a.yml": [{"module_defaults": defaults, "block": [{"ansible.builtin.import_tasks": "b.yml"}, marks]}],
        "b.yml": [asks],
    }
    # Newer versions of kubernetes.core have all their modules in the group.
    members = group_members() - {f"{CORE}k8s_taint"}
    assert f"{CORE}k8s_info" in members
    assert list(without_kubeconfig(files, "a.yml", members)) == ["a.yml: mark"]
    assert list(without_kubeconfig(files, "b.yml", members)) == ["b.yml: ask"]


def hides(text: str, defaults: Collection[str]) -> set[str]:
    """Find the loop variables in a file of tasks that are defaults of its role: Ansible warns of them at each loop."""
    return {step.get("loop_control", {}).get("loop_var") for step in steps(text)} & set(defaults)


def test_no_loop_hides_a_default():
    for (role, path), text in TASKS.items():
        files = [*ROOT.glob(f"roles/{role}/defaults/*.yml"), *ROOT.glob(f"lab/roles/{role}/defaults/*.yml")]
        defaults = {name for file in files for name in yaml.safe_load(file.read_text()) or {}}
        assert hides(text, defaults) == set(), f"{role}/{path}"


def test_a_loop_that_hides_a_default_is_found():
    assert hides("[{name: ask, loop: [1], loop_control: {loop_var: role_a}}]", {"role_a", "role_b"}) == {"role_a"}


def sent_once(text: str) -> Iterator[str]:
    """Name the tasks that send a request once, and must succeed: the modules of kubernetes.core try no second time."""
    for step in steps(text):
        if any(name.startswith(CORE) for name in step) and "until" not in step and step.get("failed_when") is not False:
            yield str(step["name"])


def test_requests_are_sent_again_when_the_api_is_late():
    found = [f"{role}/{path}: {name}" for (role, path), text in TASKS.items() for name in sent_once(text)]
    assert found == []


def test_a_request_that_is_sent_once_is_found():
    task = "- block:\n  - name: ask\n    kubernetes.core.k8s_info: {kind: Node}\n"
    assert list(sent_once(task)) == ["ask"]
    assert list(sent_once(f"{task}    until: asked is succeeded\n")) == []
    assert list(sent_once(f"{task}    failed_when: false\n")) == []


OWN = {"ansible_become", "ansible_connection", "ansible_python_interpreter"}
# An action that runs in Ansible itself, without a connection.
WITHOUT_CONNECTION = "ansible.builtin.set_fact"


def delegated(
    steps: Iterable[Mapping[str, Any]], known: frozenset[str] = frozenset()
) -> Iterator[tuple[str, set[str]]]:
    """Yield the tasks on the controller, with the variables of their connection that neither they nor a block sets."""
    for step in steps:
        there = known | set(step.get("vars", {}))
        if step.get("delegate_to") == "localhost" and WITHOUT_CONNECTION not in step:
            yield step["name"], OWN - there
        for part in ("block", "rescue", "always"):
            yield from delegated(step.get(part, []), there)


def test_what_runs_on_the_controller_depends_on_no_variable_of_all_hosts():
    """An inventory may list localhost, and set the connection, become and the Python of all hosts."""
    found = [
        (f"{role}/{path}", *one)
        for (role, path), text in TASKS.items()
        for one in delegated(yaml.safe_load(text) or [])
    ]
    assert len(found) > 20
    assert [one for one in found if one[-1]] == []


def test_a_task_on_the_controller_without_its_variables_is_found():
    step = {"name": "ask", "delegate_to": "localhost", "become": False}
    assert list(delegated([{"block": [step], "vars": {"ansible_become": False}}])) == [
        ("ask", OWN - {"ansible_become"})
    ]
    assert list(delegated([{"block": [step], "vars": dict.fromkeys(OWN)}])) == [("ask", set())]


# A task with run_once that fails leaves the other hosts failed, even after a rescue. This condition does not.
ONE_HOST = "inventory_hostname == ansible_play_hosts[0]"


def rescues(steps: Iterable[Mapping[str, Any]], run_once: bool = False, rescued: bool = False) -> Iterator[str]:
    """Name the tasks in a rescue that read the error of a host, and that hosts without an error run too."""
    for step in steps:
        once = run_once or step.get("run_once") is True or step.get("when") == ONE_HOST
        inner = {part: step.get(part, []) for part in ("block", "rescue", "always")}
        own = str({name: value for name, value in step.items() if name not in inner})
        careful = "ansible_failed_result | default(" in own or "ansible_failed_result is defined" in own
        if rescued and "ansible_failed_result" in own and not once and not careful:
            yield step["name"]
        for part, tasks in inner.items():
            yield from rescues(tasks, once, rescued or part == "rescue")


def test_a_host_without_an_error_reads_none_in_a_rescue():
    """A task with run_once or any_errors_fatal fails on all hosts; only the host that ran it has an error."""
    found = {f"{role}/{path}": list(rescues(yaml.safe_load(text) or [])) for (role, path), text in TASKS.items()}
    assert {place: names for place, names in found.items() if names} == {}


def test_a_rescue_that_reads_the_error_of_another_host_is_found():
    fails = {"name": "say why", "fail": {"msg": "{{ ansible_failed_result.msg }}"}}
    assert list(rescues([{"block": [], "rescue": [fails]}])) == ["say why"]
    assert list(rescues([{"block": [], "rescue": [fails], "run_once": True}])) == []
    assert list(rescues([{"block": [], "rescue": [{**fails, "when": "ansible_failed_result is defined"}]}])) == []
    assert list(rescues([{"block": [], "rescue": [{"block": [fails]}]}])) == ["say why"]


def test_every_private_variable_is_set_somewhere():
    """default() would hide one that is not."""
    paths = [path for folder in ("roles", "playbooks") for path in (ROOT / folder).rglob("*.*")]
    texts = [re.sub(r"(?m)^\s*#.*$", "", path.read_text()) for path in paths if path.suffix in (".yml", ".j2")]
    text = "\n".join(texts)
    used = set(re.findall(r"\b__[a-z][a-z0-9_]*", text))
    names = r"(__[a-z][a-z0-9_]*)\b"
    ways = (rf"(?m)^\s*(?:- )?{names}:", rf"[{{,] ?{names}:", rf"(?:register|loop_var): {names}", rf"set {names}")
    assert len(used) > 150
    assert used - {name for way in ways for name in re.findall(way, text)} == set()
