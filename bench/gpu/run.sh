#!/usr/bin/env bash
# Makes the GPU figures of docs/benchmarks.md on any machine with an NVIDIA GPU (compute capability 8.0 or higher, about 20 GB free).
#
#   bench/gpu/run.sh                 everything: the laws of the engine, its speed, the copy bandwidth and a compiled PyTorch step, in one run
#   bench/gpu/run.sh --quick         without the laws and without PyTorch
#
# Needs: NVIDIA's driver, NVRTC 12 or 13 (of the CUDA toolkit; STREAMING_NVRTC names its folder), and either the .NET SDK, or in GPU_BENCH the
# path of the program published elsewhere:
#   dotnet publish bench/gpu/Streaming.Gpu.Benchmarks -c Release -r linux-x64 --self-contained -o DIR      (then GPU_BENCH=DIR/gpu-bench)
# PyTorch with Triton for the peer; without it the lines lack the peer.
#
# Prints benchmark lines (JSON, one a case) to standard output, everything else to standard error. GPU_BENCH_OUT keeps the raw measurements.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${GPU_BENCH_OUT:-$(mktemp -d)}
mkdir -p "$work"
quick=${1:-}

if [ -z "${GPU_BENCH:-}" ]; then
    dotnet publish "$here/Streaming.Gpu.Benchmarks" -c Release -r linux-x64 --self-contained -v quiet --nologo -o "$work/program" >&2
    GPU_BENCH=$work/program/gpu-bench
fi
commit=${COMMIT:-$(git -C "$here" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)}
machine=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1)

if [ "$quick" != --quick ]; then
    # One process a case: they compile at the same time. The figures come after, alone on the card.
    for name in tiny padded narrow heads16 issue wide128 wide256 next goal; do "$GPU_BENCH" check "$name" >"$work/check-$name.txt" 2>&1 & done
    for name in tensor2 tensor4 tensor4wide tensor4bare tensor8 prefill; do "$GPU_BENCH" prefill check "$name" >"$work/check-$name.txt" 2>&1 & done
    wait
    cat "$work"/check-*.txt >&2
    if ! grep -q 'ok$' "$work"/check-goal.txt || ! grep -q 'ok$\|cannot prefill here' "$work"/check-prefill.txt || grep -qE 'BROKEN|xception' "$work"/check-*.txt; then
        echo "run.sh: a law is broken; no figures" >&2
        exit 1
    fi
fi
copy=$("$GPU_BENCH" copy)
"$GPU_BENCH" time bf16 1 8 32 128 512 2048 4096 >"$work/engine.jsonl"
"$GPU_BENCH" time fp8 1 32 128 512 2048 4096 >>"$work/engine.jsonl"
"$GPU_BENCH" prefill time >"$work/prefill.jsonl"
if [ "$quick" != --quick ] && python3 -c 'import torch, triton' 2>/dev/null; then
    python3 "$here/torch_step.py" 1 32 512 4096 >"$work/torch.jsonl" 2>"$work/torch.log" || echo "run.sh: PyTorch's step failed; see $work/torch.log" >&2
fi
python3 "$here/lines.py" "$copy" "$work/engine.jsonl" "$work/prefill.jsonl" "$work/torch.jsonl" "$machine" "$commit"
