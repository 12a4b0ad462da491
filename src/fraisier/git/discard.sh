# discard.sh RELEASES RELEASE: remove a release; at no moment a part of it has its name.
set -eu
final=$1/$2 partial=$1/$2.partial
if [ -e "$final" ]; then
  mkdir -p -- "$partial"
  mv -- "$final" "$partial/removed.$$"
fi
if [ -e "$partial" ]; then
  rm -rf -- "$partial" 2>/dev/null || {
    chmod -R u+rwX -- "$partial"
    rm -rf -- "$partial"
  }
fi
rmdir -- "$1" 2>/dev/null || :
