"""Loads the T5 in the folder given with Hugging Face's transformers, and looks at the clock and at the kernel's books."""
import json
import os
import sys
import time

os.environ["TQDM_DISABLE"] = "1"

import torch
from transformers import T5ForConditionalGeneration


def status(key):
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith(key + ":"))


torch.ones(1)
before = status("VmRSS")
begin = time.perf_counter()
model = T5ForConditionalGeneration.from_pretrained(sys.argv[1], dtype=torch.float32)
end = time.perf_counter()
loaded = status("VmHWM")
model.eval()
ids = torch.ones(1, 16, dtype=torch.long)
with torch.no_grad():
    model(input_ids=ids, labels=ids).loss.item()
print(json.dumps({
    "loadMillis": 1000 * (end - begin), "useMillis": 1000 * (time.perf_counter() - end), "before": before, "loaded": loaded,
    "used": status("VmHWM"), "anonymous": status("RssAnon")}))
