# Whether MIRROR ($1) holds all of commit $2.
GIT_DIR=$1
export GIT_DIR
exec git rev-list --objects --no-walk --quiet "$2"
