"""Writes what PyTorch itself does, for the tests to compare with: indexing, printing and type promotion.

    python bindings/src/test/golden/tensors.py bindings/src/test/resources/dev/gatun/torch

The build does not run it. Its first line names the PyTorch that the files came from.
"""
import itertools
import random
import sys
import warnings

import torch

warnings.simplefilter("ignore")
OUT = sys.argv[1]


def write(name, lines):
    with open(f"{OUT}/{name}", "w") as file:
        file.write(f"# Made by bindings/src/test/golden/tensors.py with PyTorch {torch.__version__.split('+')[0]}\n")
        file.write("\n".join(lines) + "\n")


# --- indexing: SHAPE; INDEX; view|copy; RESULT SHAPE; RESULT; TENSOR AFTER x[INDEX] = -1, -2, ... ----------------------
# The tensor holds 0, 1, 2, ... An index is Python's, with m[SHAPE:BITS] for a mask, b[...] for a uint8 one,
# i[SHAPE:NUMBERS] for positions in a tensor and [NUMBERS] for positions in a list.


def parse(text):
    """The same small language that IndexingTest reads."""
    items = []
    for part in text.split(", ") if text else []:
        if part == "...":
            items.append(...)
        elif part == "None":
            items.append(None)
        elif part in ("True", "False"):
            items.append(part == "True")
        elif part[0] in "mbi" and part[1] == "[":
            shape, values = part[2:-1].split(":")
            shape = [int(s) for s in shape.split()]
            values = [int(v) for v in values.split()]
            dtype = {"m": torch.bool, "b": torch.uint8, "i": torch.int64}[part[0]]
            items.append(torch.tensor(values, dtype=torch.int64).to(dtype).reshape(shape))
        elif part[0] == "[":
            items.append([int(v) for v in part[1:-1].split()])
        elif ":" in part:
            items.append(slice(*[int(p) if p else None for p in part.split(":")]))
        else:
            items.append(int(part))
    return tuple(items)


def index_case(shape, text):
    numel = 1
    for size in shape:
        numel *= size
    x = torch.arange(numel).reshape(shape)
    index = parse(text)
    head = f"{' '.join(map(str, shape))}; {text}; "
    try:
        y = x[index]
    except (IndexError, ValueError, TypeError, RuntimeError) as error:
        return head + f"error; {str(error).splitlines()[0]}; ; "
    start = x.untyped_storage().data_ptr()
    view = y.untyped_storage().data_ptr() == start and x.numel() > 0 and y.numel() > 0
    kind = "view" if view else "copy" if y.numel() else "none"
    written = x.clone()
    value = -1 - torch.arange(y.numel()).reshape(y.shape)
    written[index] = value
    numbers = lambda t: " ".join(str(v) for v in t.flatten().tolist())
    return head + f"{kind}; {' '.join(map(str, y.shape))}; {numbers(y)}; {numbers(written)}"


