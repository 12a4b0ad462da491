# The references that matter for BRANCH and WANTED, in one call to the repository: "<hash> TAB <name>" each.
# Those of the same commits come first, the ones that were asked for last. Without the branch: all branches.
set -eu
references=$(git ls-remote --quiet fraisier 'refs/heads/*' 'refs/tags/*' </dev/null)
printf '%s\n' "$references" | awk -F '\t' '
  BEGIN {
    branch = "refs/heads/" ENVIRON["FRAISIER_BRANCH"]
    wanted = ENVIRON["FRAISIER_WANTED"]
    named[branch] = 1
    if (wanted != "") { named["refs/tags/" wanted] = 1; named["refs/tags/" wanted "^{}"] = 1 }
    prefix = tolower(wanted)
    if (prefix !~ /^[0-9a-f]+$/ || length(prefix) < 4) prefix = ""
  }
  NF == 2 { commit[$2] = $1 }
  END {
    for (name in commit)
      if (name in named || (prefix != "" && index(commit[name], prefix) == 1 && !((name "^{}") in commit)))
        matters[commit[name]] = 1
    for (name in commit)
      if (!(name in named) && (commit[name] in matters || (!(branch in commit) && name ~ /^refs\/heads\//)))
        if (shown++ < 500) print commit[name] "\t" name
    for (name in named)
      if (name in commit) print commit[name] "\t" name
  }'
