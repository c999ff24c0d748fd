#!/usr/bin/env bash
# The vector libraries that `streaming bench memory` compares with, on one core: one JSON line each on standard output.
#
#   peers.sh [--hnswlib] --base FILE --query FILE --dim N --recall R [--k 10]
#
# ScaNN and FAISS come from vector/peer in the folder STREAMING_TEST_PEERS, or in ../shared/peers beside the repository; hnswlib from Debian's
# python3-hnswlib. What is not there is left out, with a line on standard error.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
peer=${STREAMING_TEST_PEERS:-$here/../../../shared/peers}/vector/peer

hnswlib=false
if [[ ${1:-} == --hnswlib ]]; then
  hnswlib=true
  shift
fi

if [[ -x $peer ]]; then
  "$peer" "$@"
else
  echo "peers.sh: no $peer: ScaNN and FAISS are left out" >&2
fi

if $hnswlib; then
  if /usr/bin/python3 -c 'import hnswlib' 2>/dev/null; then
    /usr/bin/python3 "$here/hnswlib_peer.py" "$@"
  else
    echo "peers.sh: /usr/bin/python3 has no hnswlib (apt-get install python3-hnswlib): left out" >&2
  fi
fi