def indexing():
    cases = [
        ([3, 4], ""), ([3, 4], "..."), ([3, 4], "1"), ([3, 4], "-1"), ([3, 4], "1, 2"), ([3, 4], ":, 2"),
        ([3, 4], "1:"), ([3, 4], ":-1"), ([3, 4], "::2, 1::2"), ([3, 4], "-2:, -3:-1"), ([3, 4], "5:9"),
        ([3, 4], "2:1"), ([3, 4], "None"), ([3, 4], "None, 1, None"), ([3, 4], "..., None"), ([3, 4], "..., 0"),
        ([2, 3, 4], "0, ..., 1:3"), ([2, 3, 4], "..., 1, None"), ([2, 3, 4], "1, ..., -1"),
        ([2, 3, 4], "..., 0, 1, 2"), ([2, 3, 4], "True"), ([2, 3, 4], "False"), ([3, 4], "True, 1"),
        ([3, 4], "1, True"), ([3, 4], ":, False"), ([3, 4], "True, True"), ([3, 4], "m[3:1 0 1]"),
        ([3, 4], "b[3:1 0 1]"), ([3, 4], ":, m[4:0 1 1 0]"), ([3, 4], "m[3 4:1 0 0 1 0 1 0 1 1 1 0 0]"),
        ([3, 4], "m[3:0 0 0]"), ([2, 3, 4], "m[2 3:1 0 1 0 0 1]"), ([2, 3, 4], "m[2 3:1 0 1 0 0 1], 1:3"),
        ([2, 3, 4], "m[2 3:1 0 1 0 0 1], 2"), ([2, 3, 4], "..., m[3 4:1 0 0 1 0 1 0 1 1 1 0 0]"),
        ([2, 3, 4], "m[2:1 0], ..., m[4:0 1 0 0]"), ([3, 4], "m[:1]"), ([3, 4], "m[:0]"), ([3, 4], "m[:1], 1"),
        ([3, 4], "b[:1], 1"), ([3, 4], "i[:2]"), ([3, 4], "i[:-1], i[:0]"), ([3, 4], "i[2:0 2]"), ([3, 4], "[0 2]"),
        ([3, 4], "[2 0 0], 1"), ([3, 4], "i[2 2:0 1 2 -1]"), ([3, 4], ":, i[2 2:0 1 2 -1]"), ([3, 4], "i[0:]"),
        ([3, 4], "i[2:0 2], i[2:1 3]"), ([3, 4], "i[2 1:0 2], i[2:1 3]"), ([2, 3, 4], "0, :, [0 2]"),
        ([2, 3, 4], "[0 1], :, [0 2]"), ([2, 3, 4], ":, [0 2], [1 3]"), ([2, 3, 4], "[0 1], [0 2]"),
        ([2, 3, 4], "[0 1], ..., [0 2]"), ([2, 3, 4], "[0 1], None, [0 2]"), ([2, 3, 4], "0, [0 2], :"),
        ([2, 3, 4], ":, 0, [0 2]"), ([2, 3, 4], "[0 1], 1, [0 2]"), ([2, 3, 4], "[0 1], 1:, 2"),
        ([2, 3, 4], "None, [0 1], ..., None"), ([2, 3, 4], "[0 1], True, [0 2]"), ([2, 3, 4], "True, [0 1], 1"),
        ([2, 3, 4, 2], "1, [0 2], :, [0 1]"), ([2, 3, 4, 2], ":, [0 2], 1:3, [0 1]"), ([2, 3, 4, 2], "..., [1 0]"),
        ([2, 3, 4, 2], "m[2:1 1], 0, m[4:0 1 0 1]"), ([2, 3, 4, 2], "[0], m[3 4:1 0 0 1 0 1 0 1 1 1 0 0]"),
        ([], ""), ([], "..."), ([], "None"), ([], "True"), ([], "m[:1]"), ([], "m[:0]"), ([], "0"),
        ([0, 3], "..., 1"), ([0, 3], ":, [0 2]"), ([0, 3], "0"), ([3, 4], "3"), ([3, 4], "-4"), ([3, 4], "0, 4"),
        ([2, 3, 4], "..., 4"), ([3, 4], "0, 0, 0"), ([3, 4], "[0 3]"), ([3, 4], ":, i[1:-5]"),
        ([3, 4], "m[4:1 0 1 0]"), ([3, 4], "[0 1 2], [0 1]"), ([3, 4], "i[:3]"), ([3, 4], "m[3 4:" + "1 " * 11 + "1], 0"),
    ]
    chance = random.Random(7)
    while len(cases) < 260:
        shape = [chance.randint(1, 4) for _ in range(chance.randint(1, 4))]
        parts, dim = [], 0
        ellipsis = False
        while dim < len(shape) and chance.random() < 0.9:
            size = shape[dim]
            kind = chance.choice(["int", "slice", "slice", "none", "ellipsis", "list", "tensor", "mask", "bool"])
            if kind == "int":
                parts.append(str(chance.randrange(-size, size)))
            elif kind == "slice":
                ends = [str(chance.randint(-size - 1, size + 1)) if chance.random() < 0.6 else "" for _ in range(2)]
                parts.append(":".join(ends + ([str(chance.randint(1, 3))] if chance.random() < 0.4 else [])))
            elif kind == "none":
                parts.append("None")
                continue
            elif kind == "bool":
                if chance.random() < 0.4:
                    parts.append(chance.choice(["True", "True", "False"]))
                continue
            elif kind == "ellipsis":
                if ellipsis:
                    continue
                ellipsis = True
                parts.append("...")
                dim += chance.randint(0, len(shape) - dim)
                continue
            elif kind == "list":
                parts.append("[" + " ".join(str(chance.randrange(-size, size)) for _ in range(2)) + "]")
            elif kind == "tensor":
                rows = chance.randint(1, 2)
                numbers = " ".join(str(chance.randrange(-size, size)) for _ in range(rows * 2))
                parts.append(f"i[{rows} 2:{numbers}]")
            else:
                dims = shape[dim:dim + chance.randint(1, 2)]
                numel = 1
                for s in dims:
                    numel *= s
                bits = " ".join(chance.choice("01") for _ in range(numel))
                parts.append(f"m[{' '.join(map(str, dims))}:{bits}]")
                dim += len(dims) - 1
            dim += 1
        cases.append((shape, ", ".join(parts)))
    write("indexing.txt", [index_case(shape, text) for shape, text in cases])


