/*
 * The shortest way from one sequence of texts to another. Knows nothing of what the texts mean.
 */
#include "vm/view/edits.h"

#include "vm/base/hash.h"

#include <assert.h>

#define CONTEXT 3u
#define NOWHERE (-1) /* no path of so many edits ends on this diagonal */

/* ---- numbering ---------------------------------------------------------------------- */

struct numbering {
	const struct wr_text **known; /* by slot; NULL is free */
	uint32_t *ids;                /* by slot */
	size_t mask;
	uint64_t seed;
	uint32_t len;
};

static uint32_t
number_of(struct numbering *n, const struct wr_text *t)
{
	size_t slot = (size_t)wr_hash(t->at, t->size, n->seed) & n->mask;

	while (n->known[slot] != NULL && !wr_text_eq(*n->known[slot], *t))
		slot = (slot + 1) & n->mask;
	if (n->known[slot] == NULL) {
		n->known[slot] = t;
		n->ids[slot] = n->len++;
	}
	return n->ids[slot];
}

static enum wr_status
no_room(const struct wr_arena *arena)
{
	return arena->over ? WR_LIMIT : WR_NOMEM;
}

enum wr_status
wr_edits_number(const struct wr_text *old, size_t old_len, const struct wr_text *now,
    size_t now_len, struct wr_arena *arena, uint32_t *old_ids, uint32_t *now_ids, uint32_t *ret_len)
{
	/* Where memory lies is not known to who wrote the texts, so nobody can prepare collisions.
	 */
	struct numbering n = { .seed = (uint64_t)(uintptr_t)old_ids };
	size_t room = 16;

	assert(old_len < UINT32_MAX / 2 && now_len < UINT32_MAX / 2);
	while (room < (old_len + now_len) * 2)
		room *= 2;
	n.mask = room - 1;
	n.known = wr_arena_array(arena, room, sizeof *n.known);
	n.ids = wr_arena_array(arena, room, sizeof *n.ids);
	if (n.known == NULL || n.ids == NULL)
		return no_room(arena);
	for (size_t i = 0; i < old_len; i++)
		old_ids[i] = number_of(&n, &old[i]);
	for (size_t i = 0; i < now_len; i++)
		now_ids[i] = number_of(&n, &now[i]);
	*ret_len = n.len;
	return WR_OK;
}

/* ---- the shortest path -------------------------------------------------------------- */

/*
 * Diagonal k holds the points with x - k = y: x of the old and y of the new sequence are done.
 * After round d, at[k] is the farthest x on it that d edits reach. The rounds are kept to find the
 * way back.
 */
struct search {
	const uint32_t *old, *now;
	int32_t old_len, now_len;
	int32_t **rounds; /* rounds[d][k + d] */
	int32_t found;    /* the round that reached the end, or NOWHERE */
};

/*
 * Where round d comes to diagonal k, before what is equal; *ret_down: by a text of the new
 * sequence.
 */
static int32_t
arrive(const struct search *s, int32_t d, int32_t k, bool *ret_down)
{
	const int32_t *before = s->rounds[d - 1] + (d - 1);
	int32_t right = k - 1 >= -(d - 1) ? before[k - 1] : NOWHERE;
	int32_t down = k + 1 <= d - 1 ? before[k + 1] : NOWHERE;

	if (right != NOWHERE)
		right = right + 1 <= s->old_len ? right + 1 : NOWHERE;
	if (down != NOWHERE && down - k > s->now_len)
		down = NOWHERE;
	*ret_down = down != NOWHERE && down >= right;
	return *ret_down ? down : right;
}

static enum wr_status
search(struct search *s, struct wr_arena *arena)
{
	s->found = NOWHERE;
	s->rounds = wr_arena_array(arena, WR_EDITS_MAX + 1, sizeof *s->rounds);
	if (s->rounds == NULL)
		return no_room(arena);
	for (int32_t d = 0; d <= (int32_t)WR_EDITS_MAX; d++) {
		s->rounds[d] = wr_arena_array(arena, (size_t)d * 2 + 1, sizeof **s->rounds);
		if (s->rounds[d] == NULL)
			return no_room(arena);
		for (int32_t k = -d; k <= d; k++) {
			bool down;
			int32_t x = NOWHERE;

			if (((k + d) & 1) == 0 && k >= -s->now_len && k <= s->old_len)
				x = d == 0 ? 0 : arrive(s, d, k, &down);
			while (x != NOWHERE && x < s->old_len && x - k < s->now_len &&
			       s->old[x] == s->now[x - k])
				x++;
			s->rounds[d][k + d] = x;
			if (x == s->old_len && x - k == s->now_len) {
				s->found = d;
				return WR_OK;
			}
		}
	}
	return WR_OK;
}

