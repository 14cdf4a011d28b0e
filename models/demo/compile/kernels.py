"""Kernels for sampling and for changing logits in place, as WebLLM calls them after each step.

They are scheduled by hand and small: on a software adapter the number and size of shaders is what costs.
All work on one row of `vocab` elements.
"""

from __future__ import annotations

from tvm.script import tirx as T
from tvm.tirx import PrimFunc

THREADS = 256


def rank_probs(vocab: int) -> PrimFunc:
    """Sort in descending order by counting, for each element, how many stand before it.

    `relax.op.argsort` needs blockIdx.z, which WebGPU does not have; a small vocabulary needs no better.
    """
    blocks = (vocab + THREADS - 1) // THREADS

    @T.prim_func(private=True, s_tir=True)
    def rank(probs: T.Buffer((1, vocab), "float32"), sorted_probs: T.Buffer((1, vocab), "float32"),
             indices: T.Buffer((1, vocab), "int32")):  # fmt: skip
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        place = T.sblock_alloc_buffer((1,), "int32", scope="local")
        mine = T.sblock_alloc_buffer((1,), "float32", scope="local")
        theirs = T.sblock_alloc_buffer((1,), "float32", scope="local")
        for bx in T.thread_binding(blocks, thread="blockIdx.x"):
            for tx in T.thread_binding(THREADS, thread="threadIdx.x"):
                with T.sblock("rank"):
                    me = T.axis.spatial(blocks * THREADS, bx * THREADS + tx)
                    T.reads(probs[0, 0:vocab])
                    T.writes(sorted_probs[0, 0:vocab], indices[0, 0:vocab])
                    if me < vocab:
                        place[0] = 0
                        mine[0] = probs[0, me]
                        for other in range(vocab):
                            theirs[0] = probs[0, other]
                            if theirs[0] > mine[0] or (theirs[0] == mine[0] and other < me):
                                place[0] = place[0] + 1
                        sorted_probs[0, place[0]] = mine[0]
                        indices[0, place[0]] = T.cast(me, "int32")

    return rank


def sample_top_p(vocab: int) -> PrimFunc:
    """Draw from the fewest leading tokens whose probabilities reach top_p. One thread walks the row."""

    @T.prim_func(private=True, s_tir=True)
    def sample(sorted_probs: T.Buffer((1, vocab), "float32"), indices: T.Buffer((1, vocab), "int32"),
               uniform: T.Buffer((1,), "float32"), rows: T.Buffer((1,), "int32"),
               top_p: T.Buffer((1,), "float32"), token: T.Buffer((1,), "int32")):  # fmt: skip
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        total = T.sblock_alloc_buffer((1,), "float32", scope="local")
        walked = T.sblock_alloc_buffer((1,), "float32", scope="local")
        found = T.sblock_alloc_buffer((1,), "int32", scope="local")
        for _ in T.thread_binding(1, thread="blockIdx.x"):
            for tx in T.thread_binding(1, thread="threadIdx.x"):
                with T.sblock("sample"):
                    row = T.axis.spatial(1, tx)
                    T.reads(
                        sorted_probs[0, 0:vocab], indices[0, 0:vocab], uniform[row], rows[row], top_p[row]
                    )
                    T.writes(token[row])
                    total[0] = T.float32(0)
                    for place in range(vocab):
                        if total[0] < top_p[rows[row]]:
                            total[0] = total[0] + sorted_probs[rows[row], place]
                    walked[0] = T.float32(0)
                    found[0] = -1
                    for place in range(vocab):
                        if found[0] < 0:
                            walked[0] = walked[0] + sorted_probs[rows[row], place]
                            if walked[0] > uniform[row] * total[0] or place == vocab - 1:
                                found[0] = indices[rows[row], place]
                    token[row] = found[0]

    return sample


