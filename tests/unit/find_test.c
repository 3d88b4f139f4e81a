/*
 * What find_emails, find_cards, find_ibans and find_phones take and leave, and what replace_each
 * does: against published examples, against a plain search, and on texts made to be slow.
 */
#include "vm/find.h"

#include "tests/support/failing_alloc.h"
#include "vm/eval.h"
#include "vm/for_compiler.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(find, .timeout = 60);

/* `wanted` are the matches, each followed by `|`. */
static void
expect(enum wr_op op, const char *text, const char *wanted)
{
	struct wr_text t = wr_text_of(text), found;
	char got[2000] = "";

	for (size_t at = 0; (found = wr_find_next(op, t, at, &at)).size > 0;) {
		cr_assert(wr_utf8_valid(found));
		strncat(got, found.at, found.size);
		strcat(got, "|");
	}
	cr_expect_str_eq(got, wanted, "%s in `%s`: %s, not %s", wr_op_info(op)->surface, text, got,
	    wanted);
}

struct find_case {
	const char *text, *wanted;
};

#define ALL(op, cases)                                                                             \
	for (size_t i = 0; i < sizeof(cases) / sizeof *(cases); i++)                               \
		expect(op, (cases)[i].text, (cases)[i].wanted)

Test(find, takes_addresses_and_leaves_what_only_looks_like_them)
{
	static const struct find_case cases[] = {
	    {"", ""}, {"@", ""}, {"a@b", ""}, {"a@b.c", ""}, {"@b.cc", ""}, {"a@.cc", ""},
	    {"a@b.cc", "a@b.cc|"}, {"A.B@Example.COM", "A.B@Example.COM|"},
	    {"write to ada@example.org, bob@example.com.", "ada@example.org|bob@example.com|"},
	    {"<ada+tag@mail.example.co.uk>;", "ada+tag@mail.example.co.uk|"},
	    {"mailto:ada_l@example.org?subject=x", "ada_l@example.org|"},
	    {"?a=1&mail=ada@example.org&b", "ada@example.org|"},
	    {"'o'brien@example.ie'", "o'brien@example.ie|"},
	    {"..ada..l.@example.org..", "ada..l.@example.org|"},
	    {"ada@example.org@bob.com", "ada@example.org|"},
	    {"ada@m\303\274ller.de!", "ada@m\303\274ller.de|"},
	    {"\350\257\267ada@example.org\350\260\242", "ada@example.org|"},
	    {"ada@example.org2", "ada@example.org|"}, {"root@10.0.0.1", ""},
	    {"ada@xn--mller-kva.de", "ada@xn--mller-kva.de|"},
	    {"ada@exa_mple.org-x", "ada@exa_mple.org|"},
	    {"+@example.org", ""}, {"a@b.cc@d.ee", "a@b.cc|"}, {"a@b@c.dd", "b@c.dd|"},
	    {"x@a.museum.", "x@a.museum|"}, {"x@a.b1.cc-d.e", "x@a.b1.cc|"},
	};
	char long_one[400], wanted[500];

	ALL(WR_OP_FIND_EMAILS, cases);
	snprintf(long_one, sizeof long_one, "%080d@example.org", 7);
	snprintf(wanted, sizeof wanted, "%064d@example.org|", 7);
	expect(WR_OP_FIND_EMAILS, long_one, wanted);
	snprintf(long_one, sizeof long_one, "a@%063d.cc", 7);
	snprintf(wanted, sizeof wanted, "%s|", long_one);
	expect(WR_OP_FIND_EMAILS, long_one, wanted);
	snprintf(long_one, sizeof long_one, "a@%064d.cc", 7);
	expect(WR_OP_FIND_EMAILS, long_one, "");
	snprintf(long_one, sizeof long_one, "a@%060d.%060d.%060d.com.cccccc", 7, 7, 7);
	snprintf(wanted, sizeof wanted, "a@%060d.%060d.%060d.com|", 7, 7, 7);
	expect(WR_OP_FIND_EMAILS, long_one, wanted);
}

