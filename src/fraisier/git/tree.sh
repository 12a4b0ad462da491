# tree.sh VERB TREE …: a work tree that is used in place. Its owner runs Git there, whoever runs this: what a
# repository's configuration starts gets no right that its owner has not, and no file changes hands.
# Ends with 65 when tracked files are modified, 66 when the commit is nowhere, 68 when it has submodules, 73 when
# untracked files are in its way, 75 when somebody else's Git is at work there.
set -eu
umask 022
verb=$1 tree=$2 git=$2/.git
shift 2
cd -- "$tree"
export GIT_DIR="$git" GIT_WORK_TREE="$tree"
record=$git/fraisier/moved index=$git/fraisier-index
owner=$(stat -c %u -- "$git")
group=$(stat -c %g -- "$git")

as_owner() {
  if [ "$(id -u)" -ne 0 ] || [ "$owner" -eq 0 ]; then
    "$@"
  else
    HOME=$(getent passwd "$owner" | cut -d: -f6) setpriv --reuid="$owner" --regid="$group" --clear-groups -- "$@"
  fi
}
modified() {
  GIT_OPTIONAL_LOCKS=0 as_owner git status --porcelain=v1 --untracked-files=no --ignore-submodules=none
}
# Line $1 of what was written down before the tree moved: attempt, HEAD as it was, its commit, the new commit.
moved() {
  sed -n "${1}p" "$record" 2>/dev/null
}
whole() {
  as_owner git rev-list --objects --no-walk --quiet "$1" 2>/dev/null
}
# Put what the mirror has of the commit into the tree's own repository, as one pack.
bring() {
  [ -d "$1/objects" ] || exit 66
  if [ "$(as_owner git rev-parse --is-shallow-repository)" = true ]; then
    GIT_DIR=$1 git rev-list --objects --no-walk "$2" | cut -d' ' -f1 |
      GIT_DIR=$1 git pack-objects --stdout -q | as_owner git index-pack --stdin >/dev/null
    printf '%s\n' "$2" | as_owner tee -a "$git/shallow" >/dev/null
    return
  fi
  have=$(as_owner git rev-parse --quiet --verify 'HEAD^{commit}' || :)
  [ -n "$have" ] && GIT_DIR=$1 git cat-file -e "$have" 2>/dev/null || have=
  printf '%s\n' "$2" ${have:+"^$have"} | GIT_DIR=$1 git pack-objects --revs --stdout --thin -q |
    as_owner git index-pack --stdin --fix-thin >/dev/null
}
# An index of our own that says what lies in the tree: what differs from $1 is not up to date in it.
read_index() {
  rm -f -- "$index" "$index.lock"
  as_owner git read-tree "$1"
  as_owner git update-index -q --really-refresh >/dev/null || :
}
# Whatever of $1 lies in the tree becomes $2: only what differs is written. Then it is compared, byte for byte.
move() {
  gone() { as_owner git diff-tree -r -z --no-renames --diff-filter=D --name-only "$1" "$2"; }
  gone "$1" "$2" | as_owner xargs -0 -r rm -f --
  gone "$1" "$2" | xargs -0 -r dirname -z -- | sort -zu | grep -zv '^\.$' |
    as_owner xargs -0 -r rmdir -p --ignore-fail-on-non-empty -- 2>/dev/null || :
  read_index "$2"
  as_owner git diff-files -z --name-only | as_owner git checkout-index -f -u -z --stdin
  read_index "$2"
  different=$(as_owner git diff-files --name-only | head -n 10)
  if [ -n "$different" ]; then
    printf '%s\n' "$different"
    exit 64
  fi
  as_owner ln -- "$index" "$git/index.lock"
  as_owner mv -f -- "$git/index.lock" "$git/index"
  rm -f -- "$index"
}
# Untracked files, ignored ones too, that stand where a path which comes with $2 would have to stand.
in_the_way() {
  {
    as_owner git diff-tree -r --no-renames --diff-filter=A --name-only "$1" "$2"
    printf '\n'
    as_owner git ls-files --others
  } | awk '
    { gsub(/^"|\/?"?$/, "") }
    $0 == "" { listed = 1; next }
    !listed { comes[$0] = 1; for (at = $0; sub(/\/[^\/]*$/, "", at);) above[at] = 1; next }
    { stands = ($0 in comes) || ($0 in above); for (at = $0; sub(/\/[^\/]*$/, "", at);) stands += at in comes }
    stands && shown++ < 10'
}
# What a killed Git of ours has left; a lock of somebody else is waited for.
unlock() {
  if [ "$git/index.lock" -ef "$index" ]; then rm -f -- "$git/index.lock"; fi
  if [ "$(moved 1)" = "$1" ]; then rm -f -- "$git/HEAD.lock" "$git/refs/fraisier/"*.lock; fi
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ -e "$git/index.lock" ] || [ -e "$git/HEAD.lock" ] || return 0
    sleep 0.3
  done
  exit 75
}
nothing=$(git hash-object -t tree /dev/null)

case $verb in
state)
  printf 'head %s\n' "$(as_owner git rev-parse --quiet --verify 'HEAD^{commit}' || :)"
  printf 'moved %s\n' "$(moved 4)"
  modified | sed 's/^/modified /'
  ;;
update)
  mirror=$1 commit=$2 release=$3 attempt=$4
  unlock "$attempt"
  export GIT_INDEX_FILE="$index"
  whole "$commit" || bring "$mirror" "$commit"
  whole "$commit" || exit 66
  submodules=$(as_owner git ls-tree -r "$commit" | sed -n 's/^160000 .*	//p' | head -n 5)
  if [ -n "$submodules" ]; then
    printf '%s\n' "$submodules"
    exit 68
  fi
  if [ "$(moved 1)" != "$attempt" ]; then
    changed=$(GIT_INDEX_FILE=$git/index modified)
    if [ -n "$changed" ]; then
      printf '%s\n' "$changed"
      exit 65
    fi
    from=$(as_owner git rev-parse --quiet --verify 'HEAD^{commit}' || :)
    read_index "${from:-$nothing}"
    untracked=$(in_the_way "${from:-$nothing}" "$commit")
    if [ -n "$untracked" ]; then
      printf '%s\n' "$untracked"
      exit 73
    fi
    head=$(git symbolic-ref --quiet HEAD || printf %s "$from")
    printf '%s\n' "$attempt" "$head" "${from:-$nothing}" "$commit" >"$record.new"
    sync -- "$record.new"
    mv -f -- "$record.new" "$record"
  fi
  as_owner git update-ref "refs/fraisier/$release" "$commit"
  move "$(moved 3)" "$commit"
  as_owner git update-ref --no-deref -m "fraisier: $release" HEAD "$commit"
  sync --file-system "$tree"
  ;;
back)
  attempt=$1
  [ "$(moved 1)" = "$attempt" ] || exit 0
  unlock "$attempt"
  export GIT_INDEX_FILE="$index"
  head=$(moved 2)
  move "$(moved 4)" "$(moved 3)"
  case $head in
  refs/*) as_owner git symbolic-ref -m 'fraisier: back' HEAD "$head" ;;
  *) as_owner git update-ref --no-deref -m 'fraisier: back' HEAD "$head" ;;
  esac
  as_owner git update-ref -d "refs/fraisier/$attempt"
  sync --file-system "$tree"
  rm -f -- "$record"
  ;;
forget)
  as_owner git update-ref -d "refs/fraisier/$1"
  ;;
esac
