/*
 * Many texts replaced at once, in time linear in all bytes but for sorting. A tree of what is
 * looked for, read from its end (Aho and Corasick), walks through the text from its end, and
 * knows at each place the longest that begins there; then one walk from the start takes them.
 */
#include "vm/eval.h"

#include <assert.h>

/* ---- the order of texts ---------------------------------------------------------------------- */

/* By their bytes, or by their bytes from the end. */
static int
compare(struct wr_text a, struct wr_text b, bool backward)
{
	size_t least = a.size < b.size ? a.size : b.size;

	if (!backward)
		return wr_text_cmp(a, b);
	for (size_t i = 1; i <= least; i++) {
		unsigned char p = (unsigned char)a.at[a.size - i];
		unsigned char q = (unsigned char)b.at[b.size - i];

		if (p != q)
			return p < q ? -1 : 1;
	}
	return a.size < b.size ? -1 : a.size > b.size;
}

/* Merge from[left..middle-1] and from[middle..end-1] into `to`; the left one wins ties. Each
 * comparison costs no more than the text that it hands on. */
static enum wr_status
merge(struct wr_eval *e, const struct wr_text *texts, bool backward, const uint32_t *from,
    uint32_t *to, const uint32_t part[3])
{
	uint32_t l = part[0], r = part[1];

	for (uint32_t at = part[0]; at < part[2]; at++) {
		bool left = l < part[1];

		if (left && r < part[2])
			left = compare(texts[from[l]], texts[from[r]], backward) <= 0;
		to[at] = left ? from[l++] : from[r++];
		if (wr_eval_pay(e, 1 + texts[to[at]].size / 16) != WR_OK)
			return WR_LIMIT;
	}
	return WR_OK;
}

enum wr_status
wr_eval_sort_texts(struct wr_eval *e, const struct wr_text *texts, uint32_t len, bool backward,
    uint32_t *order, uint32_t *other)
{
	uint32_t *from = order, *to = other;

	for (uint32_t i = 0; i < len; i++)
		from[i] = i;
	for (uint64_t width = 1; width < len; width *= 2) {
		uint32_t *swap = from;

		for (uint64_t left = 0; left < len; left += 2 * width) {
			uint64_t middle = left + width < len ? left + width : len;
			uint64_t end = middle + width < len ? middle + width : len;
			uint32_t part[3] = {(uint32_t)left, (uint32_t)middle, (uint32_t)end};
			enum wr_status s = merge(e, texts, backward, from, to, part);

			if (s != WR_OK)
				return s;
		}
		from = to;
		to = swap;
	}
	if (from != order && len > 0)
		memcpy(order, from, len * sizeof *order);
	return WR_OK;
}

/* ---- the tree ---------------------------------------------------------------------------------- */

/* What is read so far, from the end; nodes of one depth stand together, and the children of one
 * node are neighbours in the order of their bytes. */
struct tree_node {
	uint32_t first, end; /* of its texts, in their order: they end with what is read */
	uint32_t children, children_len;
	uint32_t shorter; /* the longest end of what is read that is a node, and not this one */
	uint32_t text;    /* the longest text that what is read begins with, read forward; or NONE */
	uint32_t depth;
	unsigned char byte; /* read last */
};

struct tree {
	const struct wr_text *texts; /* sorted from their ends by `order`; none is empty */
	const uint32_t *order;
	struct tree_node *nodes;
	uint32_t len;
};

static uint32_t
child(const struct tree *tree, uint32_t node, unsigned char byte)
{
	uint32_t lo = tree->nodes[node].children, hi = lo + tree->nodes[node].children_len;

	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (tree->nodes[middle].byte == byte)
			return middle;
		if (tree->nodes[middle].byte < byte)
			lo = middle + 1;
		else
			hi = middle;
	}
	return WR_NONE;
}

/* Read one more byte. What it falls back by, earlier bytes have paid for. */
static uint32_t
step(const struct tree *tree, uint32_t node, unsigned char byte)
{
	uint32_t next;

	while ((next = child(tree, node, byte)) == WR_NONE && node != 0)
		node = tree->nodes[node].shorter;
	return next == WR_NONE ? 0 : next;
}