# --- promotion: one row a type, torch.promote_types with each of them -------------------------------------------------


def promotion():
    types = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32,
             torch.float64, torch.complex32, torch.complex64, torch.complex128, torch.bool, torch.bfloat16]
    name = lambda dtype: str(dtype).removeprefix("torch.")
    lines = ["types " + " ".join(map(name, types))]
    for a in types:
        lines.append(name(a) + " " + " ".join(name(torch.promote_types(a, b)) for b in types))
    scalars = {"2": 2, "2.5": 2.5, "True": True}
    for a, (text, value) in itertools.product(types, scalars.items()):
        for dims in (0, 1):
            lines.append(f"{name(a)} {dims} + {text} = {name(torch.result_type(torch.ones([1] * dims, dtype=a), value))}")
    for a, b in itertools.product(types, types):
        lines.append(f"{name(a)} 0 + {name(b)} 1 = {name(torch.result_type(torch.ones([], dtype=a), torch.ones(1, dtype=b)))}")
    write("promotion.txt", lines)


# --- printing: NAME, the text on lines that begin with |, an empty line -----------------------------------------------


def seeded(*shape, scale=1.0):
    """Numbers that Java makes too: TensorPrinterGoldenTest.seeded."""
    numel = 1
    for size in shape:
        numel *= size
    values = [((i * 7919 + 13) % 1009 - 504) / 64.0 * scale for i in range(numel)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).to(torch.float32)


