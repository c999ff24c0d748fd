#!/usr/bin/env bash
# Checks and times the prefill probe on a Hopper card (H100, H200; CUDA 12.4 or higher, nvcc in PATH or in NVCC). See README.md.
#
#   bench/gpu/prefill/run.sh            small check, planted faults, full check, then the sweep of all variants and the figures
#   bench/gpu/prefill/run.sh --quick    small check and the figures of the first choice
#   bench/gpu/prefill/run.sh --build    compiles only; PREFILL_BUILD names the folder for the program
#
# Prints benchmark lines (JSON, one a case) to standard output, everything else to standard error. Ends with an error when anything is wrong.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${PREFILL_BUILD:-$(mktemp -d)}
program=$build/prefill
export COMMIT=${COMMIT:-$(git -C "$here" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)}
mkdir -p "$build"

if [ ! -x "$program" ]; then
    "${NVCC:-nvcc}" -std=c++17 -O3 -gencode arch=compute_90a,code=sm_90a -Xptxas -v "$here/prefill.cu" -o "$program" -ldl 2>"$build/compile.log" ||
        { cat "$build/compile.log" >&2; exit 1; }
    # Products that wait for each other, and spilled registers, would spoil every figure; the compiler tells both.
    grep -E 'Potential Performance Loss|[1-9][0-9]* bytes spill' "$build/compile.log" >&2 || true
fi
if [ "${1:-}" = --build ]; then exit 0; fi

# A barrier that nobody reaches would hang for ever.
timeout 120 "$program" --check --small >&2
if [ "${1:-}" = --quick ]; then
    timeout 120 "$program" --time
    exit 0
fi
for fault in window tau page part; do
    if timeout 60 "$program" --plant "$fault" >&2; then
        echo "run.sh: the planted fault $fault was not caught" >&2
        exit 1
    fi
done
timeout 240 "$program" --check >&2
timeout 240 "$program" --sweep
