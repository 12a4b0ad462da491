# The commits in MIRROR ($1) whose hash begins with $2, one per line; nothing where there is no mirror.
set -eu
test -d "$1" || exit 0
GIT_DIR=$1
export GIT_DIR
git rev-parse --disambiguate="$2" | git cat-file --batch-check='%(objecttype) %(objectname)'
