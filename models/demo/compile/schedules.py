"""How the network's shaders are laid out on threads, where dlight's own rules do not suit."""

from __future__ import annotations

from tvm.s_tir import Schedule, dlight
from tvm.s_tir.dlight.base import ScheduleRule
from tvm.target import Target
from tvm.tirx import PrimFunc


class SerialProducts(ScheduleRule):
    """One thread for each number of a matrix product, which it adds up alone.

    dlight's rules share a sum between the threads of a group, which meet at barriers. For a GPU those cost
    next to nothing; on a software adapter each is a switch between threads, and one product of the demo model
    took twenty times as long. What a GPU loses by it is reads that neighbours could have shared, of small
    matrices.
    """

    def __init__(self) -> None:
        self._plain = dlight.gpu.Fallback()

    def apply(self, func: PrimFunc, target: Target, tunable: bool) -> Schedule | list[Schedule] | None:
        """The schedule of a product; None for any other function, which the next rule takes."""
        if not isinstance(func, PrimFunc):
            return None
        schedule = Schedule(func)
        blocks = schedule.get_child_blocks(schedule.get_sblock("root"))
        if not any("matmul" in schedule.get(block).name_hint for block in blocks):
            return None
        return self._plain.apply(func, target, tunable)
