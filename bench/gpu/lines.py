"""Joins what run.sh measured into benchmark lines (docs/benchmarks.md).

Usage: python3 lines.py COPY_BYTES_PER_SECOND ENGINE.jsonl PREFILL.jsonl TORCH.jsonl MACHINE COMMIT

gpu_step_bN  steps (events) a second by the device's own time (median): copy up, launch, embeddings in the host's memory
             ratio: share of the measured copy bandwidth: bytes of keys and values that the windows hold, read once, over that time
gpu_call_bN  the caller's time of one whole Step() of N rows, staging included (median and p99)
gpu_rebuild_bN, gpu_rebuild_whole
             the device's time of one Append(): 128 tokens on 3,968 cached ones for N sequences at once, or 4,096 on none; on tensor cores where the card
             has them, beside the exact prefill. p50: the caller's time
"""
import json
import os
import sys


def read(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines if line.startswith("{")]


copy, engine, prefill, torch, machine, commit = float(sys.argv[1]), read(sys.argv[2]), read(sys.argv[3]), sys.argv[4], sys.argv[5], sys.argv[6]
peers = {row["batch"]: row["device_s"] for row in (read(torch) if os.path.exists(torch) else [])}


def line(case, value, unit, **more):
    print(json.dumps({"bench": "hstu", "case": case, "value": value, "unit": unit, **more, "machine": machine, "commit": commit}))


line("gpu_copy_bandwidth", round(copy / 1e9, 1), "GB/s")
bf16 = {row["batch"]: row["device_s"] for row in engine if row["format"] == "Bf16"}
for row in engine:
    fp8, batch, seconds = row["format"] == "Fp8", row["batch"], row["device_s"]
    more = {}
    if not fp8 and batch in peers:
        more |= {"peer": "compiled PyTorch step under a CUDA graph", "peer_value": round(batch / peers[batch], 1)}
    if fp8 and batch in bf16:
        more |= {"peer": "the same with bf16 keys and values", "peer_value": round(batch / bf16[batch], 1)}
    more["ratio"] = round(batch * row["window_bytes"] / seconds / copy, 3)
    name = f"{'fp8_' if fp8 else ''}b{batch}"
    line(f"gpu_step_{name}", round(batch / seconds, 1), "steps/s", **more)
    line(f"gpu_call_{name}", round(row["wall_s"] * 1e6, 1), "us", p50=round(row["wall_s"] * 1e6, 1), p99=round(row["wall_p99_s"] * 1e6, 1))
exact = {(row["case"], row["batch"]): row["device_s"] for row in prefill if row["prefill"] == "Exact"}
for row in prefill:
    if row["prefill"] == "Exact":
        continue
    name, seconds, peer = "whole" if row["case"] == "whole" else f"b{row['batch']}", row["device_s"], exact[row["case"], row["batch"]]
    line(f"gpu_rebuild_{name}", round(seconds * 1e6, 1), "us", p50=round(row["wall_s"] * 1e6, 1), peer="the exact prefill", peer_value=round(peer * 1e6, 1), ratio=round(peer / seconds, 2))