/* The operations of the path that was found, written from its end to its beginning. */
static size_t
walk_back(const struct search *s, char *end)
{
	int32_t x = s->old_len, k = s->old_len - s->now_len;
	char *at = end;

	for (int32_t d = s->found; d >= 0; d--) {
		bool down = false;
		int32_t from = d == 0 ? 0 : arrive(s, d, k, &down);

		for (; x > from; x--)
			*--at = ' ';
		if (d == 0)
			break;
		*--at = down ? '+' : '-';
		x = down ? from : from - 1;
		k += down ? 1 : -1;
	}
	return (size_t)(end - at);
}

enum wr_status
wr_edits_make(const struct wr_text *old, size_t old_len, const struct wr_text *now, size_t now_len,
    struct wr_arena *arena, struct wr_edits *ret)
{
	uint32_t *old_ids = wr_arena_array(arena, old_len + 1, sizeof *old_ids), numbers;
	uint32_t *now_ids = wr_arena_array(arena, now_len + 1, sizeof *now_ids);
	char *ops = wr_arena_get(arena, old_len + now_len + 1);
	size_t head = 0, tail = 0, size;
	struct search s;
	enum wr_status status;

	if (old_ids == NULL || now_ids == NULL || ops == NULL)
		return no_room(arena);
	status = wr_edits_number(old, old_len, now, now_len, arena, old_ids, now_ids, &numbers);
	if (status != WR_OK)
		return status;
	while (head < old_len && head < now_len && old_ids[head] == now_ids[head])
		head++;
	while (tail < old_len - head && tail < now_len - head &&
	       old_ids[old_len - 1 - tail] == now_ids[now_len - 1 - tail])
		tail++;
	s = (struct search){ .old = old_ids + head,
		.now = now_ids + head,
		.old_len = (int32_t)(old_len - head - tail),
		.now_len = (int32_t)(now_len - head - tail) };
	if ((status = search(&s, arena)) != WR_OK)
		return status;
	memset(ops, ' ', head);
	if (s.found != NOWHERE) {
		size = walk_back(&s, ops + old_len + now_len);
		memmove(ops + head, ops + old_len + now_len - size, size);
	} else {
		size = (size_t)s.old_len + (size_t)s.now_len;
		memset(ops + head, '-', (size_t)s.old_len);
		memset(ops + head + s.old_len, '+', (size_t)s.now_len);
	}
	memset(ops + head + size, ' ', tail);
	*ret = (struct wr_edits){ ops, head + size + tail };
	return WR_OK;
}

/* ---- pieces of texts ---------------------------------------------------------------- */

static size_t
line_size(struct wr_text t)
{
	const char *end = memchr(t.at, '\n', t.size);

	return end == NULL ? t.size : (size_t)(end - t.at) + 1;
}

static int
letter_kind(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '_' || (c & 0x80) != 0)
		return 1;
	return c == ' ' ? 2 : 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `4,800` and `1.6` are one word each. */
static bool
inside_number(struct wr_text t, size_t at)
{
	return (t.at[at] == ',' || t.at[at] == '.') && at + 1 < t.size && is_digit(t.at[at - 1]) && is_digit(t.at[at + 1]);
}

static size_t
word_size(struct wr_text t)
{
	size_t size = 1;
	int kind = letter_kind(t.at[0]);

	while (kind != 0 && size < t.size && (letter_kind(t.at[size]) == kind || inside_number(t, size)))
		size++;
	return size;
}

static const struct wr_text *
pieces(
    struct wr_text text, size_t (*size_of)(struct wr_text), struct wr_arena *arena, size_t *ret_len)
{
	struct wr_text *all = NULL;

	for (int pass = 0; pass < 2; pass++) {
		struct wr_text left = text;
		size_t len = 0;

		for (; left.size > 0; len++) {
			size_t size = size_of(left);

			if (pass == 1)
				all[len] = (struct wr_text){ left.at, size };
			left = (struct wr_text){ left.at + size, left.size - size };
		}
		if (pass == 0 && (all = wr_arena_array(arena, len + 1, sizeof *all)) == NULL)
			return NULL;
		*ret_len = len;
	}
	return all;
}

const struct wr_text *
wr_edits_lines(struct wr_text text, struct wr_arena *arena, size_t *ret_len)
{
	return pieces(text, line_size, arena, ret_len);
}

/* Words, spaces, newlines, signs: nothing left out. NULL: no room. */
static const struct wr_text *
words_of(struct wr_text text, struct wr_arena *arena, size_t *ret_len)
{
	return pieces(text, word_size, arena, ret_len);
}

/* How many operations from `at` on are one change: only spaces that both have stand in it. */
static size_t
change_len(const struct wr_edits *e, size_t at, size_t x, const struct wr_text *old)
{
	size_t len = 0;

	for (size_t i = at; i < e->len; i++) {
		if (e->ops[i] == ' ' && (i == at || old[x].at[0] != ' '))
			break;
		x += e->ops[i] != '+';
		if (e->ops[i] != ' ')
			len = i + 1 - at;
	}
	return len;
}

