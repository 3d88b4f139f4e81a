// Each record must verify with its key, and with nothing in it changed. usage: check-dsse.js RECORD KEY ...
'use strict';
const { createPublicKey } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const nobody = { certificateAuthorities: [], ctlogs: [], timestampAuthorities: [], tlogs: [] };

// Does Sigstore say that this key signed the envelope?
function signed(envelope, pem) {
	const finder = () => ({ publicKey: createPublicKey(pem), validFor: () => true });
	const verifier = new Verifier(toTrustMaterial(nobody, finder), { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
	const entity = toSignedEntity(bundleFromJSON({
		mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
		verificationMaterial: { publicKey: { hint: 'a person' }, tlogEntries: [] },
		dsseEnvelope: envelope,
	}));
	try {
		verifier.verify(entity);
		return true;
	} catch (error) {
		if (error.code !== 'SIGNATURE_ERROR')
			throw error;
		return false;
	}
}

// The same base64 with one bit of one byte changed.
function flipped(base64, at) {
	const bytes = Buffer.from(base64, 'base64');

	bytes[at % bytes.length] ^= 1;
	return bytes.toString('base64');
}

let wrong = 0;
function must(good, what) {
	if (!good) {
		console.error(`check-dsse: ${what}`);
		wrong++;
	}
}

const args = process.argv.slice(2);
if (args.length < 4)
	throw new Error('two records and their keys are needed');
for (let i = 0; i < args.length; i += 2) {
	const record = JSON.parse(readFileSync(args[i]));
	const pem = readFileSync(args[i + 1], 'utf8'), other = readFileSync(args[(i + 3) % args.length], 'utf8');
	const size = Buffer.from(record.payload, 'base64').length;
	const change = (edit) => {
		const copy = structuredClone(record);

		edit(copy);
		return copy;
	};

	must(signed(record, pem), `${args[i]} does not verify`);
	must(!signed(record, other), `${args[i]} verifies with another key`);
	for (let at = 0; at < size; at += 7)
		must(!signed(change((r) => { r.payload = flipped(r.payload, at); }), pem), `${args[i]} verifies with byte ${at} changed`);
	must(!signed(change((r) => { r.payloadType += 'x'; }), pem), `${args[i]} verifies with another type`);
	must(!signed(change((r) => { r.signatures[0].sig = flipped(r.signatures[0].sig, 20); }), pem),
		`${args[i]} verifies with another signature`);
}
if (wrong > 0)
	process.exit(1);
console.log(`check-dsse: ${args.length / 2} approvals verify with @sigstore/verify, and with nothing changed`);
