#!/bin/sh
[ "$(cat /app/mode)" != sick ] || printf 'Status: 500 Sick\r\n'
printf 'Content-Type: application/json\r\n\r\n'
printf '{"label": "%s", "version": "%s", "host": "%s"}\n' "$(cat /app/label)" "$FRAISIER_VERSION" "$(hostname)"