/* Numbers that card networks and payment firms publish for tests. */
Test(find, takes_the_numbers_that_networks_publish)
{
	static const char *const good[] = {"4111111111111111", "4012888888881881",
	    "4222222222222", "4242424242424242", "5555555555554444", "5105105105105100",
	    "2223003122003222", "2223000048400011", "378282246310005", "371449635398431",
	    "378734493671000", "30569309025904", "38520000023237", "6011111111111117",
	    "6011000990139424", "3530111333300000", "3566002020360505", "6200000000000005",
	    "6759649826438453", "6799990100000000019", "5019717010103742", "2200000000000004",
	    "4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005",
	    "4111\xC2\xA0"
	    "1111 1111\xE2\x80\xAF"
	    "1111",
	    "4111\xE2\x80\x91"
	    "1111-1111\xE2\x80\x93"
	    "1111"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char text[100], wanted[100];

		snprintf(wanted, sizeof wanted, "%s|", good[i]);
		expect(WR_OP_FIND_CARDS, good[i], wanted);
		snprintf(text, sizeof text, "my card is %s, please", good[i]);
		expect(WR_OP_FIND_CARDS, text, wanted);
		/* Each other last digit fails the check. */
		snprintf(text, sizeof text, "%s", good[i]);
		text[strlen(text) - 1] = text[strlen(text) - 1] == '9'
					     ? '0'
					     : (char)(text[strlen(text) - 1] + 1);
		expect(WR_OP_FIND_CARDS, text, "");
	}
}

Test(find, leaves_numbers_that_are_no_cards)
{
	static const struct find_case cases[] = {
	    {"4111 1111-1111 1111", ""}, {"4111  1111 1111 1111", ""}, {"41 11 11 11 11 11 11 11", ""},
	    {"0000000000000000", ""}, {"1111111111111117", ""}, {"9111111111111111", ""},
	    {"0.4111111111111111", ""}, {"41111111111111111", ""}, {"4111111111111111123", ""},
	    {"14111111111111111", ""}, {"411111111111111", ""},
	    {"4111111111111111,5555555555554444;378282246310005",
		"4111111111111111|5555555555554444|378282246310005|"},
	    {"4111 1111 1111 1111 123", "4111 1111 1111 1111|"},
	    {"1234 4111 1111 1111 1111", "4111 1111 1111 1111|"},
	    {"VISA4111111111111111", "4111111111111111|"},
	    {"4111 1111 1111 1111 5555 5555 5555 4444", "4111 1111 1111 1111|5555 5555 5555 4444|"},
	};

	ALL(WR_OP_FIND_CARDS, cases);
}