def apply_bitmask(vocab: int) -> PrimFunc:
    """Forbid each token whose bit in the grammar's mask is 0."""
    blocks = (vocab + THREADS - 1) // THREADS
    words = (vocab + 31) // 32

    @T.prim_func(s_tir=True)
    def apply_bitmask_inplace(logits: T.Buffer((1, vocab), "float32"), rows: T.Buffer((1,), "int32"),
                              mask: T.Buffer((1, words), "int32")):  # fmt: skip
        T.func_attr(
            {"global_symbol": "apply_bitmask_inplace", "tirx.is_scheduled": True, "tirx.noalias": True}
        )
        for bx in T.thread_binding(blocks, thread="blockIdx.x"):
            for tx in T.thread_binding(THREADS, thread="threadIdx.x"):
                with T.sblock("mask"):
                    me = T.axis.spatial(blocks * THREADS, bx * THREADS + tx)
                    T.reads(mask[0, 0:words], rows[0], logits[0, 0:vocab])
                    T.writes(logits[0, 0:vocab])
                    if me < vocab:
                        word = mask[rows[0], me // 32]
                        if T.bitwise_and(T.shift_right(word, T.cast(me % 32, "int32")), 1) == 0:
                            logits[rows[0], me] = T.float32(-3.0e38)

    return apply_bitmask_inplace


def apply_logit_bias(vocab: int) -> PrimFunc:
    """Add a bias to some tokens; `owner` names the row of each."""

    @T.prim_func(s_tir=True)
    def apply_logit_bias_inplace(logits: T.Buffer((1, vocab), "float32"), var_owner: T.handle,
                                 var_tokens: T.handle, var_bias: T.handle):  # fmt: skip
        T.func_attr(
            {"global_symbol": "apply_logit_bias_inplace", "tirx.is_scheduled": True, "tirx.noalias": True}
        )
        count = T.int32()
        owner = T.match_buffer(var_owner, (count,), "int32")
        tokens = T.match_buffer(var_tokens, (count,), "int32")
        bias = T.match_buffer(var_bias, (count,), "float32")
        for bx in T.thread_binding((count + (THREADS - 1)) // THREADS, thread="blockIdx.x"):
            for tx in T.thread_binding(THREADS, thread="threadIdx.x"):
                with T.sblock("bias"):
                    me = T.axis.spatial(count, bx * THREADS + tx)
                    T.where(bx * THREADS + tx < count)
                    T.reads(owner[me], tokens[me], bias[me], logits[0, 0:vocab])
                    T.writes(logits[0, 0:vocab])
                    logits[owner[me], tokens[me]] = logits[owner[me], tokens[me]] + bias[me]

    return apply_logit_bias_inplace


def apply_penalty(vocab: int) -> PrimFunc:
    """Presence, frequency and repetition penalties for tokens that appeared `times` times."""

    @T.prim_func(s_tir=True)
    def apply_penalty_inplace(logits: T.Buffer((1, vocab), "float32"), rows: T.Buffer((1,), "int32"),
                              var_owner: T.handle, var_tokens: T.handle, var_times: T.handle,
                              penalties: T.Buffer((1, 3), "float32")):  # fmt: skip
        T.func_attr(
            {"global_symbol": "apply_penalty_inplace", "tirx.is_scheduled": True, "tirx.noalias": True}
        )
        count = T.int32()
        owner = T.match_buffer(var_owner, (count,), "int32")
        tokens = T.match_buffer(var_tokens, (count,), "int32")
        times = T.match_buffer(var_times, (count,), "int32")
        for bx in T.thread_binding((count + (THREADS - 1)) // THREADS, thread="blockIdx.x"):
            for tx in T.thread_binding(THREADS, thread="threadIdx.x"):
                with T.sblock("penalty"):
                    me = T.axis.spatial(count, bx * THREADS + tx)
                    T.where(bx * THREADS + tx < count)
                    T.reads(owner[me], tokens[me], times[me], rows[0], penalties[0, 0:3], logits[0, 0:vocab])
                    T.writes(logits[0, 0:vocab])
                    row = rows[owner[me]]
                    logits[row, tokens[me]] = logits[row, tokens[me]] - (
                        penalties[owner[me], 0] + T.cast(times[me], "float32") * penalties[owner[me], 1]
                    )
                    logits[row, tokens[me]] = T.if_then_else(
                        logits[row, tokens[me]] > T.float32(0),
                        logits[row, tokens[me]] / penalties[owner[me], 2],
                        logits[row, tokens[me]] * penalties[owner[me], 2],
                    )

    return apply_penalty_inplace


def merge_states(heads: int, head_dim: int) -> PrimFunc:
    """Join two attention results over different parts of the context, weighted by their log-sum-exp (base 2).

    In place of TVM's kernel of the same signature, in which each thread of a row reads a sum that its
    neighbours overwrite. That goes well where they run in lockstep, and wrong on a software adapter.
    """

    @T.prim_func(s_tir=True)
    def merge(v: T.handle, s: T.handle, v_other: T.handle, s_other: T.handle):
        T.func_attr({"tirx.is_scheduled": True})
        count = T.int32()
        V = T.match_buffer(v, (count, heads, head_dim), "float32")
        S = T.match_buffer(s, (count, heads), "float32")
        V_other = T.match_buffer(v_other, (count, heads, head_dim), "float32")
        S_other = T.match_buffer(s_other, (count, heads), "float32")
        for bx in T.thread_binding(count, thread="blockIdx.x"):
            for by in T.thread_binding(heads, thread="blockIdx.y"):
                for tx in T.thread_binding(head_dim, thread="threadIdx.x"):
                    with T.sblock("merge"):
                        row, head, place = T.axis.remap("SSS", [bx, by, tx])
                        T.reads()
                        T.writes()
                        mine = T.sblock_alloc_buffer((1,), "float32", scope="local")
                        other = T.sblock_alloc_buffer((1,), "float32", scope="local")
                        most = T.sblock_alloc_buffer((1,), "float32", scope="local")
                        most[0] = T.max(S[row, head], S_other[row, head])
                        mine[0] = T.exp2(S[row, head] - most[0])
                        other[0] = T.exp2(S_other[row, head] - most[0])
                        V[row, head, place] = (
                            V[row, head, place] * mine[0] + V_other[row, head, place] * other[0]
                        ) / (mine[0] + other[0])
                        # Nobody may write the sum before all have read it.
                        T.tvm_storage_sync("shared")
                        if place == 0:
                            S[row, head] = T.log2(mine[0] + other[0]) + most[0]

    return merge
