#!/bin/sh
# One month's run by papermill alone: the six notebooks in their order, as they are.
#
#     papermill_month.sh CONFIG FOLDER [AS_OF]
#
# A run that broke goes on with the stage that was not finished.
set -eu
here=$(dirname "$0")
config=$1
as_of=${3:-$(date +%Y-%m-01)}
run=$2/$as_of

done_stages() {
  python -c '
import json, sys
run = json.load(open(sys.argv[1], encoding="utf-8"))
print(*(name for name, s in run["stages"].items() if s["state"] == "done"))
' "$run/run.json"
}

[ -f "$run/run.json" ] || python "$here/start_month.py" "$config" "$2" "$as_of"
run=$(cd "$run" && pwd)
notebooks=$(python -c 'from segtools.bundled import bundled; print(bundled("notebooks"))')
mkdir -p "$run/notebooks"
for stage in 01_goals 02_data_prep 03_segmentation 04_personas 05_activation 06_follow_up; do
  case " $(done_stages) " in *" $stage "*) continue ;; esac
  papermill "$notebooks/$stage.ipynb" "$run/notebooks/$stage.ipynb" \
    -p run_dir "$run" --kernel python3 --cwd "$run" --no-progress-bar
done
echo "$run"
