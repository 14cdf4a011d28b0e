#!/usr/bin/env bash
# Every wheel that the browser needs, into dist/wheels: the provider, amplifier-core with the pure-Python kernel,
# the vendored ones, a static index of them (simple/) and the lock file that the application boots from.
#
#     PYTHON=.venv/bin/python ./build_wheel.sh
#
# The Python needs pip, build and hatchling. Downloads are kept in build/wheels; the same sources give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec "${PYTHON:-python3}" -m tools.wheels "$@"
