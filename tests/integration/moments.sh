#!/usr/bin/env bash
# up, an update and down, interrupted or killed at 20 random moments, are put right by the next up or down.
. "$(dirname "$0")/lib.sh"
need_engine
need_image busybox:1.36
command -v python3 > /dev/null || skip "no python3 to play the moments with"
python3 "$here/moments.py" "$STACKCTL" docker 20
