# fetch.sh MIRROR COMMIT keep|rebuild: bring the mirror up to date and see that it has the whole commit.
# Ends with 66 when the repository has no such commit, 67 when the mirror lacks parts of it, 75 when it is busy.
set -eu
umask 077
mirror=$1 commit=$2 how=$3
new=$mirror.new old=$mirror.old

[ -d "${mirror%/*}" ] || mkdir -p -- "${mirror%/*}"
exec 9>>"$mirror.lock"
flock --wait 300 9 || exit 75
# Whoever made these was killed: the lock is ours.
for left in "$new" "$old"; do
  [ ! -e "$left" ] || rm -rf -- "$left"
done

sweep() {
  for left in "$GIT_DIR"/objects/pack/tmp_*; do
    [ ! -e "$left" ] || rm -f -- "$left"
  done
}
get() {
  git fetch --quiet --force --no-tags --no-write-fetch-head --no-recurse-submodules "$@" </dev/null
}
whole() {
  git rev-list --objects --no-walk --quiet "$commit" 2>/dev/null
}

if [ "$how" = keep ] && [ -d "$mirror" ]; then
  GIT_DIR=$mirror
else
  GIT_DIR=$new
  trap 'rm -rf -- "$new"' EXIT
  trap 'exit 143' TERM
  trap 'exit 130' INT HUP
  format=sha1
  [ "${#commit}" -eq 40 ] || format=sha256
  git init --quiet --bare --template= --object-format="$format" --initial-branch=fraisier "$new"
fi
export GIT_DIR
sweep

get --prune fraisier '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' || {
  code=$?
  sweep
  exit "$code"
}
if ! whole; then
  # The branch has moved on without it; most servers still hand it out by its hash.
  get fraisier "$commit" 2>/dev/null || :
  whole || {
    git cat-file -e "$commit" 2>/dev/null && exit 67
    exit 66
  }
fi
[ "$GIT_DIR" = "$new" ] || exit 0
[ ! -e "$mirror" ] || mv -T -- "$mirror" "$old"
mv -T -- "$new" "$mirror"
rm -rf -- "$old"
