#!/bin/sh
# Ends every session in which a user has written the phrase given as argument.
set -eu

url=${ADJOURN_URL:-http://127.0.0.1:3000}/api/messaging/sessions
phrase=${1:?usage: moderate.sh PHRASE}

# The answer of one call: METHOD PATH [name=value ...]. Fails if the server refuses it.
call() {
  method=$1 path=$2
  shift 2
  for field in "$@"; do
    shift
    set -- "$@" --data-urlencode "$field"
  done
  # The key goes in by standard input: arguments are visible to other users of the machine.
  printf '%s' "${ADJOURN_KEY:+header = \"Authorization: Bearer $ADJOURN_KEY\"}" |
    curl --config - --silent --show-error --fail --max-time 30 --get --request "$method" "$@" "$url$path"
}

# The ids of all live sessions, page by page.
live_sessions() {
  page=$(call GET "" limit=100)
  while :; do
    printf '%s' "$page" | jq --raw-output '.sessions[].sessionId | @uri'
    cursor=$(printf '%s' "$page" | jq --raw-output '.nextCursor // empty')
    [ -n "$cursor" ] || break
    page=$(call GET "" limit=100 "cursor=$cursor")
  done
}

# Whether the phrase is among the newest messages of the user.
has_phrase() {
  call GET "/$1/messages" limit=50 | jq --exit-status --arg phrase "$phrase" \
    'any(.messages[]; (.isAgent | not) and (.content | ascii_downcase | contains($phrase | ascii_downcase)))' >/dev/null
}

sessions=$(live_sessions)
for session in $sessions; do
  # A session that is over by now is refused, which is no failure: it has expired, or somebody else was faster.
  if has_phrase "$session" && call DELETE "/$session" "reason=Forbidden phrase: $phrase" >/dev/null; then
    echo "ended $session: $phrase"
  fi
done
