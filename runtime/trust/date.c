/* Dates and durations, in one form each. Never asks what time it is. */
#include "runtime/trust/date.h"

#include <assert.h>

static bool
number(struct wr_text t, size_t at, size_t digits, int64_t *ret)
{
	*ret = 0;
	for (size_t i = at; i < at + digits; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		*ret = *ret * 10 + (t.at[i] - '0');
	}
	return true;
}

/* Days from 1970-01-01 to the first day of a month. */
static int64_t
days_before(int64_t y, int64_t month)
{
	y -= month <= 2; /* a year that begins in March ends with its leap day */
	return y * 365 + y / 4 - y / 100 + y / 400 + ((month + 9) % 12 * 153 + 2) / 5 - 719468;
}

bool
wd_date_read(struct wr_text t, int64_t *ret_seconds)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	int64_t y, mon, d, h, min, s, next;

	if (t.size != sizeof form - 1)
		return false;
	for (size_t i = 0; i < t.size; i++)
		if (form[i] != 'd' && t.at[i] != form[i])
			return false;
	if (!number(t, 0, 4, &y) || !number(t, 5, 2, &mon) || !number(t, 8, 2, &d) ||
	    !number(t, 11, 2, &h) || !number(t, 14, 2, &min) || !number(t, 17, 2, &s))
		return false;
	if (y < 1970 || mon < 1 || mon > 12 || d < 1 || h > 23 || min > 59 || s > 59)
		return false;
	next = mon == 12 ? days_before(y + 1, 1) : days_before(y, mon + 1);
	if (d > next - days_before(y, mon))
		return false;
	*ret_seconds = (days_before(y, mon) + d - 1) * 86400 + h * 3600 + min * 60 + s;
	return true;
}

static void
digits(struct wr_buf *out, int64_t n, int len, const char *after)
{
	char text[8];

	for (int i = len - 1; i >= 0; i--, n /= 10)
		text[i] = (char)('0' + n % 10);
	wr_buf_add(out, text, (size_t)len);
	wr_buf_str(out, after);
}

void
wd_date_write(struct wr_buf *out, int64_t seconds)
{
	int64_t day = seconds / 86400, second = seconds % 86400, y = 1970 + day / 366, mon = 1;

	assert(seconds >= 0 && seconds <= WD_DATE_MAX);
	while (days_before(y + 1, 1) <= day) /* at most 17 years, in 9999 */
		y++;
	while (mon < 12 && days_before(y, mon + 1) <= day)
		mon++;
	digits(out, y, 4, "-");
	digits(out, mon, 2, "-");
	digits(out, day - days_before(y, mon) + 1, 2, "T");
	digits(out, second / 3600, 2, ":");
	digits(out, second / 60 % 60, 2, ":");
	digits(out, second % 60, 2, "Z");
}

bool
wd_duration_read(struct wr_text t, uint64_t *ret_ms)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "d", 86400000 } };
	size_t len = 0;
	int64_t n;

	while (len < t.size && t.at[len] >= '0' && t.at[len] <= '9')
		len++;
	if (len == 0 || len > 9 || t.at[0] == '0' || !number(t, 0, len, &n))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (wr_text_eq(
			wr_text_of(units[i].unit), (struct wr_text){ t.at + len, t.size - len })) {
			*ret_ms = (uint64_t)n * units[i].ms;
			return true;
		}
	return false;
}
