// Open HTML reviews in headless Chromium, at three widths and in both colour schemes, and on paper's
// style. Each must ask for nothing, run nothing, be valid, fit its window, and pass axe-core. Usage, in
// the folder that has node_modules: node …/check-pages.js FILE.html…; CHROMIUM names the browser.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');

const packages = createRequire(path.join(process.cwd(), 'package.json'));
const axe = fs.readFileSync(packages.resolve('axe-core/axe.min.js'), 'utf8');
const { HtmlValidate } = packages('html-validate');

const WIDTHS = [390, 820, 1440];
const LOOKS = ['light', 'dark'];
let failures = 0;

function fail(where, what) {
	console.error(`${where}: ${what}`);
	failures++;
}

// The browser speaks over two pipes: no port is opened. Messages end with a zero byte.
function open() {
	const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'writ-pages-'));
	const words = ['--headless=new', '--disable-gpu', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'];
	if (process.getuid() === 0)
		words.unshift('--no-sandbox');
	const child = spawn(process.env.CHROMIUM || 'chromium', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
	const waiting = new Map(), events = [];
	let left = Buffer.alloc(0), last = 0;

	const fell = new Promise((_, no) => {
		child.on('error', no);
		child.on('exit', (code) => no(new Error(`the browser ended: ${code}`)));
	});
	fell.catch(() => {});
	child.stdio[4].on('data', (data) => {
		left = Buffer.concat([left, data]);
		for (let end; (end = left.indexOf(0)) >= 0; left = left.subarray(end + 1)) {
			const message = JSON.parse(left.subarray(0, end));
			const [yes, no] = waiting.get(message.id) ?? [];

			waiting.delete(message.id);
			if (message.id === undefined)
				events.push(message);
			else if (message.error)
				no(new Error(message.error.message));
			else
				yes(message.result);
		}
	});
	const send = (method, params = {}, sessionId = undefined) => Promise.race([fell, new Promise((yes, no) => {
		waiting.set(++last, [yes, no]);
		child.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId }) + '\0');
	})]);
	const close = async () => {
		await send('Browser.close').catch(() => {});
		await new Promise((done) => (child.exitCode === null ? child.on('exit', done) : done()));
		fs.rmSync(profile, { recursive: true, force: true });
	};

	return { send, events, close };
}

async function evaluate(browser, session, expression) {
	const got = await browser.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, session);

	if (got.exceptionDetails)
		throw new Error(got.exceptionDetails.exception?.description ?? got.exceptionDetails.text);
	return got.result.value;
}

// What the page did by itself, before we look into it.
function judgeEvents(where, events, url) {
	for (const { method, params } of events.splice(0)) {
		if (method === 'Network.requestWillBeSent' && params.request.url !== url)
			fail(where, `it asks for ${params.request.url}`);
		if (method === 'Log.entryAdded')
			fail(where, params.entry.text);
		if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled' || method === 'Page.javascriptDialogOpening')
			fail(where, `it runs something: ${method}`);
	}
}

async function look(browser, session, file, width, scheme) {
	const where = `${path.basename(file)} ${width} ${scheme}`, url = pathToFileURL(path.resolve(file)).href;

	await browser.send('Emulation.setEmulatedMedia', {
		media: scheme === 'paper' ? 'print' : 'screen',
		features: [{ name: 'prefers-color-scheme', value: scheme === 'dark' ? 'dark' : 'light' }],
	}, session);
	await browser.send('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 }, session);
	browser.events.length = 0;
	await browser.send('Page.navigate', { url }, session);
	while (!browser.events.some((event) => event.method === 'Page.loadEventFired'))
		await new Promise((done) => setTimeout(done, 5));
	judgeEvents(where, browser.events, url);

	const wide = await evaluate(browser, session, 'document.documentElement.scrollWidth - innerWidth');
	const alive = await evaluate(browser, session, 'document.querySelectorAll("script, iframe, object, embed, img, form, [onload], [onerror]").length');
	const sections = await evaluate(browser, session, 'document.querySelectorAll("main > section").length');
	if (wide > 0)
		fail(where, `${wide} pixels wider than the window`);
	if (alive > 0 || sections < 6)
		fail(where, `${alive} elements that could do something, ${sections} sections`);

	await evaluate(browser, session, axe);
	const found = await evaluate(browser, session, 'axe.run(document, { resultTypes: ["violations"] })' +
		'.then((all) => ({ passed: all.passes.length, bad: all.violations.map((v) => v.id + ": " + v.help + "\\n    " + ' +
		'v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join("\\n    ")) }))');
	if (found.passed < 10)
		fail(where, `axe-core looked at next to nothing: ${found.passed} rules`);
	for (const bad of found.bad)
		fail(where, bad);
}

async function validate(file) {
	const report = await new HtmlValidate({
		extends: ['html-validate:standard'],
		rules: {
			'no-raw-characters': 'off', // > and & of graphviz's titles, which HTML allows
			'long-title': 'off',        // the name of a workflow is its author's
			'require-sri': 'off',       // nothing is loaded
		},
	}).validateFile(file);

	for (const { messages } of report.results)
		for (const m of messages)
			fail(`${path.basename(file)}:${m.line}:${m.column}`, `${m.ruleId}: ${m.message}`);
}

async function main(files) {
	const browser = open();

	try {
		const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });

		for (const domain of ['Page', 'Log', 'Network', 'Runtime'])
			await browser.send(`${domain}.enable`, {}, sessionId);
		for (const file of files) {
			await validate(file);
			for (const width of WIDTHS)
				for (const scheme of LOOKS)
					await look(browser, sessionId, file, width, scheme);
			await look(browser, sessionId, file, 720, 'paper');
		}
	} finally {
		await browser.close();
	}
	console.log(`${files.length} pages, ${failures} failures`);
	process.exitCode = failures > 0 || files.length === 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((error) => {
	console.error(error.message);
	process.exitCode = 2;
});
