#!/usr/bin/env bash
# The whole lifecycle of one workflow, told step by step: draft, review, rejection, a new draft,
# approval, launch, calls, receipts, pause, resume, stop. Works in a folder of its own and leaves
# nothing running. WRIT_BIN: where writ and writd are.
#
#   LLM_URL=http://… LLM_MODEL=… [LLM_KEY=…] demo.sh     with a real model behind the `house` backend
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=${WRIT_BIN:-$root/build/release}
python=/usr/bin/python3
[ -x "$python" ] || python=python3
work=$(mktemp -d)
started=()

cleanup() {
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then bold=$'\033[1m' dim=$'\033[2m' plain=$'\033[0m'; else bold= dim= plain=; fi
step=0
title() { step=$((step + 1)); printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"; }
say() { printf '   %s\n' "$@"; }
fail() { printf 'demo: %s\n' "$1" >&2; exit 1; }

writ() { "$bin/writ" "$@"; }

# run WANTED COMMAND…: show it, run it, insist on its exit code; of long output show the beginning
run() {
	local wanted=$1 got=0 lines word words=
	shift
	for word; do case $word in *' '*) words+=" '$word'" ;; *) words+=" $word" ;; esac; done
	printf '%s   $%s%s\n' "$dim" "$words" "$plain"
	"$@" >"$work/.out" 2>&1 || got=$?
	lines=$(wc -l <"$work/.out")
	if [ "$lines" -gt 40 ]; then
		head -n 32 "$work/.out" | sed 's/^/     /'
		printf '%s     ... %d more lines%s\n' "$dim" $((lines - 32)) "$plain"
	else
		sed 's/^/     /' "$work/.out"
	fi
	[ "$got" = "$wanted" ] || fail "exit code $got instead of $wanted: $*"
	[ "$got" = 0 ] || printf '%s     (exit code %d)%s\n' "$dim" "$got" "$plain"
}

# start NAME COMMAND…: in the background; its first line of output goes to $work/.NAME
start() {
	local name=$1
	shift
	"$@" >"$work/.$name" 2>"$work/.$name.log" &
	started+=($!)
	for _ in $(seq 100); do
		[ -s "$work/.$name" ] && return
		sleep 0.05
	done
	cat "$work/.$name.log" >&2
	fail "$name did not start"
}

digest_of() { sha256sum "$1" | cut -d' ' -f1; }

printf '%sWrit: from a draft to a verified answer%s\n' "$bold" "$plain"

title 'A workspace: a flow, its prompts, a handbook, people with keys, a policy'
cp -r "$here"/{claims.wf,prompts,handbook,input.json} "$work"
cd "$work"
start ledger "$here/ledger.py" book.jsonl
ledger=$(cat .ledger)
model=${LLM_MODEL:-extract-1}
if [ -n "${LLM_URL-}" ]; then
	house="{ \"protocol\": \"openai\", \"endpoint\": \"$LLM_URL\", \"evidence\": \"provider-asserted\", \"accepts\": [\"pii\", \"untrusted\"], \"taints\": [] }"
	sed -i "s|model: \"[^\"]*\"|model: \"$model\"|" claims.wf
	say "The model is $model at $LLM_URL: it is written into the draft, and into the policy's limits."
else
	house='{ "protocol": "extract", "evidence": "embedded", "accepts": ["pii", "untrusted"], "taints": [] }'
	say 'No model is at hand, so `house` is the embedded `extract`: it picks sentences and numbers from' \
		'the prompt. It is no model, and every receipt says so. LLM_URL and LLM_MODEL bring a real one.'
fi
fill=(-e "s|@issued@|$(date -u -d '-1 minute' +%Y-%m-%dT%H:%M:%SZ)|" -e "s|@expires@|$(date -u -d '+1 year' +%Y-%m-%dT%H:%M:%SZ)|"
	-e "s|@house@|$house|" -e "s|@ledger@|$ledger|" -e "s|@model@|$model|")
for person in ana chi dee; do
	key=$(writ keygen "$person" 2>/dev/null)
	fill+=(-e "s|@$person@|$key|")
done
bo=keys/bo
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -C bo -f keys/bo
	fill+=(-e "s|@bo@|{ \"type\": \"ssh\", \"public\": \"$(cat keys/bo.pub)\" }|")
	with='bo signs with an SSH key, as for git.'
else
	bo=keys/bo.pem
	fill+=(-e "s|@bo@|$(writ keygen bo 2>/dev/null)|")
	with='ssh-keygen is not here, or bo would sign with an SSH key.'
