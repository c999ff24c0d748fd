"""Joins what run.sh measured into benchmark lines (docs/benchmarks.md).

Usage: python3 lines.py COPY_BYTES_PER_SECOND ENGINE.jsonl TORCH.jsonl MACHINE COMMIT

value   steps (events) a second by the device's own time: copy up, launch, embeddings in the host's memory
ratio   share of the measured copy bandwidth: bytes of keys and values that the windows hold, read once, over that time
wall_*  the caller's time of a whole Step(), staging included
"""
import json
import os
import sys


def read(path):
    with open(path) as lines:
        return [json.loads(line) for line in lines if line.startswith("{")]


copy, engine, torch, machine, commit = float(sys.argv[1]), read(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
peers = {row["batch"]: row["device_s"] for row in (read(torch) if os.path.exists(torch) else [])}


def line(case, value, unit, **more):
    print(json.dumps({"bench": "hstu", "case": case, "value": value, "unit": unit, **more, "machine": machine, "commit": commit}))


line("gpu_copy_bandwidth", round(copy / 1e9, 1), "GB/s")
bf16 = {row["batch"]: row["device_s"] for row in engine if row["format"] == "Bf16"}
for row in engine:
    fp8, batch, seconds = row["format"] == "Fp8", row["batch"], row["device_s"]
    more = {"p50": round(seconds * 1e6, 1), "p99": round(row["device_p99_s"] * 1e6, 1), "p_unit": "us"}
    if not fp8 and batch in peers:
        more |= {"peer": "compiled PyTorch step under a CUDA graph", "peer_value": round(batch / peers[batch], 1)}
    if fp8 and batch in bf16:
        more |= {"peer": "the same with bf16 keys and values", "peer_value": round(batch / bf16[batch], 1)}
    more |= {"ratio": round(batch * row["window_bytes"] / seconds / copy, 3), "wall_p50_us": round(row["wall_s"] * 1e6, 1), "wall_p99_us": round(row["wall_p99_s"] * 1e6, 1)}
    line(f"gpu_step_{'fp8_' if fp8 else ''}b{batch}", round(batch / seconds, 1), "steps/s", **more)
