#!/bin/sh
# Makes a service account with the role Viewer in the Grafana at $1 and writes a
# token of it into the file $2, for what scrapes the data source. Whoever asks
# must be an Admin: everybody is in the demo, elsewhere give USER:PASSWORD as $3.
set -eu
grafana=$1 file=$2

ask() {
  curl --silent --show-error --fail ${login:+--user "$login"} --header 'Content-Type: application/json' "$@"
}
login=${3:-}

until curl --silent --fail "$grafana/api/health" >/dev/null; do sleep 1; done

# A name can be taken once; this one says when.
account=$(ask --data "{\"name\": \"scraper $(date +%s)\", \"role\": \"Viewer\"}" "$grafana/api/serviceaccounts")
id=$(printf %s "$account" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
token=$(ask --data '{"name": "scraper"}' "$grafana/api/serviceaccounts/$id/tokens" | sed -n 's/.*"key":"\([^"]*\)".*/\1/p')
if [ -z "$token" ]; then
  echo "no token came from $grafana" >&2
  exit 1
fi
umask 077
printf %s "$token" >"$file"
