#ifndef TESTS_SUPPORT_TRIAGE_H
#define TESTS_SUPPORT_TRIAGE_H

/*
 * A program that runs, in the text form of assemble.h: six agents of three kinds, a REQUIRE, a MATCH that
 * may call and one that must, a retry, a pure FOR in a prompt. decide is called for large sums alone.
 */
#define TRIAGE_TYPES \
	"type T40 text 0 40\n" \
	"type C int 1 1000\n" \
	"type Decision variants Decision pay:C deny\n" \
	"type T60 text 0 60\n" \
	"type Receipt record Receipt id:T60\n" \
	"type MaybeReceipt option Receipt\n" \
	"type T400 text 0 400\n" \
	"type Outcome record Outcome decision:Decision receipt:MaybeReceipt letter:T400\n" \
	"type T20 text 0 20\n" \
	"type Rule record Rule ref:T20 body:T40\n" \
	"type Rules list Rule 0 3\n" \
	"type B bool\n" \
	"type Finding record Finding reason:T40 covered:B\n"

#define TRIAGE_AGENTS \
	"backend house llm accepts - taints -\n" \
	"backend handbook retrieve accepts - taints -\n" \
	"backend ledger http accepts - taints -\n" \
	"agent summarise story:T40 -> T20 via house\n" \
	"s = INPUT 0\n" \
	"set MODEL \"m-1\"\n" \
	"set MAX_TOKENS 10\n" \
	"set TEMPERATURE 0.5\n" \
	"set STOP \"END\" \"STOP\"\n" \
	"set RETRY 2\n" \
	"set USER s\n" \
	"agent search query:T20 -> Rules via handbook\n" \
	"q = INPUT 0\n" \
	"set TOP 3\n" \
	"set MODE \"words\"\n" \
	"set TIMEOUT 5000\n" \
	"set QUERY q\n" \
	"agent assess gist:T20 rules:Rules cents:C -> Finding via house\n" \
	"system = CONST \"Judge.\"\n" \
	"gist = INPUT 0\n" \
	"nl = CONST \"\\n\"\n" \
	"rules = INPUT 1\n" \
	"open = CONST \"[\"\n" \
	"close = CONST \"] \"\n" \
	"lines = FOR - rules\n" \
	"block\n" \
	"e = BIND 0\n" \
	"ref = FIELD 0 e\n" \
	"body = FIELD 1 e\n" \
	"line = TEMPLATE open ref close body\n" \
	"yield line\n" \
	"joined = JOIN lines nl\n" \
	"cents = INPUT 2\n" \
	"t = TEMPLATE gist nl joined nl cents\n" \
	"set MODEL \"m-1\"\n" \
	"set MAX_TOKENS 100\n" \
	"set RETRY 1\n" \
	"set CONTEXT system\n" \
	"set USER t\n" \
	"agent decide story:T40 -> Decision via house\n" \
	"s = INPUT 0\n" \
	"set MODEL \"m-1\"\n" \
	"set MAX_TOKENS 10\n" \
	"set USER s\n" \
	"agent transfer story:T40 cents:C -> Receipt via ledger\n" \
	"a = CONST \"/p/\"\n" \
	"s = INPUT 0\n" \
	"b = CONST \"/x%20\"\n" \
	"path = TEMPLATE a s b\n" \
	"c = INPUT 1\n" \
	"body = TEMPLATE c\n" \
	"set METHOD \"POST\"\n" \
	"set HEADERS x_from \"writ\"\n" \
	"set PATH path\n" \
	"set QUERIES who s\n" \
	"set BODY body\n" \
	"agent write story:T40 finding:Finding -> T400 via house\n" \
	"f = INPUT 1\n" \
	"why = FIELD 0 f\n" \
	"set MODEL \"m-2\"\n" \
	"set MAX_TOKENS 400\n" \
	"set USER why\n"

#define TRIAGE_FLOW \
	"flow triage story:T40 cents:C -> Outcome\n" \
	"cents = INPUT 1\n" \
	"most = CONST 500\n" \
	"small = LE cents most\n" \
	"paid = VARIANT Decision pay cents\n" \
	"story = INPUT 0\n" \
	"gist = CALL summarise story\n" \
	"rules = CALL search gist\n" \
	"finding = CALL assess gist rules cents\n" \
	"covered = FIELD 1 finding\n" \
	"why = CONST \"it is not covered\"\n" \
	"q = REQUIRE covered why\n" \
	"d = MATCH 2 small\n" \
	"block\n" \
	"yield paid\n" \
	"block\n" \
	"decided = CALL decide story guard q\n" \
	"yield decided\n" \
	"nothing = CONST none\n" \
	"r = MATCH 2 d\n" \
	"block\n" \
	"amount = BIND 0\n" \
	"sent = CALL transfer story amount guard q\n" \
	"some = SOME sent\n" \
	"yield some\n" \
	"block\n" \
	"yield nothing\n" \
	"l = CALL write story finding guard q\n" \
	"out = RECORD Outcome d r l\n" \
	"end out\n"

#define TRIAGE TRIAGE_TYPES TRIAGE_AGENTS TRIAGE_FLOW
#define TRIAGE_WITHIN "within 50 100000 10000000 0\n"

/* Inputs, one that asks decide and one that does not; what is answered; and what comes out. */
#define TRIAGE_LARGE "{\"story\":\"a/b ä\",\"cents\":900}"
#define TRIAGE_SMALL "{\"story\":\"a/b ä\",\"cents\":200}"
#define TRIAGE_REPLIES \
	{ \
		{ "summarise", "a gist" }, \
		{ "search", "[{\"ref\":\"H2\",\"body\":\"b\"},{\"ref\":\"H3\",\"body\":\"\"}]" }, \
		{ "assess", "{\"reason\":\"H2\",\"covered\":true}" }, \
		{ "decide", "{\"result\":{\"kind\":\"pay\",\"value\":700}}" }, \
		{ "transfer", "{\"id\":\"r1\"}" }, \
		{ "write", "Dear \"you\"" }, \
		{ NULL, NULL }, \
	}
#define TRIAGE_RESULT(cents) \
	"{\"decision\":{\"kind\":\"pay\",\"value\":" cents "},\"receipt\":{\"id\":\"r1\"}," \
	"\"letter\":\"Dear \\\"you\\\"\"}"

#endif