/* The examples of the registry, as printed. */
Test(find, takes_the_examples_of_the_registry)
{
	static const char *const good[] = {"AD12 0001 2030 2003 5910 0100",
	    "AE07 0331 2345 6789 0123 456", "AL47 2121 1009 0000 0002 3569 8741",
	    "AT61 1904 3002 3457 3201", "AZ21 NABZ 0000 0000 1370 1000 1944",
	    "BA39 1290 0794 0102 8494", "BE68 5390 0754 7034", "BG80 BNBG 9661 1020 3456 78",
	    "BH67 BMAG 0000 1299 1234 56", "BR18 0036 0305 0000 1000 9795 493C 1",
	    "BY13 NBRB 3600 9000 0000 2Z00 AB00", "CH93 0076 2011 6238 5295 7",
	    "CR05 0152 0200 1026 2840 66", "CY17 0020 0128 0000 0012 0052 7600",
	    "CZ65 0800 0000 1920 0014 5399", "DE89 3704 0044 0532 0130 00",
	    "DK50 0040 0440 1162 43", "DO28 BAGR 0000 0001 2124 5361 1324",
	    "EE38 2200 2210 2014 5685", "EG38 0019 0005 0000 0000 2631 8000 2",
	    "ES91 2100 0418 4502 0005 1332", "FI21 1234 5600 0007 85",
	    "FO62 6460 0001 6316 34", "FR14 2004 1010 0505 0001 3M02 606",
	    "GB29 NWBK 6016 1331 9268 19", "GE29 NB00 0000 0101 9049 17",
	    "GI75 NWBK 0000 0000 7099 453", "GL89 6471 0001 0002 06",
	    "GR16 0110 1250 0000 0001 2300 695", "GT82 TRAJ 0102 0000 0012 1002 9690",
	    "HR12 1001 0051 8630 0016 0", "HU42 1177 3016 1111 1018 0000 0000",
	    "IE29 AIBK 9311 5212 3456 78", "IL62 0108 0000 0009 9999 999",
	    "IQ98 NBIQ 8501 2345 6789 012", "IS14 0159 2600 7654 5510 7303 39",
	    "IT60 X054 2811 1010 0000 0123 456", "JO94 CBJO 0010 0000 0000 0131 0003 02",
	    "KW81 CBKU 0000 0000 0000 1234 5601 01", "KZ86 125K ZT50 0410 0100",
	    "LB62 0999 0000 0001 0019 0122 9114", "LC55 HEMM 0001 0001 0012 0012 0002 3015",
	    "LI21 0881 0000 2324 013A A", "LT12 1000 0111 0100 1000",
	    "LU28 0019 4006 4475 0000", "LV80 BANK 0000 4351 9500 1",
	    "MC58 1122 2000 0101 2345 6789 030", "MD24 AG00 0225 1000 1310 4168",
	    "ME25 5050 0001 2345 6789 51", "MK07 2501 2000 0058 984",
	    "MR13 0002 0001 0100 0012 3456 753", "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
	    "MU17 BOMM 0101 1010 3030 0200 000M UR", "NL91 ABNA 0417 1643 00",
	    "NO93 8601 1117 947", "PK36 SCBL 0000 0011 2345 6702",
	    "PL61 1090 1014 0000 0712 1981 2874", "PS92 PALS 0000 0000 0400 1234 5670 2",
	    "PT50 0002 0123 1234 5678 9015 4", "QA58 DOHB 0000 1234 5678 90AB CDEF G",
	    "RO49 AAAA 1B31 0075 9384 0000", "RS35 2600 0560 1001 6113 79",
	    "SA03 8000 0000 6080 1016 7519", "SC18 SSCB 1101 0000 0000 0000 1497 USD",
	    "SE45 5000 0000 0583 9825 7466", "SI56 2633 0001 2039 086",
	    "SK31 1200 0000 1987 4263 7541", "SM86 U032 2509 8000 0000 0270 100",
	    "ST23 0001 0001 0051 8453 1014 6", "SV62 CENR 0000 0000 0000 0070 0025",
	    "TL38 0080 0123 4567 8910 157", "TN59 1000 6035 1835 9847 8831",
	    "TR33 0006 1005 1978 6457 8413 26", "UA21 3223 1300 0002 6007 2335 6600 1",
	    "VA59 0011 2300 0012 3456 78", "VG96 VPVG 0000 0123 4567 8901",
	    "XK05 1212 0123 4567 8906"};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char wanted[100], dense[100], *d = dense;

		snprintf(wanted, sizeof wanted, "%s|", good[i]);
		expect(WR_OP_FIND_IBANS, good[i], wanted);
		for (const char *c = wanted; *c != '\0'; c++)
			if (*c != ' ')
				*d++ = *c;
		*d = '\0';
		snprintf(wanted, sizeof wanted, "%s", dense);
		dense[strlen(dense) - 1] = '\0';
		expect(WR_OP_FIND_IBANS, dense, wanted);
		dense[3] = dense[3] == '9' ? '0' : (char)(dense[3] + 1); /* its check digits */
		expect(WR_OP_FIND_IBANS, dense, "");
		snprintf(dense, sizeof dense, "%s", good[i]);
		dense[strlen(dense) - 1] = '\0';
		expect(WR_OP_FIND_IBANS, dense, "");
	}
}

Test(find, takes_accounts_where_they_stand)
{
	static const struct find_case cases[] = {
	    {"to de89370400440532013000.", "de89370400440532013000|"},
	    {"IBAN:DE89 3704 0044 0532 0130 00 EUR", "DE89 3704 0044 0532 0130 00|"},
	    {"DE89370400440532013000X", ""}, {"XDE89370400440532013000", ""},
	    {"DE893704 0044 053201 3000", ""}, {"DE89 3704  0044 0532 0130 00", ""},
	    {"ZZ89370400440532013000", ""}, {"DE89\xC2\xA0"
					     "3704 0044 0532 0130 00",
		"DE89\xC2\xA0"
		"3704 0044 0532 0130 00|"},
	    {"NO9386011117947,BE68539007547034", "NO9386011117947|BE68539007547034|"},
	};

	ALL(WR_OP_FIND_IBANS, cases);
}

