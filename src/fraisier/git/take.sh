# take.sh MIRROR COMMIT PACK: put what was sent into the mirror of this machine, and see that the commit is whole.
# Ends with 67 when parts of it are missing.
set -eu
umask 077
mirror=$1 commit=$2 pack=$3
export GIT_DIR="$mirror"
if [ ! -e "$mirror/HEAD" ]; then
  format=sha1
  [ "${#commit}" -eq 40 ] || format=sha256
  git init --quiet --bare --template= --object-format="$format" --initial-branch=fraisier "$mirror"
  mkdir -p -- "$mirror/refs/fraisier"
fi
for left in "$mirror"/objects/pack/tmp_*; do
  [ ! -e "$left" ] || rm -f -- "$left"
done
[ ! -s "$pack" ] || git index-pack --stdin --fix-thin <"$pack" >/dev/null
git rev-list --objects --no-walk --quiet "$commit" 2>/dev/null || exit 67
printf '%s\n' "$commit" >"$mirror/refs/fraisier/$commit.lock"
mv -T -- "$mirror/refs/fraisier/$commit.lock" "$mirror/refs/fraisier/$commit"
rm -f -- "$pack"

# What the newest need stays; refs are kept as files, because their names say what this machine has.
set -- "$mirror"/refs/fraisier/*
[ $# -gt 40 ] || exit 0
set -- $(ls -t -- "$mirror/refs/fraisier")
shift 20
for old; do rm -f -- "$mirror/refs/fraisier/$old"; done
git -c gc.packRefs=false gc --quiet --prune=now
