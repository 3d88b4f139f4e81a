/* A review on a terminal: what must be decided first, then the page. Decides the order and the colours. */
#include "vm/view/review.h"

#include "vm/view/page.h"
#include "vm/view/safe.h"
#include "vm/view/show.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"

struct review_text {
	const struct wr_review *r;
	struct wr_buf *buf;
	bool colour;
};

static void
put(struct review_text *t, const char *colour, const char *words)
{
	wr_buf_str(t->buf, t->colour ? colour : "");
	wr_buf_str(t->buf, words);
	wr_buf_str(t->buf, t->colour ? "\033[0m" : "");
}

/* A text of somebody else's: what is hidden is shown. */
static void
safe_text(struct wr_buf *buf, struct wr_text text)
{
	if (wr_utf8_valid(text))
		wr_safe_text(buf, text);
	else
		wr_buf_str(buf, "<bytes that are no UTF-8>");
}

/* A list of words under a column, wrapped. */
static void
wrapped(struct review_text *t, size_t column, struct wr_text text)
{
	struct wr_page page = { t->buf, t->buf->size };
	struct wr_buf safe;

	wr_buf_init(&safe, t->buf->alloc, t->buf->max);
	safe_text(&safe, text);
	wr_page_to(&page, column, 0);
	wr_page_words(&page, column, wr_buf_view(&safe));
	wr_page_newline(&page);
	if (safe.status != WR_OK && t->buf->status == WR_OK)
		t->buf->status = safe.status;
	wr_buf_free(&safe);
}

static void
head(struct review_text *t)
{
	const struct wr_packet *p = t->r->plan;

	put(t, BOLD, t->r->approved ? "approved" : "not approved");
	wr_buf_str(t->buf, " for ");
	safe_text(t->buf, p->environment);
	wr_buf_str(t->buf, "\npacket    sha256:");
	wr_buf_text(t->buf, t->r->packet_hex);
	wr_buf_str(t->buf, "\ncompared  ");
	if (p->basis == NULL) {
		put(t, YELLOW, "with nothing");
	} else {
		wr_buf_str(t->buf, "with sha256:");
		wr_buf_text(t->buf, p->basis->digest_hex);
		if (!t->r->basis_agreed)
			put(t, YELLOW, "\n          which nobody approved here: read the whole, not only what changes");
	}
	wr_buf_str(t->buf, "\n");
}

static void
parties(struct review_text *t)
{
	put(t, BOLD, "\nmust approve");
	wr_buf_str(t->buf, "\n");
	for (size_t i = 0; i < t->r->parties_len; i++) {
		const struct wr_review_party *p = &t->r->parties[i];

		put(t, p->met ? GREEN : YELLOW, p->met ? "  yes  " : "  no   ");
		safe_text(t->buf, p->role);
		wr_buf_str(t->buf, ": ");
		safe_text(t->buf, p->state);
		wr_buf_str(t->buf, "\n");
		for (size_t k = 0; k < p->reasons_len; k++)
			wrapped(t, 9, p->reasons[k]);
	}
}

static void
unmet(struct review_text *t)
{
	bool any = false;

	for (size_t i = 0; i < t->r->conditions_len; i++) {
		const struct wr_review_condition *c = &t->r->conditions[i];

		if (c->met || strcmp(c->code, "approval-missing") == 0)
			continue; /* who is missing stands above */
		if (!any)
			put(t, BOLD, "\nnot met");
		wr_buf_str(t->buf, any ? "" : "\n");
		any = true;
		put(t, RED, "  no   ");
		wr_buf_str(t->buf, c->text);
		wr_buf_str(t->buf, " (");
		wr_buf_str(t->buf, c->code);
		wr_buf_str(t->buf, "; ");
		wr_buf_str(t->buf, c->who);
		wr_buf_str(t->buf, " can change that)\n");
		if (c->detail.size > 0)
			wrapped(t, 9, c->detail);
	}
}

static void
tests(struct review_text *t)
{
	put(t, BOLD, "\ntests, which no approval hangs on");
	wr_buf_str(t->buf, "\n");
	if (t->r->tests_len == 0)
		wr_buf_str(t->buf, "  nobody has signed what came of them\n");
	for (size_t i = 0; i < t->r->tests_len; i++) {
		const struct wr_review_tests *one = &t->r->tests[i];

		put(t, !one->counts ? YELLOW : one->good ? GREEN : RED,
		    !one->counts ? "  ?    " : one->good ? "  yes  " : "  no   ");
		safe_text(t->buf, one->text);
		wr_buf_str(t->buf, "\n");
	}
}

static enum wr_status
changes(struct review_text *t)
{
	const struct wr_packet *p = t->r->plan;
	struct wr_buf diff;
	enum wr_status s;

	if (p->basis == NULL)
		return WR_OK;
	wr_buf_init(&diff, t->buf->alloc, t->buf->max);
	s = wr_diff(p->basis, &p->now, WR_DIFF_SOURCE, &diff);
	put(t, BOLD, "\nwhat changes, riskiest first");
	wr_buf_str(t->buf, "\n");
	if (s == WR_OK && t->colour)
		wr_diff_paint(wr_buf_view(&diff), t->buf);
	else if (s == WR_OK)
		wr_buf_text(t->buf, wr_buf_view(&diff));
	wr_buf_free(&diff);
	return s;
}

static void
policy(struct review_text *t)
{
	const struct wr_packet *p = t->r->plan;

	put(t, BOLD, "\nwhat the policy says of its backends");
	wr_buf_str(t->buf, "\n");
	for (uint32_t i = 0; i < p->now.summary->backends_len; i++) {
		const struct wr_packet_backend *b = &p->backends[i];

		struct wr_page page = { t->buf, t->buf->size };

		wr_buf_str(t->buf, "  ");
		wr_buf_text(t->buf, p->now.summary->backends[i].name);
		wr_page_to(&page, 15, 2);
		if (b->protocol == NULL) {
			put(t, RED, "nothing");
		} else {
			wr_buf_str(t->buf, b->class);
			wr_buf_str(t->buf, ", ");
			wr_buf_str(t->buf, b->protocol);
			wr_buf_str(t->buf, b->endpoint.size > 0 ? " at " : "");
			safe_text(t->buf, b->endpoint);
		}
		wr_buf_str(t->buf, "\n");
	}
}

enum wr_status
wr_review_text(const struct wr_review *review, bool colour, struct wr_buf *buf)
{
	struct review_text t = { review, buf, colour };
	const struct wr_diff_side *now = &review->plan->now;
	enum wr_status s;

	head(&t);
	parties(&t);
	unmet(&t);
	tests(&t);
	if ((s = changes(&t)) != WR_OK)
		return s;
	policy(&t);
	wr_buf_str(buf, "\n");
	return wr_show(now->module, now->summary, now->digest_hex, review->size, buf);
}
