#!/bin/sh
# Approvals that writ signs, with an Ed25519 and a P-256 key in PEM, must verify with Sigstore's DSSE.
# Its packages go into a folder of the build. usage: check.sh WRIT FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
writ=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

for tool in node npm openssl python3; do
	command -v "$tool" >/dev/null || {
		echo "check-dsse: there is no $tool: it needs nodejs, npm, openssl, python3 and packages from npm" >&2
		exit 2
	}
done
mkdir -p "$2"
cd "$2"
if ! cmp -s "$here/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
	rm -rf node_modules
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" .
	npm ci --no-progress || { rm -f package-lock.json; exit 2; }
fi
cp "$here/check-dsse.js" .

rm -rf work
"$writ" init work >log 2>&1 || { cat log >&2; exit 1; }
cd work
openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out keys/bo.pem 2>/dev/null
python3 - <<'P'
import base64, json, subprocess
p = json.load(open('policy.json'))
der = subprocess.check_output(['openssl', 'pkey', '-in', 'keys/bo.pem', '-pubout', '-outform', 'der'])
p['persons']['bo']['keys'] = [{'type': 'p256', 'public': base64.b64encode(der).decode()}]
json.dump(p, open('policy.json', 'w'), indent=2)
P
{
	"$writ" build hello.wf && "$writ" submit hello.wfb --key keys/author.pem
	for person in ana bo; do
		"$writ" approve hello.wfb --key keys/$person.pem --role security --yes
		mv .writ/records/*/approval-*.json ../$person.json
		openssl pkey -in keys/$person.pem -pubout -out ../$person.pub.pem
	done
} >../log 2>&1 || { cat ../log >&2; exit 1; }
cd ..
node check-dsse.js ana.json ana.pub.pem bo.json bo.pub.pem
