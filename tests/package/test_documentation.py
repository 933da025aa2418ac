"""ansible-doc shows every installed plugin and entry point, with each of their options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

import installed
import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.module_utils._matrix.cells import CHECKS

KINDS = ("module", "filter", "lookup", "callback", "role")
COLLECTION = "podnet.kubernetes"
PLUGINS = {"module": "modules", "filter": "filter", "lookup": "lookup", "callback": "callback"}
ROOT = installed.ROOT

NAMES = {
    "role": sorted(path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml")),
    **{kind: sorted(path.stem for path in ROOT.glob(f"plugins/{folder}/*.py")) for kind, folder in PLUGINS.items()},
}
plugins = pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in PLUGINS for name in NAMES[kind]])
roles = pytest.mark.parametrize("role", NAMES["role"])


@pytest.fixture(scope="module")
def shown(project) -> dict[str, Any]:
    """The output of ansible-doc for the installed collection: kind -> name -> documentation."""
    everything = json.loads(installed.output("ansible-doc", "--metadata-dump", COLLECTION, cwd=project))["all"]
    prefix = f"{COLLECTION}."
    return {kind: {name.removeprefix(prefix): one for name, one in everything[kind].items()} for kind in KINDS}


def test_it_shows_all_of_them(shown):
    assert {kind: sorted(names) for kind, names in shown.items()} == NAMES
    assert sorted(path.name for path in ROOT.glob("roles/*")) == NAMES["role"]


def undescribed(options: Mapping[str, Any], inner: str, where: str = "") -> Iterator[str]:
    """Yield the options or returned keys of all levels that lack a description."""
    for name, option in options.items():
        if not "".join(option.get("description") or ""):
            yield where + name
        yield from undescribed(option.get(inner) or {}, inner, f"{where}{name}.")


@plugins
def test_a_plugin_says_what_it_does_since_when_and_by_an_example(shown, kind, name):
    plugin = shown[kind][name]
    document = plugin["doc"]
    empty = [part for part in ("short_description", "description", "version_added", "author") if not document.get(part)]
    assert empty == []
    assert list(undescribed(document.get("options", {}), "suboptions")) == []
    if kind == "callback":
        return  # no task names it, and it returns nothing
    assert plugin["return"]
    assert list(undescribed(plugin["return"], "contains")) == []
    tasks = yaml.safe_load(plugin["examples"])
    assert [task for task in tasks if f"{COLLECTION}.{name}" not in json.dumps(task)] == []


@roles
def test_an_entry_point_says_what_it_does_and_since_when(shown, role):
    for name, entry_point in shown["role"][role]["entry_points"].items():
        parts = ("short_description", "description", "version_added", "author")
        assert [part for part in parts if not entry_point.get(part)] == [], name
        assert list(undescribed(entry_point.get("options", {}), "options")) == [], name
        assert (ROOT / "roles" / role / "tasks" / f"{name}.yml").is_file()


@roles
def test_the_options_of_a_role_are_its_defaults(shown, role):
    """Every default is an option of an entry point. It has the documented value, unless a template computes it."""
    path = ROOT / "roles" / role / "defaults" / "main.yml"
    defaults = (yaml.safe_load(path.read_text()) if path.exists() else None) or {}
    entry_points = shown["role"][role]["entry_points"].values()
    options = [option for one in entry_points for option in one.get("options", {}).items()]
    assert sorted(set(defaults) - {name for name, _option in options}) == []
    told = [(name, option["default"]) for name, option in options if "default" in option]
    computed = {name for name, value in defaults.items() if "{{" in str(value)}
    assert [one for one in told if one[0] not in computed and one[1] != defaults.get(one[0])] == []


@roles
def test_the_readme_of_a_role_names_its_entry_points_and_options(shown, role):
    entry_points = shown["role"][role]["entry_points"]
    names = {*entry_points, *(name for one in entry_points.values() for name in one.get("options", {}))} - {"main"}
    named = set(
        re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", (ROOT / "roles" / role / "README.md").read_text())))
    )
    assert sorted(names - named) == []


def test_the_worked_network_uses_every_shared_step(shown):
    """The README of pod_network shows all task files of a network."""
    blocks = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "roles/pod_network/README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    used = {one for block in blocks for one in included(yaml.safe_load(block))}
    assert used == {("pod_network", name) for name in shown["role"]["pod_network"]["entry_points"]}


def values_of_checks(options: Mapping[str, Any], where: str) -> Iterator[tuple[str, list[str]]]:
    """Yield place and value of the choices and defaults of the options that select checks, on all levels."""
    for name, option in options.items():
        if name.endswith("checks"):
            yield from ((f"{where}.{name} {key}", option[key]) for key in ("choices", "default") if option.get(key))
        inner = option.get("suboptions") or option.get("options") or {}
        yield from values_of_checks(inner, f"{where}.{name}")


def test_all_options_that_select_checks_know_every_check(shown):
    documents = {name: one["doc"]["options"] for kind in PLUGINS for name, one in shown[kind].items()}
    documents["role connectivity"] = shown["role"]["connectivity"]["entry_points"]["main"]["options"]
    found = dict(one for where, options in documents.items() for one in values_of_checks(options, where))
    assert sorted(found) == [
        "connectivity_assert.expectations.checks choices",
        "connectivity_probe.expectations.checks choices",
        "connectivity_targets.checks choices",
        "connectivity_targets.checks default",
        "role connectivity.connectivity_checks choices",
        "role connectivity.connectivity_checks default",
    ]
    assert {where: value for where, value in found.items() if value != list(CHECKS)} == {}
    assert f"`[{', '.join(CHECKS)}]`" in (ROOT / "roles/connectivity/README.md").read_text()


# A role whose name has a template is any of these.
NETWORKS = ("basic_cni", "flannel", "calico")


def included(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the roles of this collection that tasks and plays include, and the entry points."""
    if isinstance(value, dict):
        for name in ("include_role", "import_role"):
            role = value.get(f"ansible.builtin.{name}") or {}
            if role.get("name", "").startswith(f"{COLLECTION}."):
                called = role["name"].removeprefix(f"{COLLECTION}.")
                meant = NETWORKS if "{{" in called else (called,)
                yield from ((one, role.get("tasks_from", "main")) for one in meant)
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from included(one)