def printing():
    inf, nan = float("inf"), float("nan")
    f = lambda *values: torch.tensor(values, dtype=torch.float32)
    d = lambda *values: torch.tensor(values, dtype=torch.float64)
    i = lambda *values: torch.tensor(values, dtype=torch.int64)
    leaf = torch.ones(2, requires_grad=True)
    base = torch.ones(2, requires_grad=True) * 3
    written = base.view(2)
    written.mul_(2)
    cases = {
        "scalar": f(3.5).squeeze(), "scalar int": torch.tensor(7), "scalar bool": torch.tensor(True),
        "scalar whole": f(2).squeeze(), "scalar small": f(1e-7).squeeze(), "scalar nan": f(nan).squeeze(),
        "scalar double": d(0.1).squeeze(), "whole": f(1, 2, 3), "zeros": f(0, 0), "minus zero": f(-0.0, 1.5),
        "decimals": f(1.5, -20.25, 0), "rounding": d(0.00015, 0.03125, 2.00005), "far apart": f(1e-5, 1),
        "large": f(1e10), "large whole": f(99999999, 1), "just large": f(1e8), "over": f(100000008),
        "whole far apart": f(1, 10000), "whole not far apart": f(1, 1000), "small": f(-2.5e-6, 0),
        "small scientific": f(0.00009), "not small": f(0.0001), "nan inf": f(0.5, nan, inf, -inf),
        "only nan": f(nan, -inf), "whole and inf": f(1, inf), "scientific inf": f(1e-9, inf, nan), "exponent": d(1e300, 1e-300),
        "smallest": d(5e-324), "half": f(1.5, 65504).half(), "half third": f(1 / 3).half(), "bfloat16": f(1 / 3, 300).bfloat16(),
        "bfloat16 whole": f(1, 2).bfloat16(), "float8": f(0.5, 448).to(torch.float8_e4m3fn), "float8 e5m2": f(0.3).to(torch.float8_e5m2),
        "int8": i(-128, 127).to(torch.int8), "uint8": i(0, 255).to(torch.uint8), "int16": i(-5).to(torch.int16),
        "int32": i(1, -20, 300).to(torch.int32), "int64": i(2**60, -1), "bools": torch.tensor([[True, False], [False, False]]),
        "matrix": seeded(3, 4), "matrix int": torch.arange(6).view(2, 3), "three dims": torch.arange(8).view(2, 2, 2),
        "four dims": seeded(2, 2, 2, 2), "wide": torch.arange(30), "wide floats": seeded(40), "wide rows": seeded(2, 25),
        "edge of the line": torch.arange(10000, 10030), "empty": torch.empty(0), "empty matrix": torch.empty(0, 3), "empty int": torch.empty(0, dtype=torch.int64),
        "empty bool": torch.empty(2, 0, dtype=torch.bool), "empty double": torch.empty(0, 0, dtype=torch.float64),
        "exactly 1000": torch.arange(1000).view(10, 100), "1001": torch.arange(1001), "summary": torch.arange(2000).view(2, 1000),
        "tall summary": torch.arange(2000).view(1000, 2), "square summary": seeded(50, 50), "nested summary": seeded(8, 3, 60),
        "deep summary": torch.arange(4096).view(8, 8, 8, 8), "summary bool": torch.arange(1200).view(30, 40) % 3 == 0,
        "summary sees edges only": torch.cat([torch.ones(10), f(1e9), torch.ones(1500)]),
        "leaf": torch.ones(1, requires_grad=True), "leaf long": torch.ones(24, requires_grad=True), "made": leaf * f(2), "made view": leaf.view(2, 1),
        "made copy": leaf.double(), "made sum": leaf.sum(), "written": written, "base written": base, "accumulated": (leaf * leaf).exp().mean(),
        "selected": leaf[0], "indexed": leaf[torch.tensor([0])], "mm": torch.ones(2, 2, requires_grad=True) @ torch.ones(2, 2),
        "complex": torch.complex(f(1, -2.5), f(-0.5, 3)), "complex whole": torch.complex(f(1, 2), f(0, -1)),
        "complex double": torch.complex(d(0.1), d(1e-9)), "complex scalar": torch.complex(f(1).squeeze(), f(-2).squeeze()),
        "complex conj": torch.complex(f(1), f(2)).conj(), "complex matrix": torch.complex(seeded(2, 6), seeded(2, 6, scale=0.01)),
        "complex nan": torch.complex(f(nan, 1), f(1, inf)), "negative view": torch._neg_view(f(1, 2)),
        "meta": torch.ones(2, 3, device="meta"), "meta int": torch.ones(2, dtype=torch.int64, device="meta"),
        "meta leaf": torch.ones(2, device="meta", requires_grad=True), "long suffixes": torch.ones(9, dtype=torch.float64, requires_grad=True) * d(0.123),
        "sparse": torch.tensor([[0., 1.5], [0, 2]]).to_sparse(), "expanded": torch.ones(1).expand(2**40), "zero tensor": torch._efficientzerotensor([2]),
        "uint16": i(1, 65535).to(torch.uint16), "uint64": i(1, 2).to(torch.uint64), "strided": torch.arange(12).view(3, 4).t()[::2],
    }
    lines = []
    for name, tensor in cases.items():
        lines.append(name)
        lines += ["|" + line for line in str(tensor).split("\n")]
        lines.append("")
    write("printing.txt", lines[:-1])


indexing()
promotion()
printing()
