"""Every layer of PyTorch's that Gatun has, once: python layers.py FILE writes what LayersGoldenTest compares.

Names in the file: CASE|state|NAME (drawn after manual_seed(CASE's number)), CASE|in|I, CASE|out|I, CASE|cotangent|I,
CASE|gradIn|I for inputs that take a gradient, CASE|grad|NAME for parameters, CASE|after|NAME for buffers that moved.
Everything is float64; LayerCases.java has the same table.
"""

import json
import struct
import sys
import torch
from torch import nn

torch.set_default_dtype(torch.float64)
store = {}
cases = []


def case(name, make, *inputs, call=None, training=True):
    cases.append((name, make, inputs, call, training))


def x(*shape):
    return lambda: torch.randn(*shape).requires_grad_()


def fixed(make):
    return make


def ints(top, *shape):
    return lambda: torch.randint(top, shape)


def signs(*shape):
    return lambda: torch.randint(2, shape).double() * 2 - 1


def probabilities(*shape):
    return lambda: torch.rand(*shape)


def run():
    for number, (name, make, inputs, call, training) in enumerate(cases):
        torch.manual_seed(number)
        module = make()
        module.train(training)
        for key, value in module.state_dict().items():
            store[f"{name}|state|{key}"] = value.clone()
        given = [i() for i in inputs]
        outputs = call(module, *given) if call else module(*given)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        total = 0
        for i, output in enumerate(outputs):
            cotangent = torch.randn_like(output)
            store[f"{name}|out|{i}"] = output.detach().clone()
            store[f"{name}|cotangent|{i}"] = cotangent
            if output.requires_grad:
                total = total + (output * cotangent).sum()
        if torch.is_tensor(total):
            total.backward()
        for i, value in enumerate(given):
            store[f"{name}|in|{i}"] = value.detach().clone()
            if value.grad is not None:
                store[f"{name}|gradIn|{i}"] = value.grad
        for key, value in module.named_parameters():
            if value.grad is not None:
                store[f"{name}|grad|{key}"] = value.grad
        for key, value in module.named_buffers():
            store[f"{name}|after|{key}"] = value.clone()


# linear, embeddings, containers
case("Linear", lambda: nn.Linear(5, 4), x(2, 3, 5))
case("LinearNoBias", lambda: nn.Linear(5, 4, bias=False), x(3, 5))
case("Bilinear", lambda: nn.Bilinear(3, 4, 2), x(5, 3), x(5, 4))
case("Embedding", lambda: nn.Embedding(7, 4, padding_idx=2), ints(7, 3, 4))
case("EmbeddingScaled", lambda: nn.Embedding(4, 5, max_norm=1.0, scale_grad_by_freq=True), ints(4, 9))
for mode in ("sum", "mean", "max"):
    case(f"EmbeddingBag_{mode}", lambda mode=mode: nn.EmbeddingBag(7, 4, mode=mode), ints(7, 9), lambda: torch.tensor([0, 4, 4]))
case("EmbeddingBagMatrix", lambda: nn.EmbeddingBag(7, 4, padding_idx=1), ints(7, 3, 4))
case("EmbeddingBagWeighted", lambda: nn.EmbeddingBag(7, 4, mode="sum"), ints(7, 3, 4), x(3, 4),
     call=lambda m, i, w: m(i, per_sample_weights=w))
case("Sequential", lambda: nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Unflatten(1, (2, 3)), nn.Flatten(), nn.Linear(6, 2)), x(3, 4))
# convolutions
for d in (1, 2, 3):
    size = (7, 6, 5)[:d]
    conv = getattr(nn, f"Conv{d}d")
    turned = getattr(nn, f"ConvTranspose{d}d")
    case(f"Conv{d}d", lambda c=conv: c(2, 3, 3), x(2, 2, *size))
    case(f"Conv{d}dOptions", lambda c=conv, e=2 if d == 1 else 1: c(4, 2, 3, stride=2, padding=1, dilation=e, groups=2, bias=False), x(1, 4, *size))
    case(f"Conv{d}dSame", lambda c=conv: c(1, 2, 2, padding="same"), x(1, 1, *size))
    case(f"Conv{d}dCircular", lambda c=conv: c(1, 2, 3, padding=1, padding_mode="circular"), x(1, *size))
    case(f"ConvTranspose{d}d", lambda c=turned: c(2, 3, 2), x(2, 2, *[3] * d))
    case(f"ConvTranspose{d}dOptions", lambda c=turned: c(4, 2, 3, stride=2, padding=1, output_padding=1, groups=2, bias=False), x(1, 4, *[3] * d))