fi
sed "${fill[@]}" "$here/policy.json.in" >policy.json
credential=
[ -z "${LLM_KEY-}" ] || credential='"house": { "credential": "env:LLM_KEY" }'
printf '{ "type": "writ-bindings/1", "environment": "development", "backends": { %s } }\n' "$credential" >bindings.development.json
say 'dee writes workflows. ana and bo answer for security, chi for privacy. The ledger is a real service' \
	"of its own, at $ledger. $with"
run 0 writ policy check

title 'Draft: dee compiles, and tries it out'
run 0 writ build claims.wf
first=$(digest_of claims.wfb | cut -c1-16)
say 'The digest is the SHA-256 of the file: what is read, signed, loaded and receipted is this number.' \
	'A draft run is real: the ledger books it, under a key that begins with draft/.'
[ -n "${LLM_URL-}" ] || run 0 writ run claims.wfb --input input.json --trace

title 'Review: what does it do, and who must approve it?'
run 0 writ plan claims.wfb
say 'All of this is rendered from the bytecode. privacy is asked by nobody'"'"'s list: @pii reaches a' \
	'backend, so the owner of @pii must approve.'
run 0 writ submit claims.wfb --key keys/dee.pem --message 'first draft'
run 0 writ approve "$first" --key keys/ana.pem --role security --yes
run 0 writ reject "$first" --key keys/chi.pem --role privacy \
	--message 'the summary must leave out policy numbers, too'
run 1 writ status "$first"

title 'A new draft: dee mends the prompt; new bytes, new digest, new review'
sed -i 's/no account numbers/no account numbers, no policy numbers/' prompts/summarise.md
run 0 writ build claims.wf
whole=$(digest_of claims.wfb)
second=${whole:0:16}
[ "$first" != "$second" ] || fail 'the prompt is not in the digest'
run 0 writ submit claims.wfb --key keys/dee.pem --follows "$first" --message 'leave out policy numbers'
run 1 writ approve "$second" --key keys/dee.pem --role security --yes
say 'dee answers for nothing here, and even with the role nobody approves their own work.'
run 0 writ approve "$second" --key "$bo" --role security --yes
run 0 writ status --key keys/chi.pem

title 'Launch: the service decides by its own gate'
start writd "$bin/writd" --workspace . --listen 127.0.0.1:0
url=$(cat .writd)
say "writd listens at $url. Its keys are made in memory; with software evidence nothing attests" \
	'them, so this is development, and it says so everywhere.'
run 1 writ launch "$second" --to "$url"
say 'One approval is missing. And a file that somebody changed after the review:'
cp claims.wfb tampered.wfb
printf '\x01' | dd of=tampered.wfb bs=1 seek=$(($(stat -c %s tampered.wfb) - 3)) conv=notrunc status=none
run 1 writ launch tampered.wfb --to "$url"
run 0 writ approve "$second" --key keys/chi.pem --role privacy --yes
run 0 writ status "$second"
run 0 writ launch "$second" --to "$url"

title 'Call: a claim in, a structured answer and a receipt out'
run 0 writ call claims_triage --to "$url" --input input.json --digest "sha256:$whole" --save answer.json
run 0 cat book.jsonl
say 'The same from Python:'
cat >call.py <<PYTHON
import json, os, sys
sys.path.insert(0, os.environ["WRIT_PYTHON"])
from writ import Client

root, url, digest = sys.argv[1:]
claim = json.load(open("input.json"))
claim["claim"]["id"] = "c-1043"
answer = Client(url, root).call("claims_triage", claim, digest)
print(json.dumps(answer.output, indent=2))
print("run", answer.run, "used", answer.receipt["used"])
PYTHON
WRIT_PYTHON=$root/runtime/python run 0 "$python" call.py "sha256:$(digest_of policy.json)" "$url" "sha256:$whole"

title 'Audit: the receipt, offline'
run 3 writ verify answer.json --digest "sha256:$whole" --input input.json
say 'Everything holds; exit code 3 says that software evidence attests nothing. One byte changed:'
sed 's/"letter":"/"letter":"!/' answer.json >forged.json
run 1 writ verify forged.json --digest "sha256:$whole"

title 'Pause, resume, stop'
run 0 writ pause claims_triage --to "$url"
run 1 writ call claims_triage --to "$url" --input input.json
run 0 writ resume claims_triage --to "$url"
run 0 writ ps --to "$url"
run 0 writ stop claims_triage --to "$url"

printf '\n%sThat was the whole of it.%s One digest from the draft to the receipt: sha256:%s\n' "$bold" "$plain" "$whole"
