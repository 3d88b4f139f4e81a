#!/bin/sh
# One packet, one byte string: in one workspace both compilers' builds of writ say the same about a program,
# alone and against another, and the SHA-256 that they name is that of the bytes.
# Usage: check-packets.sh WRIT WRIT
set -eu
first=$(realpath "$1")
second=$(realpath "$2")
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r examples/claims/claims.wf examples/claims/prompts "$work"
cd "$work"
for person in ana bo chi dee; do
	printf 's|@%s@|%s|\n' "$person" "$("$first" keygen "$person" 2>/dev/null)"
done >fill
cat >>fill <<'FILL'
s|@issued@|2026-01-01T00:00:00Z|
s|@expires@|2036-01-01T00:00:00Z|
s|@house@|{ "protocol": "extract", "evidence": "embedded", "accepts": ["pii", "untrusted"], "taints": [] }|
s|@ledger@|http://127.0.0.1:9|
s|@model@|extract-1|
FILL
sed -f fill "$root/examples/claims/policy.json.in" >policy.json
"$first" build claims.wf -o old.wfb >/dev/null 2>&1
"$first" submit old.wfb --key keys/dee.pem >/dev/null
sed -i 's/no account numbers/no account numbers, no policy numbers/' prompts/summarise.md
"$first" build claims.wf -o now.wfb >/dev/null 2>&1
"$first" submit now.wfb --key keys/dee.pem --follows "$(sha256sum <old.wfb | cut -d' ' -f1)" >/dev/null
for file in old.wfb now.wfb; do
	"$first" plan --packet "$file" >a.packet 2>a.said
	"$second" plan --packet "$file" >b.packet 2>b.said
	cmp a.packet b.packet || { echo "check-packets: the packet of $file depends on the compiler"; exit 1; }
	grep -q "sha256:$(sha256sum <a.packet | cut -d' ' -f1)" a.said || { echo "check-packets: $file: another digest is named"; exit 1; }
done
grep -q "^basis sha256:$(sha256sum <old.wfb | cut -d' ' -f1)\$" a.packet || { echo "check-packets: no basis"; exit 1; }
echo "packets hold: two compilers, alone and against a basis"
