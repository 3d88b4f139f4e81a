#!/bin/sh
# Make the HTML reviews that check-pages.js looks at: a whole example, a difference, a flow without a
# picture, and texts that would like to be more than text. usage: pages.sh WRIT FOLDER
set -eu

writ=$1
rm -rf "$2"
mkdir -p "$2"
out=$(cd "$2" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
views=$root/tests/golden/views
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Quiet when it works.
run() {
	"$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# page NAME FILE.wf [OLD.wf]: in the workspace that the shell stands in
page() {
	run "$writ" build "$2" -o now.wfb
	set -- "$1" "${3-}"
	if [ -n "$2" ]; then
		run "$writ" build "$2" -o was.wfb
		was=$(sha256sum <was.wfb | cut -d' ' -f1)
		mkdir -p .writ/objects
		cp was.wfb ".writ/objects/$was.wfb"
		run "$writ" plan now.wfb --basis "$was" --html "$out/$1.html"
	else
		run "$writ" plan now.wfb --html "$out/$1.html"
	fi
}

for example in clinic debate invoices; do
	cp -r "$root/examples/$example" "$work/$example"
	cd "$work/$example"
	page "$example" "$(find . -name "$example.wf" -o -name reply.wf | head -n 1)"
done

cd "$work"
run "$writ" init hello
cd hello
sed 's/one sentence/two sentences/; s/max_tokens: 100/max_tokens: 200/' hello.wf >second.wf
run "$writ" build hello.wf
run "$writ" submit hello.wfb --key keys/author.pem
run "$writ" approve hello.wfb --key keys/ana.pem --role security --yes
run "$writ" plan hello.wfb --html "$out/approved.html"
page second second.wf hello.wf
page difference "$views/after.wf" "$views/before.wf"
page hostile "$views/hostile.wf"

# A prompt that wants to be a page, beside one of words that do not end.
evil='</pre></style><script>document.title=1</script><img src=x onerror=alert(1)> \\u{1B}[31mred \\u{202E}back \\u{440}aypal'
long=$(printf '%0400d' 0 | tr 0 w)
sed "s|Say in one sentence what the customer wants.|$evil|" hello.wf >evil.wf
sed "s|Say in one sentence what the customer wants.|$long|" hello.wf >long.wf
page evil evil.wf long.wf
mkdir empty
PATH=$work/hello/empty "$writ" plan hello.wfb --html "$out/list.html" 2>/dev/null # no graphviz there