Test(find, takes_telephone_numbers_and_leaves_dates_and_sums)
{
	static const struct find_case cases[] = {
	    {"+49 171 1234567", "+49 171 1234567|"}, {"+491711234567", "+491711234567|"},
	    {"+1 (212) 555-0123", "+1 (212) 555-0123|"}, {"+44 (0)20 7946 0958", "+44 (0)20 7946 0958|"},
	    {"+33 1 23 45 67 89", "+33 1 23 45 67 89|"}, {"+47 22 33 44 55", "+47 22 33 44 55|"},
	    {"tel:+1-201-555-0123", "+1-201-555-0123|"}, {"+86 138 1234 5678", "+86 138 1234 5678|"},
	    {"0049 171 1234567", "0049 171 1234567|"}, {"00441632960961", "00441632960961|"},
	    {"0171 1234567", "0171 1234567|"}, {"0171/1234567", "0171/1234567|"},
	    {"0171 / 123 45 67", "0171 / 123 45 67|"}, {"0171 - 1234567", "0171 - 1234567|"},
	    {"(030) 1234567.", "(030) 1234567|"}, {"(0171)1234567", "(0171)1234567|"},
	    {"020 7946 0958", "020 7946 0958|"}, {"01.23.45.67.89", "01.23.45.67.89|"},
	    {"01 23 45 67 89", "01 23 45 67 89|"}, {"03-1234-5678", "03-1234-5678|"},
	    {"(212) 555-0123", "(212) 555-0123|"}, {"212-555-0123", "212-555-0123|"},
	    {"212.555.0123", "212.555.0123|"}, {"212 555 0123", "212 555 0123|"},
	    {"1-800-555-0199", "1-800-555-0199|"}, {"1 (800) 555-0199", "1 (800) 555-0199|"},
	    {"(212) 555-0123x45", "(212) 555-0123|"}, {"Tel.030 1234567", "030 1234567|"},
	    {"0171\xE2\x80\x93"
	     "1234567",
		"0171\xE2\x80\x93"
		"1234567|"},
	    {"0171 1234567, 0172 7654321", "0171 1234567|0172 7654321|"},
	    {"0171 1234567,0172 7654321", "0171 1234567|0172 7654321|"},
	    {"0171 1234567 0172 7654321", "0171 1234567|0172 7654321|"},
	    {"+49 171 1234567 +49 172 7654321", "+49 171 1234567|+49 172 7654321|"},
	    {"f(0123456789)", "0123456789|"}, {"((030) 1234567)", "(030) 1234567|"},
	    {"01.02.2024", ""}, {"01.02.2024 10:30", ""}, {"01/02/2024 1030 22", ""},
	    {"01-02-2024 - 03-04-2024", ""}, {"01.02.24 1030 12", ""}, {"2024-01-02", ""},
	    {"2024-01-02T10:30:00", ""}, {"1.234.567,89", ""}, {"$1,234,567.89", ""},
	    {"1 234 567 890", ""}, {"212 555 012 345", ""}, {"0.123456789", ""}, {"2125550123", ""},
	    {"1732284928", ""}, {"555-0123", ""}, {"+1234567", ""}, {"+1234567890123456", ""},
	    {"0123456789012", ""}, {"000123456789", ""}, {"112-555-0123", ""}, {"212-155-0123", ""},
	    {"1-2024-0171-123456", ""}, {"12+491711234567", ""}, {"a0171123456", ""},
	    {"0171123456a", ""}, {"01711234567.50", ""}, {"0171123456,5", ""},
	    {"+(49)1711234567", ""}, {"(0123456) 78", ""}, {"+0123456789", ""}, {"++491711234567", ""},
	    {"10.0.0.1", ""}, {"4111 1111 1111 1111", ""},
	};

	ALL(WR_OP_FIND_PHONES, cases);
}

