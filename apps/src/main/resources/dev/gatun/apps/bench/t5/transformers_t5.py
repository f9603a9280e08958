"""One row of `gatun bench t5` by Hugging Face's transformers, measured whenever a line says that it is its turn."""
import json
import resource
import statistics
import sys
import time

import torch
from transformers import T5Config, T5ForConditionalGeneration

BATCH, SOURCE, TARGET = 8, 128, 32
kind = sys.argv[1]
d_model, d_ff, heads, layers = map(int, sys.argv[2:6])
threads = int(sys.argv[6])

torch.set_num_threads(threads)
torch.manual_seed(7)
config = T5Config(
    vocab_size=32128, d_model=d_model, d_kv=64, d_ff=d_ff, num_layers=layers, num_heads=heads,
    feed_forward_proj="gated-gelu", tie_word_embeddings=False, dropout_rate=0.1, decoder_start_token_id=0)
model = T5ForConditionalGeneration(config)
# From transformers 5 on the head shares the embeddings' weights all the same; T5 v1.1 has weights for each.
model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
if kind == "FROZEN":
    model.requires_grad_(False)
    model.encoder.requires_grad_(True)
    model.shared.requires_grad_(False)
model.train(kind in ("TRAIN", "FROZEN"))
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.01, fused=True)
ids = torch.randint(2, 32128, (BATCH, SOURCE))
mask = torch.ones(BATCH, SOURCE, dtype=torch.long)
labels = torch.randint(2, 32128, (BATCH, TARGET))


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    value = loss.item()
    optimizer.step()
    return value


def generate():
    with torch.no_grad():
        model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=TARGET, min_new_tokens=TARGET, do_sample=False)


run = {"TRAIN": step, "FROZEN": step, "GENERATE": generate, "ADAMW": optimizer.step}[kind]
if kind == "ADAMW":
    for p in trained:
        p.grad = p.detach() * 0.01
for _ in range(3):
    run()
times, turns = [], []
for line in sys.stdin:
    if not line.startswith("turn "):
        break
    seconds = float(line.split()[1])
    if seconds > 0:
        run()
        first, end = len(times), time.perf_counter() + seconds
        while True:
            begin = time.perf_counter()
            run()
            now = time.perf_counter()
            times.append(1000 * (now - begin))
            if now >= end:
                break
        turns.append(statistics.median_high(times[first:]))
    print("done", flush=True)
print(json.dumps({
    "millis": times, "turns": turns, "cppMillis": [], "javaShare": 0, "peakBytes": 0, "cppPeakBytes": 0,
    "residentBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "version": torch.__version__}), flush=True)
