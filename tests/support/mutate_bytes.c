/* Changes by bytes. Knows of the format only that sections have a length. */
#include "tests/support/mutate.h"

#define SECTIONS 8

struct section {
	size_t payload, end;
};

/* Of bytes that load. */
static void
find_sections(struct wr_text bytes, struct section ret[SECTIONS])
{
	size_t at = 6;

	for (int i = 0; i < SECTIONS; i++) {
		size_t len = 0;
		unsigned shift = 0;

		at++;
		do {
			len |= (size_t)((uint8_t)bytes.at[at] & 0x7f) << shift;
			shift += 7;
		} while ((uint8_t)bytes.at[at++] >= 0x80);
		ret[i] = (struct section){ at, at + len };
		at += len;
	}
}

static void
put_uleb(struct wr_buf *out, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		wr_buf_byte(out, (uint8_t)(0x80 | (n & 0x7f)));
	wr_buf_byte(out, (uint8_t)n);
}

/* One change to a section's payload, appended to out. */
static const char *
change(struct answers *d, struct wr_text p, struct wr_buf *out)
{
	size_t at = answers_roll(d, (uint32_t)p.size), from = answers_roll(d, (uint32_t)p.size);
	size_t len = 1 + answers_roll(d, 4);
	uint8_t byte = (uint8_t)p.at[at];

	len = len > p.size - at ? p.size - at : len;
	len = len > p.size - from ? p.size - from : len;
	wr_buf_add(out, p.at, at);
	switch (answers_roll(d, 7)) {
	case 0:
		wr_buf_byte(out, (uint8_t)answers_roll(d, 256));
		wr_buf_add(out, p.at + at + 1, p.size - at - 1);
		return "a byte replaced";
	case 1:
		wr_buf_byte(out, (uint8_t)(byte + 1));
		wr_buf_add(out, p.at + at + 1, p.size - at - 1);
		return "a byte one more";
	case 2:
		wr_buf_byte(out, (uint8_t)(byte - 1));
		wr_buf_add(out, p.at + at + 1, p.size - at - 1);
		return "a byte one less";
	case 3:
		wr_buf_add(out, p.at + from, len);
		wr_buf_add(out, p.at + at, p.size - at);
		return "bytes put in";
	case 4:
		wr_buf_add(out, p.at + at + len, p.size - at - len);
		return "bytes taken out";
	case 5:
		wr_buf_add(out, p.at + from, len);
		wr_buf_add(out, p.at + at + len, p.size - at - len);
		return "bytes copied over others";
	default:
		wr_buf_byte(out, (uint8_t)answers_roll(d, 12));
		wr_buf_add(out, p.at + at + 1, p.size - at - 1);
		return "a byte made small";
	}
}

void
mutate_bytes(struct answers *d, struct wr_text bytes, struct wr_text other, struct wr_buf *out,
    struct mutate_name *ret)
{
	static const uint8_t likely[] = { 0, 1, 2, 2, 3, 4, 4, 4, 5, 5, 5, 5, 6, 7 };
	struct section ours[SECTIONS], theirs[SECTIONS];
	int which = likely[answers_roll(d, sizeof likely)];
	bool splice = answers_roll(d, 40) == 0;

	find_sections(bytes, ours);
	find_sections(other, theirs);
	ret->name = "a section of another module";
	wr_buf_add(out, bytes.at, 6);
	for (int i = 0; i < SECTIONS; i++) {
		struct wr_text p = { bytes.at + ours[i].payload, ours[i].end - ours[i].payload };
		struct wr_buf changed;

		wr_buf_init(&changed, out->alloc, out->max);
		if (i == which && splice)
			wr_buf_add(&changed, other.at + theirs[i].payload,
			    theirs[i].end - theirs[i].payload);
		else if (i == which && p.size > 0)
			ret->name = change(d, p, &changed);
		else
			wr_buf_text(&changed, p);
		wr_buf_byte(out, (uint8_t)(i + 1));
		put_uleb(out, changed.size);
		wr_buf_text(out, wr_buf_view(&changed));
		wr_buf_free(&changed);
	}
}
