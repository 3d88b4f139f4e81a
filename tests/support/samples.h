#ifndef TESTS_SUPPORT_SAMPLES_H
#define TESTS_SUPPORT_SAMPLES_H

/*
 * Modules in the text form of assemble.h that hold at least one of each thing the format has:
 * every section, every kind of type, constant, setting shape and immediate. They are well-formed;
 * not all of them are programs that may run.
 */
#define SAMPLE_SMALL \
	"type T text 0 65536\n" \
	"flow echo said:T -> T\n" \
	"a = INPUT 0\n" \
	"end a\n" \
	"within 0 0 0 0\n"

#define SAMPLE_CLAIMS \
	"label pii \"personal data of a claimant\"\n" \
	"label untrusted \"words from outside\"\n" \
	"type Text text 0 65536\n" \
	"type Cents int 0 1000000\n" \
	"type Claim record Claim story:Text@pii,untrusted \"what happened\" cents:Cents\n" \
	"type Bool bool\n" \
	"type Score number 0 1\n" \
	"type Maybe option Score\n" \
	"type Texts list Text 0 8\n" \
	"type Decision variants Decision pay:Cents deny refer:Texts@untrusted\n" \
	"type Finding record Finding reason:Text ok:Bool score:Maybe notes:Texts " \
	"decision:Decision\n" \
	"backend house llm accepts pii,untrusted taints -\n" \
	"backend web http accepts - taints untrusted\n" \
	"backend desk human accepts pii,untrusted\n" \
	"backend box tool accepts -\n" \
	"backend rules retrieve accepts -\n" \
	"agent assess story:Text cents:Cents -> Finding via house\n" \
	"drops pii \"it is told to leave names out\"\n" \
	"a = INPUT 0\n" \
	"b = CONST \"Judge this: \"\n" \
	"c = TEMPLATE b a\n" \
	"d = CONST \"Be short.\"\n" \
	"e = CONST \"Yes.\"\n" \
	"set MODEL \"m-2025-01-01\"\n" \
	"set MAX_TOKENS 300\n" \
	"set TEMPERATURE 0.2\n" \
	"set STOP \"END\" \"STOP\"\n" \
	"set RETRY 2\n" \
	"set CONTEXT d\n" \
	"set USER c\n" \
	"set ASSISTANT e\n" \
	"set USER d\n" \
	"agent send note:Text -> Bool via web\n" \
	"a = INPUT 0\n" \
	"b = CONST \"/notes\"\n" \
	"set METHOD \"POST\"\n" \
	"set IDEMPOTENT 1\n" \
	"set HEADERS accept \"text/plain\" x_from \"writ\"\n" \
	"set TIMEOUT 5000\n" \
	"set PATH b\n" \
	"set QUERIES q a type b\n" \
	"set BODY a\n" \
	"agent approve note:Text -> Bool via desk\n" \
	"a = INPUT 0\n" \
	"set ROLE \"adjuster\"\n" \
	"set ASK a\n" \
	"agent roll -> Cents via box\n" \
	"set CALL \"roll\"\n" \
	"agent look q:Text -> Texts via rules\n" \
	"a = INPUT 0\n" \
	"set TOP 3\n" \
	"set MIN_SCORE 0.5\n" \
	"set QUERY a\n" \
	"flow triage claim:Claim@pii limit_cents:Cents -> Decision@pii,untrusted\n" \
	"claim = INPUT 0\n" \
	"most = INPUT 1\n" \
	"story = FIELD 0 claim\n" \
	"cents = FIELD 1 claim\n" \
	"small = LE cents most\n" \
	"text = CONST \"too large\"\n" \
	"q = REQUIRE small text\n" \
	"f = CALL assess story cents guard q\n" \
	"clean = DROP strip untrusted \"looked at\" ; f\n" \
	"d = FIELD 4 clean\n" \
	"m = MATCH 3 d\n" \
	"block\n" \
	"amount = BIND 0\n" \
	"v = VARIANT Decision pay amount\n" \
	"yield v\n" \
	"block\n" \
	"yield d\n" \
	"block\n" \
	"notes = BIND 0\n" \
	"kept = FOR wsd notes\n" \
	"block\n" \
	"note = BIND 0\n" \
	"index = BIND 1\n" \
	"long = LENGTH note\n" \
	"room = LT index long\n" \
	"up = UPPER note\n" \
	"yield up room long\n" \
	"w = VARIANT Decision refer kept\n" \
	"yield w\n" \
	"c1 = CONST [ none some [ 1 -2 300 ] ]\n" \
	"c2 = CONST Finding ( \"why\" true some 0.25 [ \"a\" \"\" ] Decision pay ( 12 ) )\n" \
	"c3 = CONST [ Decision deny Decision refer ( [ ] ) ]\n" \
	"c4 = CONST -9223372036854775808\n" \
	"c5 = CONST -0.125\n" \
	"c6 = CONST none\n" \
	"pair = LIST c5 c5 c5\n" \
	"r = RECORD Claim story most\n" \
	"end m\n" \
	"within 3 40000 100000 4\n"

#endif
