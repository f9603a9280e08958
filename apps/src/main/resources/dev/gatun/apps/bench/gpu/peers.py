"""One row of `gatun bench gpu` by PyTorch and Hugging Face's transformers; prints its measurement as JSON.

HART is written with the modules of transformers' T5 (projections, norms, feed-forward layers), in eager mode. Legend: B batch,
T queries, S keys, H heads, K size of a head, D model, P rows of a prefix, L layers.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

job = json.loads(sys.argv[1])
device = torch.device(job["device"])
kind = job["kind"]
LR, DECAY, ALPHA = 1e-4, 0.01, 10.0
torch.manual_seed(7)


def finish():
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def tokens(rows, length):
    ids = torch.randint(2, job["vocabulary"], (rows, length), device=device)
    return ids, torch.ones_like(ids)


def t5(dtype, decoder_layers=None):
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=job["vocabulary"], d_model=job["d_model"], d_kv=job["d_kv"], d_ff=job["d_ff"],
        num_layers=job["layers"], num_decoder_layers=decoder_layers or job["layers"], num_heads=job["heads"],
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, dropout_rate=job["dropout"],
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    with torch.device(device):
        model = T5ForConditionalGeneration(config)
    # From transformers 5 on the head shares the embeddings' weights all the same; T5 v1.1 has weights for each.
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    return model.to(device=device, dtype=dtype)


class Memory:
    """Keys and values that a layer keeps between steps."""

    def __init__(self):
        self.key = self.value = None

    def extend(self, key, value):
        self.key = key if self.key is None else torch.cat([self.key, key], 2)
        self.value = value if self.value is None else torch.cat([self.value, value], 2)
        return self.key, self.value


def heads(x):
    """[B, T, D] as [B, H, T, K]."""
    return x.view(x.shape[0], x.shape[1], job["heads"], job["d_kv"]).transpose(1, 2)


def attend(module, x, key, value, bias, dropout):
    scores = torch.matmul(heads(module.q(x)), key.transpose(2, 3))
    if bias is not None:
        scores = scores + bias
    weights = F.softmax(scores.float(), dim=-1).type_as(scores)
    weights = F.dropout(weights, p=job["dropout"], training=dropout)
    mixed = torch.matmul(weights, value).transpose(1, 2)
    return module.o(mixed.reshape(x.shape[0], x.shape[1], -1))


def position_bias(module, queries, keys, offset, bidirectional):
    """[1, H, T, S]."""
    context = torch.arange(queries, device=device)[:, None] + offset
    memory = torch.arange(keys, device=device)[None, :]
    buckets = type(module)._relative_position_bucket(
        memory - context, bidirectional=bidirectional, num_buckets=32, max_distance=128)
    return module.relative_attention_bias(buckets).permute(2, 0, 1).unsqueeze(0)


def stack(blocks, x, bias, prefix=None, source=None, memory=None, crossed=None):
    """Blocks of an encoder or decoder with a prefix, a source to read, and what earlier steps left."""
    for i, block in enumerate(blocks):
        own = block.layer[0]
        normed = own.layer_norm(x)
        key, value = heads(own.SelfAttention.k(normed)), heads(own.SelfAttention.v(normed))
        if memory is not None:
            key, value = memory[i].extend(key, value)
        if prefix is not None:
            key = torch.cat([heads(prefix[i][0]).type_as(key), key], 2)
            value = torch.cat([heads(prefix[i][1]).type_as(value), value], 2)
        x = x + own.dropout(attend(own.SelfAttention, normed, key, value, bias, block.training))
        if source is not None:
            cross = block.layer[1]
            if crossed is None or crossed[i] is None:
                pair = heads(cross.EncDecAttention.k(source)), heads(cross.EncDecAttention.v(source))
                if crossed is not None:
                    crossed[i] = pair
            else:
                pair = crossed[i]
            normed = cross.layer_norm(x)
            x = x + cross.dropout(attend(cross.EncDecAttention, normed, *pair, None, block.training))
        x = block.layer[-1](x)
    return x


class Heads(nn.Module):
    """One of the four groups: a prefix [B, P, D] for each layer."""

    def __init__(self):
        super().__init__()
        d, p, layers = job["d_model"], job["prefix"], job["layers"]
        self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in range(layers))
        self.shared = nn.Linear(d, p * d)
        self.out = nn.ModuleList(nn.Linear(d, d) for _ in range(layers))

    def forward(self, states):
        rows = []
        for norm, out, state in zip(self.norms, self.out, states):
            hidden = torch.tanh(self.shared(norm(state))).view(-1, job["prefix"], job["d_model"])
            rows.append(out(hidden))
        return rows


class Hypernetwork(nn.Module):
    """HART with a cache: pairs of states, each from the one before, and heads that write prefixes from them."""

    def __init__(self, dtype):
        super().__init__()
        backbone = t5(torch.float32, job["hyper_layers"])
        self.shared, self.encoder, self.decoder = backbone.shared, backbone.encoder, backbone.decoder
        self.encoder.set_input_embeddings(self.shared)
        self.decoder.set_input_embeddings(None)
        self.z = nn.Parameter(torch.randn(2, job["d_model"]))
        self.groups = nn.ModuleList(Heads() for _ in range(4))
        self.to(device=device, dtype=dtype)

    def forward(self, ids, mask):
        source = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        blocks = self.decoder.block
        memory, crossed = [Memory() for _ in blocks], [None] * len(blocks)
        pair = self.z.unsqueeze(0).expand(ids.shape[0], 2, -1)
        states = []
        for step in range(job["layers"]):
            bias = position_bias(blocks[0].layer[0].SelfAttention, 2, 2 * (step + 1), 2 * step, False)
            pair = stack(blocks, self.decoder.dropout(pair), bias, None, source, memory, crossed)
            pair = self.decoder.dropout(self.decoder.final_layer_norm(pair))
            states.append(pair)
        ofs = [[pair[:, 0] for pair in states], [pair[:, 1] for pair in states]]
        written = [group(ofs[i // 2]) for i, group in enumerate(self.groups)]
        return torch.stack(states, 1), list(zip(*written[:2])), list(zip(*written[2:])), source


def prefixed_loss(model, ids, labels, encoder_prefix, decoder_prefix, demonstrations):
    """The main model with prefixes in its self-attention; its decoder reads the demonstrations too."""
    p, s, t = job["prefix"], ids.shape[1], labels.shape[1]
    blocks = model.encoder.block
    bias = F.pad(position_bias(blocks[0].layer[0].SelfAttention, s, s, 0, True), (p, 0))
    x = stack(blocks, model.encoder.dropout(model.shared(ids)), bias, encoder_prefix)
    x = model.encoder.dropout(model.encoder.final_layer_norm(x))
    source = torch.cat([demonstrations.type_as(x), x], 1)
    blocks = model.decoder.block
    bias = position_bias(blocks[0].layer[0].SelfAttention, t, t, 0, False)
    bias = F.pad(bias + torch.full((t, t), torch.finfo(bias.dtype).min, device=device, dtype=bias.dtype).triu(1), (p, 0))
    shifted = F.pad(labels[:, :-1], (1, 0))
    y = stack(blocks, model.decoder.dropout(model.shared(shifted)), bias, decoder_prefix, source)
    logits = model.lm_head(model.decoder.dropout(model.decoder.final_layer_norm(y)))
    return F.cross_entropy(logits.float().view(-1, logits.shape[-1]), labels.reshape(-1))


def adamw(parameters, decay):
    return torch.optim.AdamW(parameters, lr=LR, weight_decay=decay, fused=True)


def train():
    model = t5(torch.float32).train()
    optimizer = adamw(model.parameters(), DECAY)
    (ids, mask), (labels, _) = tokens(job["batch"], job["source"]), tokens(job["batch"], job["target"])

    def run():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        optimizer.step()

    return run


def hart():
    main = t5(torch.bfloat16).train().requires_grad_(False)
    hyper = Hypernetwork(torch.float32).train()
    optimizer = adamw(hyper.parameters(), 0.0)
    demonstrations, mask = tokens(job["batch"], job["demonstrations"])
    (ids, _), (labels, _) = tokens(job["batch"], job["source"]), tokens(job["batch"], job["target"])
    previous = None

    def run():
        nonlocal previous
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16):
            states, ours, theirs, read = hyper(demonstrations, mask)
            loss = prefixed_loss(main, ids, labels, ours, theirs, read)
            if previous is not None:
                loss = loss + ALPHA * F.mse_loss(states.float(), previous)
        loss.backward()
        previous = states.detach().float()
        optimizer.step()

    return run


def generate():
    model = t5(torch.bfloat16).eval()
    ids, mask = tokens(job["batch"], job["source"])

    def run():
        with torch.no_grad():
            model.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=job["generated"], min_new_tokens=job["generated"],
                do_sample=False, num_beams=1)

    return run


def adapt():
    hyper = Hypernetwork(torch.bfloat16).eval()
    ids, mask = tokens(1, job["demonstrations"])

    def run():
        with torch.no_grad():
            hyper(ids, mask)

    return run


def copy():
    a, b = (torch.ones(job["elements"], device=device) for _ in range(2))
    return lambda: b.copy_(a)


def product():
    a, b = (torch.ones(job["side"], job["side"], device=device, dtype=torch.bfloat16) for _ in range(2))
    return lambda: torch.matmul(a, b)


def one_op():
    a, b = (torch.ones(1, device=device) for _ in range(2))
    return lambda: torch.add(a, b)


def adam8bit():
    import bitsandbytes  # where it is installed; the row has no peer otherwise

    parameter = nn.Parameter(torch.randn(job["elements"], device=device))
    parameter.grad = torch.randn_like(parameter) * 0.01
    return bitsandbytes.optim.Adam8bit([parameter], lr=1e-3).step


rows = {
    "COPY": copy, "MATMUL": product, "OVERHEAD": one_op, "ADAM8BIT": adam8bit, "TRAIN": train, "HART": hart,
    "GENERATE1": generate, "GENERATE32": generate, "ADAPT": adapt}
run = rows[kind]()
repeats = job["repeats"]


def iterate():
    for _ in range(repeats):
        run()


warm, count = time.perf_counter() + job["seconds"] / 2, 0
while count < 3 or time.perf_counter() < warm:
    iterate()
    finish()
    count += 1
if device.type == "cuda":
    torch.cuda.reset_peak_memory_stats(device)
millis, host = [], []
end = time.perf_counter() + job["seconds"]
while len(millis) < 3 or time.perf_counter() < end:
    begin = time.perf_counter()
    iterate()
    host.append(1000 * (time.perf_counter() - begin) / repeats)
    finish()
    millis.append(1000 * (time.perf_counter() - begin) / repeats)
peak = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0
print(json.dumps({
    "millis": millis, "hostMillis": host, "peakBytes": peak, "version": torch.__version__, "error": None}))
