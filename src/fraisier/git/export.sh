# export.sh MIRROR COMMIT RELEASES RELEASE: write the commit's files to RELEASES/RELEASE, exactly as committed.
# Ends with 65 when what was written differs from the commit, 68 when the commit has submodules.
set -eu
umask 022
mirror=$1 commit=$2 final=$3/$4 partial=$3/$4.partial
[ ! -d "$final" ] || exit 0

[ ! -e "$partial" ] || rm -rf -- "$partial"
mkdir -p -- "$partial/tree" "$partial/git/refs" "$partial/git/info"
# A Git folder of our own: the mirror is only read, and no attribute can change, add or leave out a file.
printf '* -text -crlf -eol -ident -filter -working-tree-encoding -export-ignore -export-subst\n' \
  >"$partial/git/info/attributes"
printf '%s\n' "$commit" >"$partial/git/HEAD"
[ "${#commit}" -eq 40 ] ||
  printf '[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = sha256\n' >"$partial/git/config"
export GIT_DIR="$partial/git" GIT_OBJECT_DIRECTORY="$mirror/objects" GIT_WORK_TREE="$partial/tree"

git read-tree "$commit"
{ git archive --format=tar "$commit" || : >"$partial/failed"; } |
  tar --extract --file=- --directory="$partial/tree" --no-same-owner --warning=no-timestamp
[ ! -e "$partial/failed" ] || exit 1

cd -- "$partial/tree"
# A submodule is written as an empty folder, and Git knows no other empty ones.
if [ -n "$(find . -type d -empty -print -quit)" ]; then
  submodules=$(git ls-files --stage | sed -n 's/^160000 .*	//p')
  if [ -n "$submodules" ]; then
    printf '%s\n' "$submodules"
    exit 68
  fi
fi
different=$(git status --porcelain --no-renames --untracked-files=all --ignored=matching)
if [ -n "$different" ]; then
  printf '%s\n' "$different" | cut -c 4-
  exit 65
fi
cd /
sync --file-system "$partial/tree"
mv -T -- "$partial/tree" "$final"
rm -rf -- "$partial"
