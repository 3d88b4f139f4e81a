/* Decimal text to binary64 and back: known values, hard cases, the language's own forms. */
#include "vm/base/number.h"

#include <criterion/criterion.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(number, .timeout = 60);

static struct wr_text
print(double d)
{
	static char out[WR_NUMBER_TEXT_MAX];

	return (struct wr_text){ out, wr_number_print(d, out) };
}

Test(number, prints_as_ecmascript_does)
{
	static const struct {
		double n;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 1, "1" },
		{ -1, "-1" },
		{ 0.1, "0.1" },
		{ 0.5, "0.5" },
		{ 100, "100" },
		{ 123456789012, "123456789012" },
		{ 1e15, "1000000000000000" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e+21" },
		{ 1.5e21, "1.5e+21" },
		{ 123456789012345680000.0, "123456789012345680000" },
		{ 1e-6, "0.000001" },
		{ 1.5e-6, "0.0000015" },
		{ 1e-7, "1e-7" },
		{ 1.25e-7, "1.25e-7" },
		{ 5e-324, "5e-324" },
		{ DBL_MAX, "1.7976931348623157e+308" },
		{ DBL_MIN, "2.2250738585072014e-308" },
		{ 9007199254740992.0, "9007199254740992" },
		{ 9007199254740994.0, "9007199254740994" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 2.0 / 3, "0.6666666666666666" },
		{ 4.35, "4.35" },
		{ 1.7976931348623155e308, "1.7976931348623155e+308" },
		/* from RFC 8785, appendix B */
		{ 2.2250738585072011e-308, "2.225073858507201e-308" },
		{ 295147905179352830000.0, "295147905179352830000" },
		{ 999999999999999700000.0, "999999999999999700000" },
		{ 333333333.3333332, "333333333.3333332" },
		{ 333333333.33333325, "333333333.33333325" },
		{ 333333333.3333333, "333333333.3333333" },
		{ 333333333.3333334, "333333333.3333334" },
		{ 333333333.33333343, "333333333.33333343" },
		{ 9.999999999999997e22, "9.999999999999997e+22" },
		{ 1e23, "1e+23" },
		{ 1.0000000000000001e23, "1.0000000000000001e+23" },
		{ 1424953923781206.2, "1424953923781206.2" },
		{ 1.0e-5, "0.00001" },
		/* powers of two, where the gap below is half the gap above */
		{ 0x1p-44, "5.684341886080802e-14" },
		{ 0x1p-1022, "2.2250738585072014e-308" },
		{ 0x1p+1023, "8.98846567431158e+307" },
		{ 0x1p-24, "5.960464477539063e-8" },
		{ 9.5367431640625e-7, "9.5367431640625e-7" },
		{ 2e-323, "2e-323" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wr_text got = print(cases[i].n);

		cr_expect(wr_text_eq(got, wr_text_of(cases[i].text)), "%s: got %.*s", cases[i].text,
		    (int)got.size, got.at);
	}
	cr_expect_eq(print(-1.2345678901234567e-6).size <= WR_NUMBER_TEXT_MAX, true);
}

Test(number, reads_what_is_a_number_and_nothing_else)
{
	static const struct {
		const char *text;
		double n;
	} good[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "-0.0e5", 0 },
		{ "007", 7 },
		{ "0.35", 0.35 },
		{ "1e3", 1e3 },
		{ "1E+3", 1e3 },
		{ "1e-3", 1e-3 },
		{ "9007199254740993", 9007199254740992.0 },
		{ "9007199254740995", 9007199254740996.0 },
		{ "9007199254740993.00000000000000000000000000000000000000000000001",
		    9007199254740994.0 },
		{ "2.2250738585072011e-308", 2.2250738585072011e-308 },
		{ "2.2250738585072012e-308", 2.2250738585072014e-308 },
		{ "4.9406564584124654e-324", 5e-324 },
		{ "2.4703282292062327e-324", 0 },
		{ "2.4703282292062328e-324", 5e-324 },
		{ "1e-400", 0 },
		{ "0e999999999999", 0 },
		{ "1.7976931348623158e308", DBL_MAX },
		{ "0.000000000000000000000000000001e338", 1e308 },
		{ "179769313486231580793728971405301e276", DBL_MAX },
		{ "6.631236846766476e-316", 6.631236846766476e-316 },
		{ "3.2378839133029012895883524125015321748630094239886e-319",
		    3.2378839133029012895883524125015321748630094239886e-319 },
	};
	static const char *const bad[] = { "", "-", "+1", ".5", "5.", "1.e3", "1e", "1e+", "1_0",
		" 1", "1 ", "0x10", "nan", "inf", "1.7976931348623159e308", "1e309",
		"1e999999999999", "--1", "1-", "1,5" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		double got = -1;

		cr_expect(wr_number_parse(wr_text_of(good[i].text), &got), "%s", good[i].text);
		cr_expect(
		    memcmp(&got, &good[i].n, sizeof got) == 0, "%s: got %a", good[i].text, got);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		double got = 42;

		cr_expect_not(wr_number_parse(wr_text_of(bad[i]), &got), "%s", bad[i]);
		cr_expect_eq(got, 42, "%s", bad[i]);
	}
}

Test(number, long_texts_are_exact_too)
{
	/* 2^-1075 written out in full, then a digit more, then a digit less */
	char text[1200];
	double d = 1;
	int size = snprintf(text, sizeof text, "%.1074f", 0x1p-1074);

	cr_assert(size > 1000 && size < 1100);
	cr_assert(wr_number_parse((struct wr_text){ text, (size_t)size }, &d));
	cr_assert_eq(d, 0x1p-1074);
	memset(text, '9', 1000);
	text[0] = '1';
	text[1] = '.';
	cr_assert(wr_number_parse((struct wr_text){ text, 1000 }, &d));
	cr_assert_eq(d, 2);
}

/* A fixed sequence of bit patterns, so a failure can be had again. */
static uint64_t
next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

Test(number, what_is_printed_reads_back_and_agrees_with_libc)
{
	uint64_t state = 88172645463325252u;

	for (int i = 0; i < 6000; i++) {
		uint64_t bits = next(&state);
		char longest[64], ours[WR_NUMBER_TEXT_MAX + 1];
		double d, back = 0;
		int precision = 0;

		memcpy(&d, &bits, sizeof d);
		if (i % 3 == 0)
			d = (double)(int64_t)(bits >> 20) / 1000;
		if (d - d != 0)
			continue;
		ours[wr_number_print(d, ours)] = '\0';
		cr_assert(wr_number_parse(wr_text_of(ours), &back) && back == d, "%s %a", ours, d);
		do
			snprintf(longest, sizeof longest, "%.*e", precision, d);
		while (strtod(longest, NULL) != d && precision++ < 17);
		cr_assert_eq(strtod(ours, NULL), d);
		precision++; /* significant digits libc needs when it rounds to nearest */
		int digits = 0;
		for (const char *p = ours; *p != '\0' && *p != 'e'; p++)
			digits += *p >= '0' && *p <= '9' && (digits > 0 || *p != '0');
		while (digits > 1 && strchr(ours, 'e') == NULL && strchr(ours, '.') == NULL &&
		       digits > precision)
			digits--;
		cr_assert(digits <= precision, "%s against %s", ours, longest);
		snprintf(longest, sizeof longest, "%.25e", d);
		cr_assert(
		    wr_number_parse(wr_text_of(longest), &back) && back == strtod(longest, NULL),
		    "%s", longest);
	}
}
