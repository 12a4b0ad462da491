#!/bin/sh
if [ "$(cat mode)" = bad-build ]; then
    echo "this version does not compile" >&2
    exit 3
fi
cat label > built
