#!/bin/sh
# Starts redis as the public image does: reachable from other containers without a password.
if [ "$1" = redis-server ]; then
    exec "$@" --protected-mode no
fi
exec "$@"