/* Cut anywhere, a text gives matches of the promised sizes, in order, none in another. */
Test(find, gives_sizes_that_were_promised_on_any_text)
{
	static const char *const parts[] = {"@", "a", ".", "cc", "4111", "1", " ", "-", "+", "(",
	    ")", "0", "DE89", "3704", "NO93", "/", "\xC2\xA0", "\xE2\x80\x93", "\303\244", "49"};
	static const struct {
		enum wr_op op;
		size_t lo, hi;
	} kinds[] = {{WR_OP_FIND_EMAILS, WR_EMAIL_MIN, WR_EMAIL_MAX},
	    {WR_OP_FIND_CARDS, WR_CARD_MIN, WR_CARD_MAX},
	    {WR_OP_FIND_IBANS, WR_IBAN_MIN, WR_IBAN_MAX},
	    {WR_OP_FIND_PHONES, WR_PHONE_MIN, WR_PHONE_MAX}};
	uint64_t state = 1;

	for (int round = 0; round < 20000; round++) {
		char text[256] = "", *exact;
		struct wr_text t, found;

		for (int i = 0; i < 40; i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			strcat(text, parts[(state >> 33) % (sizeof parts / sizeof *parts)]);
		}
		exact = malloc(strlen(text)); /* so that a read past the end is seen */
		memcpy(exact, text, strlen(text));
		t = (struct wr_text){exact, strlen(text)};
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			for (size_t at = 0, end; (found = wr_find_next(kinds[k].op, t, at, &end)).size >
						 0;) {
				cr_assert(found.size >= kinds[k].lo && found.size <= kinds[k].hi);
				cr_assert(found.at >= exact + at && found.at + found.size == exact + end);
				cr_assert(wr_utf8_valid(found));
				at = end;
			}
		free(exact);
	}
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* The plain way: at each place try all. */
static void
plainly(const char *text, char (*froms)[8], char (*tos)[8], uint32_t len, char *out)
{
	while (*text != '\0') {
		uint32_t best = UINT32_MAX;

		for (uint32_t i = 0; i < len; i++)
			if (froms[i][0] != '\0' && strncmp(text, froms[i], strlen(froms[i])) == 0 &&
			    (best == UINT32_MAX || strlen(froms[i]) > strlen(froms[best])))
				best = i;
		if (best == UINT32_MAX)
			*out++ = *text++;
		else {
			text += strlen(froms[best]);
			out = stpcpy(out, tos[best]);
		}
	}
	*out = '\0';
}

static struct wr_value
list_of(struct wr_arena *arena, char (*texts)[8], uint32_t len)
{
	struct wr_value *items = wr_arena_array(arena, len, sizeof *items);

	for (uint32_t i = 0; i < len; i++)
		items[i] = wr_value_of_text(wr_text_of(texts[i]));
	return (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = items};
}

Test(find, replaces_each_as_the_plain_search_does)
{
	struct wr_node node = {.op = WR_OP_REPLACE_EACH};
	uint64_t state = 7;

#define ROLL(n) ((uint32_t)((state = state * 6364136223846793005u + 1442695040888963407u) >> 33) % (n))
	for (int round = 0; round < 20000; round++) {
		char text[64], froms[6][8], tos[6][8], wanted[512];
		uint32_t len = ROLL(7), tos_len = ROLL(4) == 0 ? ROLL(7) : len, of[3], size = ROLL(40);
		struct failing_alloc f;
		struct wr_arena arena;
		struct wr_types types;
		struct wr_value v[3], got;

		failing_alloc_init(&f);
		wr_arena_init(&arena, &f.hook, 1u << 20);
		wr_types_init(&types, &arena);
		for (uint32_t i = 0; i < size; i++)
			text[i] = (char)('a' + ROLL(2 + round % 2));
		text[size] = '\0';
		for (uint32_t i = 0; i < 6; i++) {
			uint32_t a = ROLL(6), b = ROLL(5);

			for (uint32_t k = 0; k < a; k++)
				froms[i][k] = (char)('a' + ROLL(2 + round % 2));
			froms[i][a] = '\0';
			snprintf(tos[i], sizeof tos[i], "%.*s", (int)b, "<xy>");
		}
		v[0] = wr_value_of_text(wr_text_of(text));
		v[1] = list_of(&arena, froms, len);
		v[2] = list_of(&arena, tos, tos_len);
		of[0] = wr_type_text(&types, 0, 64);
		of[1] = of[2] = wr_type_list(&types, wr_type_text(&types, 0, 8), 0, 6);
		cr_assert_eq(wr_fold(&types, &node, v, of, 3, &arena, &got), WR_OK);
		plainly(text, froms, tos, len < tos_len ? len : tos_len, wanted);
		cr_assert(wr_text_eq(wr_value_text(got), wr_text_of(wanted)), "%s: %.*s, not %s", text,
		    (int)got.len, got.as.text, wanted);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
#undef ROLL
}

/* ---- time -------------------------------------------------------------------------------------- */

/* The largest text there is, of one part again and again. */
static struct wr_value
much(struct wr_arena *arena, const char *part, size_t size)
{
	char *at = wr_arena_get(arena, size + 1);

	for (size_t i = 0; i < size; i++)
		at[i] = part[i % strlen(part)];
	return wr_value_of_text((struct wr_text){at, size});
}

Test(find, is_never_quadratic)
{
	static const char *const parts[] = {"@", "a", "a@", "a.", "@a.", "a@b.cc ", "4", "411 ",
	    "4111111111111111 ", "DE89", "DE893704 ", "0", "0 ", "+4 ", "(0)", "0171 1234567 ",
	    "01.02.", "- ", "\xC2\xA0"};
	struct failing_alloc f;
	struct wr_arena arena;
	struct wr_types types;
	struct wr_value v[3], got;
	uint32_t of[3];

	failing_alloc_init(&f);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (enum wr_op op = WR_OP_FIND_EMAILS; op <= WR_OP_FIND_PHONES; op++) {
			struct wr_node node = {.op = op};

			wr_arena_init(&arena, &f.hook, 64u << 20);
			wr_types_init(&types, &arena);
			of[0] = wr_type_text(&types, 0, WR_TEXT_MAX);
			of[1] = wr_type_int(&types, WR_LIST_MAX, WR_LIST_MAX);
			v[0] = much(&arena, parts[i], WR_TEXT_MAX);
			v[1] = wr_value_of_int(WR_LIST_MAX);
			cr_assert_eq(wr_fold(&types, &node, v, of, 2, &arena, &got), WR_OK);
			cr_assert_leq(got.len, 2, "%s gives each once", parts[i]);
			wr_arena_free(&arena);
		}
}

Test(find, replaces_each_in_linear_time)
{
	static const struct {
		const char *text, *part;
		size_t size; /* the i-th text looked for has i * size / len bytes, at least one */
		uint32_t len;
		char end;
	} cases[] = {{"a", "a", 1000, 1000, 'b'}, {"a", "a", 1000, 1000, 'a'},
	    {"ab", "a", 500000, 2, 'b'}, {"a", "ba", 16, 60000, 'a'}, {"ba", "ab", 700, 1400, 'c'}};
	struct wr_node node = {.op = WR_OP_REPLACE_EACH};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct failing_alloc f;
		struct wr_arena arena;
		struct wr_types types;
		struct wr_value v[3], got, *froms, *tos;
		uint32_t of[3], len = cases[i].len;

		failing_alloc_init(&f);
		wr_arena_init(&arena, &f.hook, 256u << 20);
		wr_types_init(&types, &arena);
		froms = wr_arena_array(&arena, len, sizeof *froms);
		tos = wr_arena_array(&arena, len, sizeof *tos);
		for (uint32_t k = 0; k < len; k++) {
			size_t size = (k + 1) * cases[i].size / len + 1;

			froms[k] = much(&arena, cases[i].part, size);
			((char *)(uintptr_t)froms[k].as.text)[size - 1] = cases[i].end;
			tos[k] = wr_value_of_text(WR_TEXT("-"));
		}
		v[0] = much(&arena, cases[i].text, WR_TEXT_MAX);
		v[1] = (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = froms};
		v[2] = (struct wr_value){.kind = WR_VALUE_LIST, .len = len, .as.items = tos};
		of[0] = wr_type_text(&types, 0, WR_TEXT_MAX);
		of[1] = of[2] = wr_type_list(
		    &types, wr_type_text(&types, 0, WR_TEXT_MAX), 0, WR_LIST_MAX);
		cr_assert_eq(wr_fold(&types, &node, v, of, 3, &arena, &got), WR_OK);
		wr_arena_free(&arena);
		cr_assert_eq(f.live_bytes, 0);
	}
}
