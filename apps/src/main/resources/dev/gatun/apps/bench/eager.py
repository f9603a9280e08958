# Times the interop benchmarks' ops in eager PyTorch and prints them as JSON: nanoseconds for one op, its result freed.
import json
import os
import time

import torch

torch.set_num_threads(1)
WORKLOADS = {
    "MUL_1": (torch.mul, (1,), False),
    "MUL_100": (torch.mul, (100,), False),
    "MUL_10K": (torch.mul, (10_000,), False),
    "MUL_1M": (torch.mul, (1_000_000,), False),
    "MM_8": (torch.mm, (8, 8), False),
    "MM_64": (torch.mm, (64, 64), False),
    "MUL_1_GRAD": (torch.mul, (1,), True),
    "MM_8_GRAD": (torch.mm, (8, 8), True),
}


def iteration(op, a, b, seconds):
    """Processor time of this thread for one op."""
    ops = 0
    end = time.perf_counter() + seconds
    begin = time.thread_time_ns()
    while time.perf_counter() < end:
        for _ in range(100):
            op(a, b)
        ops += 100
    return (time.thread_time_ns() - begin) / ops


times = {}
for name, (op, shape, grad) in WORKLOADS.items():
    a = torch.rand(shape, requires_grad=grad)
    b = torch.rand(shape)
    iteration(op, a, b, 0.5)
    times[name] = [iteration(op, a, b, 0.3) for _ in range(8)]
lib = os.path.join(os.path.dirname(torch.__file__), "lib")
print(json.dumps({"times": times, "version": torch.__version__, "lib": lib}))
