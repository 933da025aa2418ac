# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.fields import (
    Metadata,
    errors_of,
    read_fields,
    read_items,
    read_labels,
    read_list,
    read_metadata,
    read_port_number,
)


def test_a_field_that_is_null_is_absent():
    assert read_fields({"a": None, "b": 0, "c": []}, "spec") == {"b": 0, "c": []}
    assert read_fields({"a": None}, "spec", ("a", "b")) == {}


def test_items_have_their_paths():
    assert read_items({"a": ["x", None]}, "a", "spec") == [("spec.a[0]", "x"), ("spec.a[1]", None)]
    assert read_items({}, "a", "spec") == []


def test_labels():
    assert read_labels({"labels": {"a": "", "b": "c"}}, "labels", "metadata") == {"a": "", "b": "c"}
    assert read_labels({}, "labels", "metadata") == {}


def test_metadata():
    value = {"kind": "Pod", "metadata": {"name": "a", "namespace": "b", "labels": {"c": "d"}}}
    assert read_metadata(value, "pods[0]", "Pod") == Metadata("b", "a", {"c": "d"})
    assert str(read_metadata({"metadata": {"name": "a", "labels": None}}, "pods[0]", "Pod")) == "default/a"


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (
            lambda: read_list({}, "pods"),
            "pods is an object with no fields, not a list: give the items of a List object, or "
            "resources of the result of kubernetes.core.k8s_info",
        ),
        (lambda: read_list(None, "pods"), "pods is None, not a list of objects"),
        (lambda: read_fields([], "spec"), "spec is [], not an object"),
        (lambda: read_fields(1, "spec", ("a", "b")), "spec is 1, not an object with a, b"),
        (lambda: read_fields({"c": None}, "spec", ("a", "b")), "spec.c is unknown: spec has a, b"),
        (lambda: read_items({"a": "x"}, "a", "spec"), "spec.a is 'x', not a list"),
        (lambda: read_items({"a": {}}, "a", "spec"), "spec.a is {}, not a list"),
        (lambda: read_labels({"a": []}, "a", "spec"), "spec.a is [], not a dict of labels"),
        (lambda: read_labels({"a": {"b": True}}, "a", "spec"), "spec.a[b] is True, not a text: put it in quotes"),
        (lambda: read_labels({"a": {1: "b"}}, "a", "spec"), "spec.a[1] is 'b', not a text: put it in quotes"),
        (lambda: read_port_number("80", "port"), "port is '80': give a port number from 1 to 65535"),
        (lambda: read_port_number(0, "port"), "port is 0: give a port number from 1 to 65535"),
        (lambda: read_metadata({"kind": "Pod"}, "a[0]", "Namespace"), "a[0].kind is 'Pod', not 'Namespace'"),
        (
            lambda: read_metadata({"metadata": {"name": ""}}, "a[0]", "Pod"),
            "a[0].metadata.name is '': give the name of the Pod",
        ),
        (lambda: read_metadata({"metadata": 1}, "a[0]", "Pod"), "a[0].metadata is 1, not an object"),
        (
            lambda: read_metadata({"metadata": {"name": "b", "labels": 1}}, "a[0]", "Namespace"),
            "b: metadata.labels is 1, not a dict of labels",
        ),
    ],
)
def test_errors(read, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read()


def test_the_name_of_the_object_comes_first():
    with pytest.raises(InputError, match=r"^a/b: spec is 1$"), errors_of("a/b"):
        raise InputError("spec is 1")
