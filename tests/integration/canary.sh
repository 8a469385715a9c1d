#!/usr/bin/env bash
# A value of its own is planted in every place a secret can come from; none of them may be in anything that is shown,
# traced, or given to another program as an argument (canary.py).
. "$(dirname "$0")/lib.sh"
command -v python3 > /dev/null || skip "no python3"
need_engine
need_image busybox:1.36
last="canary.py"
python3 "$here/canary.py" "$STACKCTL" "$work" "$project" > "$work/out" 2>&1 || failed "no secret may be seen"
tail -n 1 "$work/out"
