"""Writes small files by torch.save, and the same tensors as safetensors, for TorchFileTest. Run it in this folder."""
import collections
import os

import torch
from safetensors.torch import save_file

torch.manual_seed(0)
matrix = torch.randn(3, 4)
state = collections.OrderedDict(
    shared=matrix,
    tied=matrix,
    row=matrix[1],
    transposed=matrix.t(),
    columns=matrix[:, 1:3],
    half=torch.randn(5).half(),
    bfloat16=torch.randn(2, 2).bfloat16(),
    double=torch.randn(2, dtype=torch.float64),
    long=torch.tensor([1, -2, 2**40]),
    byte=torch.tensor([0, 255], dtype=torch.uint8),
    flag=torch.tensor([True, False]),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.randn(2, 3)),
)
state._metadata = {"": {"version": 1}}
torch.save(state, "state.bin")
torch.save(state, "legacy.bin", _use_new_zipfile_serialization=False)
save_file({k: v.detach().clone().contiguous() for k, v in state.items()}, "state.safetensors")


class Evil:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


torch.save({"w": Evil(os.system, "touch /tmp/gatun-was-here")}, "evil_system.bin")
torch.save({"w": matrix, "x": [[{"deep": Evil(eval, "1/0")}]]}, "evil_nested.bin")
torch.save(Evil(getattr, Evil(__import__, "os"), "system"), "evil_import.bin", _use_new_zipfile_serialization=False)