case("Conv2dReflect", lambda: nn.Conv2d(1, 2, 3, padding=(1, 2), padding_mode="reflect"), x(1, 1, 5, 5))
case("Conv2dSameReplicate", lambda: nn.Conv2d(1, 2, 4, padding="same", padding_mode="replicate"), x(1, 1, 5, 5))
case("Unfold", lambda: nn.Unfold((2, 3), 1, 1, (1, 2)), x(1, 2, 4, 5))
case("Fold", lambda: nn.Fold((4, 5), 2, 1, 0, 1), x(1, 8, 12))
# pooling
for d in (1, 2, 3):
    size = (6, 5, 4)[:d]
    case(f"MaxPool{d}d", lambda d=d: getattr(nn, f"MaxPool{d}d")(3, stride=2, padding=1, ceil_mode=True), x(1, 2, *size))
    case(f"AvgPool{d}d", lambda d=d: getattr(nn, f"AvgPool{d}d")(3, stride=2, padding=1, count_include_pad=False), x(1, 2, *size))
    case(f"AdaptiveAvgPool{d}d", lambda d=d: getattr(nn, f"AdaptiveAvgPool{d}d")(2), x(1, 2, *size))
    case(f"AdaptiveMaxPool{d}d", lambda d=d: getattr(nn, f"AdaptiveMaxPool{d}d")(2), x(1, 2, *size))
case("LPPool1d", lambda: nn.LPPool1d(2, 3, 2), lambda: (torch.rand(1, 2, 7) + 1).requires_grad_())
case("LPPool3d", lambda: nn.LPPool3d(2, 2), lambda: (torch.rand(1, 2, 2, 4, 2) + 1).requires_grad_())
case("LPPool2d", lambda: nn.LPPool2d(3, (2, 3)), lambda: (torch.rand(1, 2, 4, 6) + 1).requires_grad_())
# norms
for d in (1, 2, 3):
    size = (5, 4, 3)[:d]
    case(f"BatchNorm{d}d", lambda d=d: getattr(nn, f"BatchNorm{d}d")(3), x(4, 3, *size))
    case(f"BatchNorm{d}dEval", lambda d=d: getattr(nn, f"BatchNorm{d}d")(3), x(4, 3, *size), training=False)
    case(f"InstanceNorm{d}d", lambda d=d: getattr(nn, f"InstanceNorm{d}d")(3), x(2, 3, *size))
    case(f"InstanceNorm{d}dTracked", lambda d=d: getattr(nn, f"InstanceNorm{d}d")(3, affine=True, track_running_stats=True), x(2, 3, *size))
case("BatchNorm1dCumulative", lambda: nn.BatchNorm1d(3, momentum=None), x(6, 3), call=lambda m, i: (m(i), m(i * 2)))
case("BatchNorm1dPlain", lambda: nn.BatchNorm1d(3, eps=1e-3, affine=False, track_running_stats=False), x(6, 3), training=False)
case("LayerNorm", lambda: nn.LayerNorm(6), x(4, 6))
case("LayerNorm2", lambda: nn.LayerNorm((3, 4), bias=False), x(2, 3, 4))
case("GroupNorm", lambda: nn.GroupNorm(2, 4), x(2, 4, 3))
case("RMSNorm", lambda: nn.RMSNorm((3, 4)), x(2, 3, 4))
case("LocalResponseNorm", lambda: nn.LocalResponseNorm(3, 0.1), x(2, 5, 4))
# recurrences
for kind in ("RNN", "GRU", "LSTM"):
    lstm = kind == "LSTM"
    make = getattr(nn, kind)
    flat = (lambda r: (r[0], *r[1])) if lstm else (lambda r: r)
    case(kind, lambda m=make: m(3, 4), x(5, 2, 3), call=lambda m, i, f=flat: f(m(i)))
    extra = {"proj_size": 2} if lstm else {"nonlinearity": "relu"} if kind == "RNN" else {}
    out = 2 if lstm else 4
    states = [x(4, 2, out)] + ([x(4, 2, 4)] if lstm else [])
    case(f"{kind}Options", lambda m=make, e=extra: m(3, 4, 2, batch_first=True, bidirectional=True, **e), x(2, 5, 3), *states,
         call=lambda m, i, *s, f=flat, l=lstm: f(m(i, s if l else s[0])))

    def packed(m, i, f=flat):
        r = m(nn.utils.rnn.pack_padded_sequence(i, torch.tensor([2, 5, 3]), batch_first=True, enforce_sorted=False))
        padded, _ = nn.utils.rnn.pad_packed_sequence(r[0], batch_first=True, padding_value=-1.0)
        return f((padded, r[1]))

    case(f"{kind}Packed", lambda m=make: m(3, 4, bidirectional=True, bias=False), x(3, 5, 3), call=packed)
    cell = getattr(nn, kind + "Cell")
    case(f"{kind}Cell", lambda c=cell: c(3, 4), x(2, 3), *([x(2, 4)] * (2 if lstm else 1)),
         call=(lambda m, i, h, c: m(i, (h, c))) if lstm else None)
