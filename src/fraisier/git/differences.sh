# differences.sh MIRROR OLD NEW: commits and files between two commits; OLD is empty before the first deployment.
# What the mirror lacks is fetched into a folder that ends with this program: nothing else is changed.
set -eu
umask 077
mirror=$1 old=$2 new=$3
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT HUP
format=sha1
[ "${#new}" -eq 40 ] || format=sha256
export GIT_DIR="$scratch/git"
git init --quiet --bare --template= --object-format="$format" --initial-branch=fraisier "$GIT_DIR"
if [ -d "$mirror/objects" ]; then
  mkdir -p "$GIT_DIR/objects/info"
  printf '%s\n' "$mirror/objects" >"$GIT_DIR/objects/info/alternates"
fi

has() {
  git cat-file -e "$1^{commit}" 2>/dev/null
}
get() {
  git fetch --quiet --force --no-tags --no-write-fetch-head --no-recurse-submodules --no-auto-maintenance \
    fraisier "$@" </dev/null
}
plain() {
  GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git "$@"
}
list() {
  printf '%s %s\n' "$1" "$(plain rev-list --count "$2")"
  plain log --max-count=20 --no-color --no-decorate --abbrev=7 --format="$1%h %<(100,trunc)%s" "$2"
}

if ! has "$new" || { [ -n "$old" ] && ! has "$old"; }; then
  get '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
  has "$new" || get "$new"
  [ -z "$old" ] || has "$old" || get "$old" 2>/dev/null || :
fi
if [ -n "$old" ] && ! has "$old"; then
  printf 'unknown\n'
  old=
fi
from=${old:-$(git hash-object -t tree /dev/null)}
list + "${old:+$old..}$new"
[ -z "$old" ] || list - "$new..$old"
printf 'files\n'
plain diff --no-color --no-ext-diff --no-textconv --stat=100 --stat-count=20 "$from" "$new"