/* The children of a node, whose texts are sorted: a child for each byte that comes next. */
static void
grow(struct tree *tree, uint32_t node)
{
	struct tree_node *n = &tree->nodes[node], *c = NULL;

	n->children = tree->len;
	for (uint32_t i = n->first; i < n->end; i++) {
		struct wr_text t = tree->texts[tree->order[i]];
		unsigned char byte;

		if (t.size == n->depth)
			continue;
		byte = (unsigned char)t.at[t.size - 1 - n->depth];
		if (c == NULL || c->byte != byte) {
			c = &tree->nodes[tree->len++];
			*c = (struct tree_node){.first = i, .depth = n->depth + 1, .byte = byte};
			c->shorter = node == 0 ? 0 : step(tree, n->shorter, byte);
			c->text = tree->nodes[c->shorter].text;
			if (t.size == c->depth)
				c->text = tree->order[i]; /* of equal ones the first */
		}
		c->end = i + 1;
	}
	n->children_len = tree->len - n->children;
}

/* ---- replacing --------------------------------------------------------------------------------- */

/* What is under way: all arrays in scratch. */
struct replacing {
	struct wr_text text;
	struct wr_text *texts; /* what is looked for, without the empty ones */
	uint32_t *order, *other, *place; /* place: of texts[i], its index in the list */
	uint32_t *hits; /* by place in the text, which of texts begins there, or NONE */
	struct tree tree;
	uint32_t len;
};

static enum wr_status
room(struct wr_eval *e, struct replacing *r, struct wr_value froms, uint32_t pairs)
{
	size_t bytes = 0, at = 0;
	char *base;

	for (uint32_t i = 0; i < pairs; i++)
		bytes += froms.as.items[i].len;
	assert(bytes <= WR_TEXT_MAX);
	base = wr_eval_scratch(e,
	    pairs * (sizeof *r->texts + 3 * sizeof *r->order) +
		(bytes + 1) * sizeof *r->tree.nodes + (r->text.size + 1) * sizeof *r->hits);
	if (base == NULL)
		return WR_NOMEM;
	r->texts = (struct wr_text *)(void *)base;
	at += pairs * sizeof *r->texts;
	r->tree.nodes = (struct tree_node *)(void *)(base + at);
	at += (bytes + 1) * sizeof *r->tree.nodes;
	r->hits = (uint32_t *)(void *)(base + at);
	at += (r->text.size + 1) * sizeof *r->hits;
	r->order = (uint32_t *)(void *)(base + at);
	r->other = r->order + pairs;
	r->place = r->other + pairs;
	for (uint32_t i = 0; i < pairs; i++)
		if (froms.as.items[i].len > 0) {
			r->place[r->len] = i;
			r->texts[r->len++] = wr_value_text(froms.as.items[i]);
		}
	return wr_eval_pay(e, bytes + r->text.size);
}

static void
find_hits(struct replacing *r)
{
	uint32_t node = 0;

	r->tree.texts = r->texts;
	r->tree.order = r->order;
	r->tree.nodes[0] = (struct tree_node){.end = r->len, .text = WR_NONE};
	r->tree.len = 1;
	for (uint32_t i = 0; i < r->tree.len; i++)
		grow(&r->tree, i);
	for (size_t at = r->text.size; at > 0; at--) {
		node = step(&r->tree, node, (unsigned char)r->text.at[at - 1]);
		r->hits[at - 1] = r->tree.nodes[node].text;
	}
}

/* Walk from the start, and take each text that begins where the one before has ended. With an
 * `out`, write; gives the size of what comes out. */
static uint64_t
take(const struct replacing *r, const struct wr_value *tos, char *out)
{
	uint64_t size = 0;
	size_t at = 0;

	while (at < r->text.size) {
		uint32_t hit = r->hits[at];
		struct wr_text t = {r->text.at + at, 1};

		at += hit == WR_NONE ? 1 : r->texts[hit].size;
		if (hit != WR_NONE)
			t = wr_value_text(tos[r->place[hit]]);
		if (out != NULL && t.size > 0)
			memcpy(out + size, t.at, t.size);
		size += t.size;
	}
	return size;
}

enum wr_status
wr_eval_replace_each(struct wr_eval *e, const struct wr_operation *o, struct wr_value *ret)
{
	struct wr_value froms = o->v[1], tos = o->v[2];
	struct replacing r = {.text = wr_value_text(o->v[0])};
	uint64_t size;
	char *out;
	enum wr_status s = room(e, &r, froms, froms.len < tos.len ? froms.len : tos.len);

	if (s == WR_OK)
		s = wr_eval_sort_texts(e, r.texts, r.len, true, r.order, r.other);
	if (s != WR_OK)
		goto done;
	find_hits(&r);
	size = take(&r, tos.as.items, NULL);
	s = wr_eval_bytes(e, size, &out);
	if (s != WR_OK)
		goto done;
	(void)take(&r, tos.as.items, out);
	*ret = wr_value_of_text((struct wr_text){out, (size_t)size});
done:
	wr_eval_free(e); /* as large as 40 MiB: not kept while a run waits */
	return s;
}