# attention
def closed(*shape):
    return lambda: torch.tril(torch.ones(*shape)).logical_not()


padding = lambda: torch.tensor([[False, False, False, True], [False] * 4])
case("MultiheadAttention", lambda: nn.MultiheadAttention(6, 2), x(3, 2, 6), x(4, 2, 6), x(4, 2, 6))
case("MultiheadAttentionOptions", lambda: nn.MultiheadAttention(6, 3, bias=False, kdim=4, vdim=5, batch_first=True),
     x(2, 3, 6), x(2, 4, 4), x(2, 4, 5), padding, lambda: torch.randn(6, 3, 4),
     call=lambda m, q, k, v, p, a: m(q, k, v, key_padding_mask=torch.zeros(2, 4).masked_fill(p, float("-inf")), attn_mask=a))
for first in (False, True):
    norm = "NormFirst" if first else ""
    make = lambda first=first: nn.TransformerEncoderLayer(6, 2, 8, 0.0, "gelu" if first else "relu", batch_first=first, norm_first=first)
    shape = (2, 4, 6) if first else (4, 2, 6)
    case(f"TransformerEncoderLayer{norm}", make, x(*shape), padding, closed(4, 4),
         call=lambda m, s, p, a: m(s, src_mask=a, src_key_padding_mask=p))
    make = lambda first=first: nn.TransformerDecoderLayer(6, 2, 8, 0.0, batch_first=first, norm_first=first, bias=not first)
    case(f"TransformerDecoderLayer{norm}", make, x(*shape), x(*shape), closed(4, 4), padding,
         call=lambda m, t, s, a, p: m(t, s, tgt_mask=a, memory_key_padding_mask=p))
case("Transformer", lambda: nn.Transformer(6, 2, 1, 2, 8, 0.0), x(3, 2, 6), x(4, 2, 6), closed(4, 4),
     call=lambda m, s, t, a: m(s, t, tgt_mask=a))
# activations
for name, *arguments in [
    ("ReLU",), ("ReLU6",), ("Sigmoid",), ("Tanh",), ("SiLU",), ("Mish",), ("SELU",), ("LogSigmoid",), ("Hardsigmoid",),
    ("Hardswish",), ("Softsign",), ("Tanhshrink",), ("LeakyReLU",), ("ELU", 0.7), ("CELU", 0.7), ("Hardtanh",),
    ("Hardshrink",), ("Softshrink",), ("Softplus", 2.0, 1.0), ("Threshold", 0.1, -3.0), ("Softmax", -1), ("Softmin", 0),
    ("LogSoftmax", 1), ("GLU",), ("GELU",), ("PReLU", 4),
]:
    case(name, lambda n=name, a=arguments: getattr(nn, n)(*a), x(3, 4))
