#!/bin/sh
# One month's run: begin it, continue it if it broke, leave it alone if it is done.
#
#     monthly.sh CONFIG FOLDER [AS_OF]
#
# FOLDER holds one run a month, so that each finds the one before. The exit code is that
# of segtools; the last line on stdout is the report's path.
set -u
if [ "$#" -lt 2 ]; then
  echo "monthly.sh needs CONFIG and FOLDER, but was given $#. Pass both." >&2
  exit 2
fi
config=$1
as_of=${3:-$(date +%Y-%m-01)}
run=$2/$as_of

if [ -f "$run/run.json" ]; then
  segtools run "$config" -p "as_of=$as_of" --out "$run" --resume
  code=$?
  # 2 means that data, settings or segtools have changed since: then it begins anew.
  # A finished run is never overwritten by that; segtools refuses.
  [ "$code" -eq 2 ] || exit "$code"
fi
exec segtools run "$config" -p "as_of=$as_of" --out "$run"
