"""Builds `demo-webgpu.wasm`: python -m demo.compile.library --work DIR --out FILE"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import tvm
from tvm import relax
from tvm.s_tir import dlight
from tvm.target import Target

from ..spec import SHAPE, Shape
from . import kernels
from .graph import LlamaForWebLLM, method_specs
from .schedules import SerialProducts
from .toolchain import emscripten, runtime_objects

LINK_FLAGS = (
    "-O2",
    "--no-entry",
    *("-s", "WASM_BIGINT=1", "-s", "ERROR_ON_UNDEFINED_SYMBOLS=0"),
    *("-s", "STANDALONE_WASM=1", "-s", "ALLOW_MEMORY_GROWTH=1"),
)


def metadata(shape: Shape, params: list[tuple[str, Any]]) -> str:
    """What WebLLM reads from the library before it loads the weights."""
    return json.dumps(
        {
            "model_type": "llama",
            "quantization": "q0f32",
            "context_window_size": shape.context_window,
            "prefill_chunk_size": shape.prefill_chunk,
            "sliding_window_size": -1,
            "attention_sink_size": -1,
            "kv_state_kind": "kv_cache",
            "model_task": "chat",
            "tensor_parallel_shards": 1,
            "params": [
                {"name": name, "shape": [int(size) for size in param.shape], "dtype": str(param.dtype)}
                for name, param in params
            ],
        }
    )


def _add_sampling(mod: tvm.IRModule, vocab: int) -> tvm.IRModule:
    """Add the functions that are no method of the network."""
    bb = relax.BlockBuilder(mod)
    row = relax.TensorType((1, vocab), "float32")
    order = relax.TensorType((1, vocab), "int32")
    one, index = relax.TensorType((1,), "float32"), relax.TensorType((1,), "int32")
    rank = bb.add_func(kernels.rank_probs(vocab), "rank_probs")
    draw = bb.add_func(kernels.sample_top_p(vocab), "draw_top_p")
    probs = relax.Var("probs", row)
    with bb.function("argsort_probs", [probs]):
        with bb.dataflow():
            pair = bb.emit_output(relax.call_tir(rank, [probs], out_ty=[row, order]))
        bb.emit_func_output(pair)
    names = ("sorted_probs", "sorted_indices", "uniform", "sample_indices", "top_p")
    args = [relax.Var(name, ty) for name, ty in zip(names, (row, order, one, index, one), strict=True)]
    with bb.function("sample_with_top_p", args):
        with bb.dataflow():
            token = bb.emit_output(relax.call_tir(draw, args, out_ty=index))
        bb.emit_func_output(token)
    built = bb.finalize()
    built["apply_bitmask_inplace"] = kernels.apply_bitmask(vocab)
    built["apply_logit_bias_inplace"] = kernels.apply_logit_bias(vocab)
    built["apply_penalty_inplace"] = kernels.apply_penalty(vocab)
    return built


def _with_own_merge(mod: tvm.IRModule, shape: Shape) -> tvm.IRModule:
    """Put our kernel in the place of the one that the cache brought along."""
    name = "tir_attention_merge_state"
    attributes = mod[name].attrs
    kernel = kernels.merge_states(shape.heads, shape.head_dim)
    if "global_symbol" in attributes:
        kernel = kernel.with_attr("global_symbol", attributes["global_symbol"])
    mod.update_func(mod.get_global_var(name), kernel)
    return mod


def _add_metadata(mod: tvm.IRModule, text: str) -> tvm.IRModule:
    bb = relax.BlockBuilder(mod)
    with bb.function("_metadata", params=[]):
        bb.emit_func_output(tvm.ir.StringImm(text))
    return bb.finalize()


def _pipeline(target: Target) -> tvm.transform.Pass:
    """The generic GPU pipeline, with schedules for what is not scheduled by hand.

    A weight is transposed within the product that reads it. Once operators are legalised that is a kernel of
    its own, which turns the whole matrix around for each token.
    """
    passes = relax.backend.gpu_generic
    return tvm.transform.Sequential(
        [
            relax.transform.FuseTransposeMatmul(),
            relax.transform.LegalizeOps(),
            relax.transform.AnnotateTIROpPattern(),
            relax.transform.FoldConstant(),
            relax.transform.FuseOps(),
            relax.transform.FuseTIR(),
            relax.transform.DeadCodeElimination(),
            dlight.ApplyDefaultSchedule(
                SerialProducts(),
                dlight.gpu.Reduction(),
                dlight.gpu.GeneralReduction(),
                dlight.gpu.Fallback(),
            ),
            *passes.dataflow_lower_passes(target),
            *passes.finalize_passes(target),
        ]
    )


def build(shape: Shape, work: Path, out: Path) -> None:
    """Compile the network and link it with the web runtime into one wasm file."""
    host = {"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm"}
    target = Target({"kind": "webgpu", "max_num_threads": 256}, host=host)
    model = LlamaForWebLLM(shape, target)
    with target:
        mod, params, _ = model.export_tvm(spec=method_specs(shape), allow_extern=True)
        mod = _with_own_merge(mod, shape)
        mod = _add_metadata(_add_sampling(mod, shape.vocab_size), metadata(shape, params))
        executable = relax.build(mod, target, relax_pipeline=_pipeline(target), system_lib=True)
    emcc, runtime = emscripten(work), runtime_objects(work)

    def link(target_file: str, objects: list[str], **_: object) -> None:
        emcc.run(*LINK_FLAGS, *objects, *runtime, "-o", target_file)

    out.parent.mkdir(parents=True, exist_ok=True)
    executable.export_library(str(out), fcompile=link)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    build(SHAPE, given.work.resolve(), given.out.resolve())


if __name__ == "__main__":
    main()
