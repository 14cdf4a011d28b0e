#!/usr/bin/env bash
# Builds the demo model from nothing: training, both formats, the WebGPU library, manifest and model card.
# Everything comes from PyPI and Debian. About an hour on two cores; the artefacts are committed, so nobody
# has to run this to use or to test them.
#
#   models/demo/build.sh [WORK_DIR]        default: build/demo-model
#   PYTHON=python3.12 TOKENS=2000000 ...   another interpreter, a shorter training
#   ONLY=library ...                       nothing but the WebGPU library: five minutes, the weights stay as they are
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
work="${1:-$root/build/demo-model}"
python="${PYTHON:-python3}"
tokens="${TOKENS:-26000000}"
mkdir -p "$work"
work="$(cd "$work" && pwd)"

if ! command -v emcc >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq emscripten
  else
    echo "emcc is missing. Install it and run this again: apt-get install emscripten" >&2
    exit 1
  fi
fi

if [ ! -x "$work/venv/bin/python" ]; then
  "$python" -m venv "$work/venv"
fi
run="$work/venv/bin/python"
"$run" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"

export PYTHONPATH="$root/models"
cd "$work"
if [ "${ONLY:-}" != library ]; then
  "$run" -m demo.train.loop --work "$work/train" --total "$tokens"
fi
"$run" -m demo.compile.library --work "$work/compile" --out "$here/artifacts/webllm/demo-webgpu.wasm"
if [ "${ONLY:-}" = library ]; then
  "$run" -m demo.export.manifest --artifacts "$here/artifacts"
else
  "$run" -m demo.export --work "$work/train" --artifacts "$here/artifacts"
fi
"$run" -m demo.export.card --artifacts "$here/artifacts" --card "$here/MODEL_CARD.md"
echo "The demo model is in $here/artifacts"