def test_what_playbooks_and_other_roles_include_is_a_documented_entry_point(shown):
    """A role may include a file of its own tasks, which is no entry point."""
    paths = [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/*/tasks/**/*.yml")]
    found = {(path, *one) for path in paths for one in included(yaml.safe_load(path.read_text()))}
    assert len(found) > 30
    missing = [one for one in found if one[2] not in shown["role"][one[1]]["entry_points"]]
    assert [one for one in missing if f"/roles/{one[1]}/" not in str(one[0])] == []


@pytest.mark.parametrize(
    "pattern", ["playbooks/*.yml", "roles/*", *(f"plugins/{folder}/*.py" for folder in (*PLUGINS.values(), "action"))]
)
def test_the_readme_names_everything_that_users_run(pattern):
    """Names may have a star for several; controller.yml and settings.yml are parts of other playbooks."""
    named = re.findall(r"[`\[]([a-z_0-9.]+\*?)[`\]]", (ROOT / "README.md").read_text())
    paths = [path for path in ROOT.glob(pattern) if path.name not in ("controller.yml", "settings.yml")]
    names = [path.name if path.parent.name in ("playbooks", "roles") else path.stem for path in paths]
    assert names
    assert [name for name in names if not any(fnmatch(name, one) for one in named)] == []


def test_the_modules_of_an_action_group_have_its_options(shown):
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]
    members = {
        name: one["doc"]["attributes"].get("action_group", {}).get("membership", [])
        for name, one in shown["module"].items()
    }
    for group, modules in groups.items():
        assert {name for name, of in members.items() if of == [f"podnet.kubernetes.{group}"]} == set(modules)
    for name in groups["connectivity"]:
        assert {"node", "run", "endpoints"} <= set(shown["module"][name]["doc"]["options"])