/*
 * Write each change as what is gone, then what is new; a space that both have in its middle is in
 * both. A change that only takes out or only puts in keeps its spaces.
 */
static enum wr_status
smooth(const struct wr_text *old, size_t room, struct wr_arena *arena, struct wr_edits *e)
{
	char *ops = wr_arena_get(arena, room + 1);
	size_t size = 0, x = 0;

	if (ops == NULL)
		return no_room(arena);
	for (size_t i = 0, len; i < e->len; i += len) {
		size_t gone = 0, new = 0, both = 0;

		len = change_len(e, i, x, old);
		if (len == 0) {
			ops[size++] = e->ops[i];
			x++;
			len = 1;
			continue;
		}
		for (size_t k = i; k < i + len; k++) {
			gone += e->ops[k] == '-';
			new += e->ops[k] == '+';
			both += e->ops[k] == ' ';
		}
		if (gone == 0 || new == 0) {
			memcpy(ops + size, e->ops + i, len);
			size += len;
		} else {
			memset(ops + size, '-', gone + both);
			memset(ops + size + gone + both, '+', new + both);
			size += gone + new + 2 * both;
		}
		x += gone + both;
	}
	assert(size <= room);
	*e = (struct wr_edits){ ops, size };
	return WR_OK;
}

enum wr_status
wr_edits_in_words(struct wr_text old, struct wr_text now, struct wr_arena *arena, const struct wr_text **ret_old,
    const struct wr_text **ret_now, struct wr_edits *ret)
{
	size_t old_len = 0, now_len = 0;
	enum wr_status s;

	*ret_old = words_of(old, arena, &old_len);
	*ret_now = words_of(now, arena, &now_len);
	if (*ret_old == NULL || *ret_now == NULL)
		return no_room(arena);
	s = wr_edits_make(*ret_old, old_len, *ret_now, now_len, arena, ret);
	return s != WR_OK ? s : smooth(*ret_old, old_len + now_len, arena, ret);
}

/* ---- the unified form --------------------------------------------------------------- */

static void
put_range(struct wr_buf *buf, const char *sign, size_t first, size_t len)
{
	wr_buf_str(buf, sign);
	wr_buf_u64(buf, len == 0 ? first : first + 1);
	if (len != 1) {
		wr_buf_str(buf, ",");
		wr_buf_u64(buf, len);
	}
}

static void
put_line(struct wr_buf *buf, char op, struct wr_text line)
{
	wr_buf_byte(buf, (uint8_t)op);
	wr_buf_text(buf, line);
	if (line.size == 0 || line.at[line.size - 1] != '\n')
		wr_buf_str(buf, "\n\\ No newline at end of file\n");
}

/* The operations of a hunk end where more than twice the context is equal, or nothing is left. */
static size_t
hunk_end(const struct wr_edits *e, size_t from)
{
	size_t last = from, i = from;

	for (; i < e->len && i - last <= 2 * CONTEXT; i++)
		if (e->ops[i] != ' ')
			last = i + 1;
	return last + CONTEXT < e->len ? last + CONTEXT : e->len;
}

enum wr_status
wr_edits_unified(struct wr_text old, struct wr_text now, const char *old_name, const char *now_name,
    struct wr_arena *arena, struct wr_buf *buf)
{
	size_t old_len = 0, now_len = 0, x = 0, y = 0, i = 0;
	const struct wr_text *a = wr_edits_lines(old, arena, &old_len),
			     *b = wr_edits_lines(now, arena, &now_len);
	struct wr_edits e;
	enum wr_status s;

	if (a == NULL || b == NULL)
		return no_room(arena);
	if ((s = wr_edits_make(a, old_len, b, now_len, arena, &e)) != WR_OK)
		return s;
	for (bool first = true; i < e.len; first = false) {
		size_t start = i, end, gone = 0, come = 0;

		while (start < e.len && e.ops[start] == ' ')
			start++;
		if (start == e.len)
			break;
		end = hunk_end(&e, start);
		start = start - i > CONTEXT ? start - CONTEXT : i;
		x += start - i;
		y += start - i;
		for (size_t k = start; k < end; k++) {
			gone += e.ops[k] != '+';
			come += e.ops[k] != '-';
		}
		if (first) {
			wr_buf_str(buf, "--- ");
			wr_buf_str(buf, old_name);
			wr_buf_str(buf, "\n+++ ");
			wr_buf_str(buf, now_name);
			wr_buf_str(buf, "\n");
		}
		put_range(buf, "@@ -", x, gone);
		put_range(buf, " +", y, come);
		wr_buf_str(buf, " @@\n");
		for (i = start; i < end; i++) {
			put_line(buf, e.ops[i], e.ops[i] == '+' ? b[y] : a[x]);
			x += e.ops[i] != '+';
			y += e.ops[i] != '-';
		}
	}
	return buf->status;
}
