#!/bin/sh
# What this version says of itself, as the JSON of tests/support/service/app.py.
[ "$(cat /app/mode)" != sick ] || printf 'Status: 500 Sick\r\n'
printf 'Content-Type: application/json\r\n\r\n'
label=$(cat /app/label) exec awk 'BEGIN {
  for (name in ENVIRON) {
    value = ENVIRON[name]
    gsub(/\\/, "\\\\", value); gsub(/"/, "\\\"", value); gsub(/\n/, "\\n", value)
    all = all (all == "" ? "" : ", ") "\"" name "\": \"" value "\""
  }
  printf "{\"label\": \"%s\", \"version\": \"%s\", \"environment\": {%s}}\n", ENVIRON["label"], ENVIRON["FRAISIER_VERSION"], all
}'
