# A small web service of busybox. The file `mode` beside it chooses how it misbehaves, `label` says which version it is.
mode=$(cat /app/mode)
echo "starting $(cat /app/label) ($mode)"
[ "$mode" != dies ] || { echo "cannot start"; exit 1; }
[ "$mode" != slow ] || sleep 1.2
trap 'exit 0' TERM
mkdir -p /www/cgi-bin
for page in index.cgi health; do
  cp /app/answer.sh "/www/cgi-bin/$page"
  chmod 755 "/www/cgi-bin/$page"
done
httpd -f -p 8000 -h /www &
wait
