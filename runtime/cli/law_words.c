/* Lists of names, who owns a policy, and what it says at its own place: the words that its messages share. */
#include "runtime/cli/law_parts.h"

struct wr_text
wd_law_keep(struct wd_saying *s)
{
	struct wr_text kept = { NULL, 0 };

	if (s->buf.status != WR_NOMEM)
		kept = wr_arena_text(s->diags->arena, wr_buf_view(&s->buf));
	wr_buf_free(&s->buf);
	if (kept.at != NULL)
		return kept;
	s->status = s->diags->arena->over ? WR_LIMIT : WR_NOMEM;
	return WR_TEXT("?");
}

void
wd_law_name(struct wd_saying *s, uint32_t i, uint32_t len, struct wr_text name)
{
	if (i > WD_LAW_NAMES_SHOWN)
		return;
	if (i > 0)
		wr_buf_str(&s->buf, i == WD_LAW_NAMES_SHOWN ? " and " : ", ");
	if (i < WD_LAW_NAMES_SHOWN) {
		wr_buf_text(&s->buf, name);
	} else {
		wr_buf_u64(&s->buf, len - i);
		wr_buf_str(&s->buf, " more");
	}
}

void
wd_law_owners(struct wd_saying *s, struct wc_diag *d, const char *what)
{
	const struct wd_role *owners = &s->policy->owners;
	unsigned threshold = s->policy->owners_threshold;

	for (uint32_t i = 0; i < owners->members_len; i++)
		wd_law_name(s, i, owners->members_len, s->policy->persons[owners->members[i]].name);
	if (threshold == 1)
		wc_diag_help(d, "or ask an owner of the policy to %s: %T", what, wd_law_keep(s));
	else
		wc_diag_help(d, "or ask the owners of the policy to %s; %u of them must sign: %T", what,
		    threshold, wd_law_keep(s));
}

static void
put_path(struct wd_saying *s, const struct wd_member *m)
{
	for (uint32_t i = 0; i < m->len; i++) {
		bool plain = m->names[i].size == 0 || memchr(m->names[i].at, '.', m->names[i].size) == NULL;

		wr_buf_str(&s->buf, !plain ? "[\"" : i > 0 ? "." : "");
		wr_buf_text(&s->buf, m->names[i]);
		wr_buf_str(&s->buf, plain ? "" : "\"]");
	}
}

void
wd_law_quote(struct wd_saying *s, struct wc_diag *d, struct wd_member m, struct wr_text words)
{
	const struct wc_source *source = &s->law->source;
	struct wr_text bytes = { source->bytes, source->size };
	struct wd_json_found found;
	struct wc_span span = { source, 0, 0 };

	if (bytes.at == NULL || !wd_json_find(bytes, m.names, m.len, &found)) {
		put_path(s, &m);
		wc_diag_note(d, "version %lu of the policy, at `%T`: %T", s->policy->version, wd_law_keep(s), words);
		return;
	}
	span.start = (uint32_t)(m.by_name ? found.name : found.value);
	span.end = (uint32_t)(m.by_name ? found.name_end : found.value_end);
	wc_diag_also(d, span, "%T", words);
}

void
wd_law_insert(struct wd_saying *s, struct wc_diag *d, struct wc_span behind, const char *words, struct wr_text more)
{
	behind.start = behind.end;
	wr_buf_str(&s->buf, words);
	wr_buf_text(&s->buf, more);
	wc_diag_edit(d, behind, wd_law_keep(s));
}
