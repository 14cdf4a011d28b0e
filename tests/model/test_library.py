"""The compiled library: what lies in it, and what does not."""

from __future__ import annotations

import re

import pytest

from .conftest import ARTIFACTS


@pytest.fixture(scope="module")
def shaders() -> set[str]:
    """The names of its shaders."""
    data = (ARTIFACTS / "webllm/demo-webgpu.wasm").read_bytes()
    names = {name.decode() for name in re.findall(rb"@compute[^{]{0,80}fn ([a-zA-Z0-9_]+)", data)}
    assert names, "the library holds no shaders"
    return names


def test_no_shader_turns_a_weight_around_for_each_token(shaders: set[str]) -> None:
    assert [name for name in sorted(shaders) if re.match(r"transpose\d*_", name)] == []


def test_every_product_reads_its_weight_as_it_is_stored(shaders: set[str]) -> None:
    products = {name for name in shaders if "matmul" in name}
    assert products
    assert all("NT_matmul" in name for name in products)


def test_it_tells_nothing_of_where_it_was_built() -> None:
    data = (ARTIFACTS / "webllm/demo-webgpu.wasm").read_bytes()
    assert re.findall(rb"/(?:tmp|home|root|work|build)/[\w./-]+", data) == []
