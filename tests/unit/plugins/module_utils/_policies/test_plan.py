# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._policies.plan import plan_steps

OURS = {"app.kubernetes.io/managed-by": "podnet.kubernetes"}


def policy(name, labels=None):
    """Return a policy of the namespace shop, or of another one before a slash."""
    namespace, _slash, short = f"shop/{name}".rpartition("/")
    metadata = {"namespace": namespace.rpartition("/")[2], "name": short, **({"labels": labels} if labels else {})}
    return {"metadata": metadata, "spec": {"podSelector": {}}}


def ours(*names):
    return [policy(name, OURS) for name in names]


def step(name, *policies, **more):
    return {"name": name, "policies": [policy(one) for one in policies], **more}


def names(policies):
    return [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in policies]


def changes(plan):
    """Return, for each step, its report, the policies before it, those it applies and those it deletes."""
    return [(one.report, *(names(getattr(one, key)) for key in ("before", "policies", "stale"))) for one in plan.steps]


def test_a_step_deletes_the_policies_of_the_step_before_that_it_does_not_have():
    plan = plan_steps([], steps=[step("deny", "deny"), step("tiers", "deny", "db"), step("open")])
    assert changes(plan) == [
        ("1-deny", [], ["shop/deny"], []),
        ("2-tiers", ["shop/deny"], ["shop/deny", "shop/db"], []),
        ("3-open", ["shop/deny", "shop/db"], [], ["shop/deny", "shop/db"]),
    ]
    assert plan.namespaces == ("shop",)
    assert not plan.end_only


def test_applied_policies_carry_our_label_and_those_that_they_have():
    plan = plan_steps([], steps=[{"name": "all", "policies": [policy("deny", {"team": "shop"})]}])
    (applied,) = plan.steps[0].policies
    assert applied == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": "shop", "name": "deny", "labels": {"team": "shop", **OURS}},
        "spec": {"podSelector": {}},
    }
    assert plan.steps[0].names == ("shop/deny",)


def test_policies_of_ours_in_these_namespaces_go_and_foreign_ones_stay():
    existing = [*ours("old", "other/old", "third/old"), policy("theirs"), policy("fourth/theirs", {"app": "x"})]
    plan = plan_steps(existing, steps=[step("all", "new")], namespaces=["other"])
    assert names(plan.ours) == ["shop/old", "other/old"]
    assert names(plan.foreign) == ["shop/theirs", "fourth/theirs"]
    assert changes(plan) == [("1-all", ["shop/old", "other/old"], ["shop/new"], ["shop/old", "other/old"])]
    assert plan.namespaces == ("other",)


SEQUENCE = [
    step("open", labels=[{"namespace": "shop", "match_labels": {"a": "b"}, "labels": {"c": "d"}}]),
    step("tiers", "deny", "db", objects=[{"kind": "Pod"}]),
]


def test_a_sequence_whose_end_is_there_is_played_as_one_step():
    plan = plan_steps(ours("db", "deny"), steps=SEQUENCE)
    assert plan.end_only
    assert changes(plan) == [("end-tiers", ["shop/db", "shop/deny"], ["shop/deny", "shop/db"], [])]
    assert (plan.steps[0].labels, plan.steps[0].objects) == (
        tuple(SEQUENCE[0]["labels"]),
        tuple(SEQUENCE[1]["objects"]),
    )


@pytest.mark.parametrize(
    ("existing", "steps", "replay"),
    [
        (ours("db", "deny"), SEQUENCE, True),
        (ours("db"), SEQUENCE, False),
        (ours("db", "deny", "more"), SEQUENCE, False),
        (ours("db", "deny"), SEQUENCE[1:], False),  # a single step is proved whole anyway
        ([], [step("a", "deny"), step("b")], False),  # an end without policies cannot be told from no beginning
    ],
)
def test_a_sequence_is_played_whole(existing, steps, replay):
    plan = plan_steps(existing, steps=steps, replay=replay)
    assert not plan.end_only
    assert [one.name for one in plan.steps] == [one["name"] for one in steps]


def test_what_cannot_be_applied_is_named():
    nowhere = {"metadata": {"name": "deny"}, "spec": {}}
    plan = plan_steps([policy("db"), policy("deny")], steps=[step("a", "db", "new"), step("b", "db", "deny")])
    assert plan.taken == ("shop/db", "shop/deny")
    plan = plan_steps([], steps=[{"name": "a", "policies": [nowhere]}])
    assert plan.unplaced == ("deny",)


def test_without_policies_there_are_the_namespaces():
    plan = plan_steps(ours("old"), steps=[{"name": "all"}], namespaces=["shop"])
    assert (plan.namespaces, changes(plan)) == (("shop",), [("1-all", ["shop/old"], [], ["shop/old"])])
    assert plan_steps(ours("old"), steps=[{"name": "all"}]).namespaces == ()


def test_definitions_are_a_single_step():
    plan = plan_steps(ours("old"), definitions=[policy("new")])
    assert changes(plan) == [("1-all", ["shop/old"], ["shop/new"], ["shop/old"])]
    with pytest.raises(InputError, match=r"definitions\[0\].kind is 'Pod', not 'NetworkPolicy'"):
        plan_steps([], definitions=[{"kind": "Pod"}])


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{"policies": []}], "steps[0].name is None: use letters, digits and ._-"),
        ([{"name": "deny all"}], "steps[0].name is 'deny all': use letters, digits and ._-, a letter or digit first"),
        ([{"name": "a"}, {"name": "../b"}], "steps[1].name is '../b': use letters"),
        ([{"name": "a", "policy": []}], "steps[0].policy is unknown: steps[0] has name, policies, labels, objects"),
        ([{"name": "a", "policies": {}}], "steps[0].policies is an object with no fields, not a list"),
        ([{"name": "a", "policies": [{"kind": "Pod"}]}], "steps[0].policies[0].kind is 'Pod', not 'NetworkPolicy'"),
        ([{"name": "a", "policies": [{}]}], "steps[0].policies[0].metadata.name is None"),
    ],
)
def test_steps_of_another_form_are_refused(steps, message):
    with pytest.raises(InputError) as raised:
        plan_steps([], steps=steps)
    assert str(raised.value).startswith(message)
