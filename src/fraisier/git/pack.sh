# pack.sh MIRROR COMMIT PACK [HAVE…]: write everything of the commit that nobody has who has the others.
# Ends with 66 when the mirror has no such commit.
set -eu
umask 077
export GIT_DIR=$1
commit=$2 pack=$3
shift 3
git cat-file -e "$commit^{commit}" 2>/dev/null || exit 66
folder=${pack%/*}
[ -d "$folder" ] || mkdir -p -- "$folder"
for left in "$folder"/*; do
  [ ! -e "$left" ] || rm -f -- "$left"
done
find "${folder%/*}" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf -- {} +
trap '[ ! -e "$pack.new" ] || rm -f -- "$pack.new"' EXIT
{
  printf '%s\n' "$commit" --not
  [ $# -eq 0 ] || printf '%s\n' "$@" | git cat-file --batch-check | sed -n 's/^\([0-9a-f]*\) commit .*/\1/p'
} | git pack-objects --revs --thin --delta-base-offset --stdout --quiet >"$pack.new"
mv -T -- "$pack.new" "$pack"
