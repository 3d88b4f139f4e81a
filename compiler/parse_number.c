/*
 * What number literals mean: integers, decimals, durations, with `_` between digits.
 * A literal that is wrong is reported once and counts as 0; no locale, no rounding
 * but the one to binary64.
 */
#include "compiler/parse_state.h"
#include "vm/base/number.h"

#include <assert.h>

static void
wrong(struct wc_parser *parser, struct wc_span span, const char *what, const char *help)
{
	struct wc_diag *d =
	    wc_parser_error(parser, WC_E0012, span, "`%T` is not %s", wc_span_text(span), what);

	wc_diag_label(d, "here");
	wc_diag_help(d, "%s", help);
}

/* [0-9_]* as a number of at most 2^64 - 1; false beyond. */
static bool
read_digits(struct wr_text t, uint64_t *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t.size; i++) {
		if (t.at[i] == '_')
			continue;
		if (__builtin_mul_overflow(n, 10u, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(t.at[i] - '0'), &n))
			return false;
	}
	*ret = n;
	return true;
}

static const char range_help[] =
    "integers go from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807";

uint64_t
wc_parser_integer(struct wc_parser *parser, struct wc_span span)
{
	uint64_t n;

	if (read_digits(wc_span_text(span), &n) && n <= (uint64_t)INT64_MAX + 1)
		return n;
	wc_diag_help(
	    wc_diag_add(parser->diags, WC_E0012, span, "this integer is too large"), range_help);
	return 0;
}

int64_t
wc_parser_int64(struct wc_parser *parser, uint64_t magnitude, struct wc_span span)
{
	if (magnitude <= INT64_MAX)
		return (int64_t)magnitude;
	wc_diag_help(
	    wc_diag_add(parser->diags, WC_E0012, span, "this integer is too large"), range_help);
	return 0;
}

int64_t
wc_parser_version(struct wc_parser *parser, uint64_t magnitude, struct wc_span span)
{
	if (magnitude != 1)
		wc_diag_label(
		    wc_diag_add(parser->diags, WC_E0008, span, "this compiler reads language 1"),
		    "the file is written in language %lu", magnitude);
	return 1;
}

uint64_t
wc_parser_width(struct wc_parser *parser, uint64_t magnitude, struct wc_span span)
{
	if (magnitude == 0)
		(void)wc_diag_add(parser->diags, WC_E0012, span, "a width is at least 1");
	return magnitude == 0 ? 1 : magnitude;
}

double
wc_parser_decimal(struct wc_parser *parser, struct wc_span span)
{
	struct wr_text t = wc_span_text(span);
	char *plain = wc_parser_new(parser, t.size);
	size_t size = 0;
	double d = 0;

	if (plain == NULL)
		return 0;
	for (size_t i = 0; i < t.size; i++)
		if (t.at[i] != '_')
			plain[size++] = t.at[i];
	if (!wr_number_parse((struct wr_text){ plain, size }, &d))
		(void)wc_diag_add(parser->diags, WC_E0012, span, "this number is too large");
	return d;
}

uint64_t
wc_parser_duration(struct wc_parser *parser, struct wc_span span)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60 * 1000 }, { "h", 3600 * 1000 } };
	struct wr_text t = wc_span_text(span);
	size_t digits = 0;
	uint64_t n;

	while (digits < t.size &&
	       ((t.at[digits] >= '0' && t.at[digits] <= '9') || t.at[digits] == '_'))
		digits++;
	if (digits == t.size || t.at[digits - 1] == '_' || strchr("._", t.at[digits]) != NULL) {
		bool fraction = digits < t.size && t.at[digits] == '.';
		bool unit = strchr("smh", t.at[t.size - 1]) != NULL;

		wrong(parser, span, "a number",
		    !fraction ? "a single `_` may stand between two digits" :
		    unit      ? "write a whole number of a smaller unit, such as `1500ms`" :
				"a number is digits, a point and digits, with no exponent");
		return 0;
	}
	for (size_t i = 1; i < digits; i++) {
		if (t.at[i] == '_' && t.at[i - 1] == '_') {
			wrong(
			    parser, span, "a number", "a single `_` may stand between two digits");
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!wr_text_eq((struct wr_text){ t.at + digits, t.size - digits },
			wr_text_of(units[i].unit)))
			continue;
		if (read_digits((struct wr_text){ t.at, digits }, &n) &&
		    !__builtin_mul_overflow(n, units[i].ms, &n) && n <= INT64_MAX)
			return n;
		(void)wc_diag_add(parser->diags, WC_E0012, span, "this duration is too long");
		return 0;
	}
	wrong(parser, span, "a number or a duration",
	    "durations end in `ms`, `s`, `m` or `h`; a name begins with a letter");
	return 0;
}
