# export.sh MIRROR COMMIT RELEASES RELEASE: write the commit's files to RELEASES/RELEASE, exactly as committed.
# Ends with 65 when what was written differs from the commit, 68 when the commit has submodules.
set -eu
umask 022
mirror=$1 commit=$2 final=$3/$4 partial=$3/$4.partial
[ ! -d "$final" ] || exit 0

mkdir -p -- "$3"
rm -rf -- "$partial"
mkdir -- "$partial" "$partial/tree"
format=sha1
[ "${#commit}" -eq 40 ] || format=sha256
git init --quiet --bare --template= --object-format="$format" "$partial/git"
# A Git folder of our own: the mirror is only read, and no attribute can change, add or leave out a file.
mkdir "$partial/git/info"
printf '* -text -crlf -eol -ident -filter -working-tree-encoding -export-ignore -export-subst\n' \
  >"$partial/git/info/attributes"
export GIT_DIR="$partial/git" GIT_OBJECT_DIRECTORY="$mirror/objects"
export GIT_INDEX_FILE="$partial/git/index" GIT_WORK_TREE="$partial/tree"

git read-tree "$commit"
submodules=$(git ls-files --stage | sed -n 's/^160000 .*	//p' | head -n 5)
if [ -n "$submodules" ]; then
  printf '%s\n' "$submodules"
  exit 68
fi

{ git archive --format=tar "$commit" || : >"$partial/failed"; } |
  tar --extract --file=- --directory="$partial/tree" --no-same-owner --warning=no-timestamp
[ ! -e "$partial/failed" ] || exit 1

cd -- "$partial/tree"
git update-index -q --really-refresh >/dev/null || :
different=$({ git diff-files --name-only && git ls-files --others; } | head -n 10)
if [ -n "$different" ]; then
  printf '%s\n' "$different"
  exit 65
fi
cd /
rm -rf -- "$partial/git"
sync --file-system "$partial/tree"
mv -T -- "$partial/tree" "$final"
rmdir -- "$partial"