case("GELUTanh", lambda: nn.GELU("tanh"), x(3, 4))
case("RReLU", lambda: nn.RReLU(), x(3, 4), training=False)
case("Softmax2d", lambda: nn.Softmax2d(), x(1, 3, 2, 2))
# images
case("PixelShuffle", lambda: nn.PixelShuffle(2), x(1, 4, 2, 3))
case("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), x(1, 1, 4, 6))
case("ChannelShuffle", lambda: nn.ChannelShuffle(2), fixed(lambda: torch.randn(1, 4, 2, 2)))
case("UpsampleNearest", lambda: nn.Upsample(scale_factor=2.0), x(1, 2, 3))
case("UpsampleBilinear", lambda: nn.Upsample((5, 7), mode="bilinear", align_corners=True), x(1, 1, 3, 4))
case("UpsampleBicubic", lambda: nn.Upsample(scale_factor=(2.0, 1.5), mode="bicubic"), x(1, 1, 4, 4))
case("UpsampleTrilinear", lambda: nn.Upsample(scale_factor=2.0, mode="trilinear"), x(1, 1, 2, 3, 2))
case("ConstantPad2d", lambda: nn.ConstantPad2d((1, 2, 0, 1), 0.5), x(1, 1, 2, 3))
case("ZeroPad1d", lambda: nn.ZeroPad1d((1, 2)), x(1, 1, 3))
case("ReflectionPad2d", lambda: nn.ReflectionPad2d((1, 2, 0, 1)), x(1, 1, 3, 4))
case("ReplicationPad3d", lambda: nn.ReplicationPad3d(1), x(1, 1, 2, 2, 2))
case("CircularPad1d", lambda: nn.CircularPad1d((1, 2)), x(1, 2, 4))
# losses
for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss"):
    for reduction in ("mean", "sum", "none"):
        case(f"{name}_{reduction}", lambda n=name, r=reduction: getattr(nn, n)(reduction=r), x(3, 2), x(3, 2))
case("CrossEntropyLoss", lambda: nn.CrossEntropyLoss(torch.tensor([1.0, 2, 3, 4]), ignore_index=2, label_smoothing=0.1), x(3, 4, 2), ints(4, 3, 2))
case("CrossEntropyLossSoft", lambda: nn.CrossEntropyLoss(), x(3, 4), lambda: torch.rand(3, 4).softmax(-1))
case("NLLLoss", lambda: nn.NLLLoss(torch.tensor([1.0, 2, 3, 4]), reduction="sum"), x(3, 4, 2), ints(4, 3, 2))
case("BCELoss", lambda: nn.BCELoss(torch.tensor([1.0, 2])), lambda: torch.rand(3, 2).requires_grad_(), ints(2, 3, 2), call=lambda m, i, t: m(i, t.double()))
case("BCEWithLogitsLoss", lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2])), x(3, 2), probabilities(3, 2))
case("PoissonNLLLoss", lambda: nn.PoissonNLLLoss(full=True), x(3, 2), lambda: torch.randint(9, (3, 2)).double())
case("HingeEmbeddingLoss", lambda: nn.HingeEmbeddingLoss(0.5), x(3, 2), signs(3, 2))
case("MultiMarginLoss", lambda: nn.MultiMarginLoss(2, 0.7, torch.tensor([1.0, 2, 3, 4])), x(3, 4), ints(4, 3))
case("MultiLabelMarginLoss", lambda: nn.MultiLabelMarginLoss(), x(2, 4), lambda: torch.tensor([[3, 0, -1, 1], [2, -1, 0, 0]]))
case("SoftMarginLoss", lambda: nn.SoftMarginLoss(), x(3, 2), signs(3, 2))
case("MultiLabelSoftMarginLoss", lambda: nn.MultiLabelSoftMarginLoss(torch.tensor([1.0, 2])), x(3, 2), lambda: torch.randint(2, (3, 2)).double())
case("KLDivLoss", lambda: nn.KLDivLoss(log_target=True), x(3, 4), x(3, 4))
case("KLDivLossBatchMean", lambda: nn.KLDivLoss(reduction="batchmean"), x(3, 4), probabilities(3, 4))
case("MarginRankingLoss", lambda: nn.MarginRankingLoss(0.3), x(5), x(5), signs(5))
case("CosineEmbeddingLoss", lambda: nn.CosineEmbeddingLoss(0.1), x(4, 3), x(4, 3), signs(4))
case("TripletMarginLoss", lambda: nn.TripletMarginLoss(swap=True), x(4, 3), x(4, 3), x(4, 3))
case("GaussianNLLLoss", lambda: nn.GaussianNLLLoss(full=True, eps=0.3), x(3, 2), x(3, 2), lambda: torch.rand(3, 2).requires_grad_())
case("CTCLoss", lambda: nn.CTCLoss(), lambda: torch.randn(6, 2, 4).log_softmax(-1).detach().requires_grad_(), lambda: torch.tensor([[1, 2, 1], [3, 1, 0]]),
     lambda: torch.tensor([6, 5]), lambda: torch.tensor([3, 2]))



def save(path):
    """Writes a safetensors file; the format is simple enough to need no library."""
    types = {torch.float64: "F64", torch.int64: "I64", torch.bool: "BOOL"}
    header, parts, end = {}, [], 0
    for key, value in store.items():
        parts.append(value.contiguous().numpy().tobytes())
        begin, end = end, end + len(parts[-1])
        header[key] = {"dtype": types[value.dtype], "shape": list(value.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


run()
save(sys.argv[1])
print(len(cases), "cases")
