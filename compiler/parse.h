#ifndef WC_PARSE_H
#define WC_PARSE_H

#include "compiler/ast.h"
#include "compiler/diag.h"

/*
 * Read a source into a tree.
 *
 *   arena     holds the tree and the parser's own tables; nothing else is
 *             allocated, so freeing the arena frees everything
 *   source    must outlive the tree and the diags
 *   diags     gains a message for each mistake
 *   ret_file  the tree, written only with WR_OK
 *
 * WR_OK: the whole source has the shape of the language; diags gained no error.
 * WR_MALFORMED: it does not; diags gained at least one error. After a mistake
 * reading goes on at the next declaration or step, so that one run shows all.
 * WR_NOMEM; WR_LIMIT when the arena's maximum is spent.
 * Linear in the size of the source.
 */
WR_MUST_CHECK enum wr_status wc_parse(struct wr_arena *arena, const struct wc_source *source,
    struct wc_diags *diags, struct wc_file **ret_file);

/* A token or a comment where it stands; kind is of the generated grammar/wf.y.h. */
#define WC_LEXEME_COMMENT (-1)
struct wc_lexeme {
	int kind;
	uint32_t start, end;
};

/* All of a source, in order; of a text, its quotes, its pieces and the tokens of its holes. */
struct wc_lexemes {
	struct wc_lexeme *at;
	uint32_t len, room;
};

/* As wc_parse; ret_lexemes, in the arena too, is complete with WR_OK alone. */
WR_MUST_CHECK enum wr_status wc_parse_lexemes(struct wr_arena *arena,
    const struct wc_source *source, struct wc_diags *diags, struct wc_file **ret_file,
    struct wc_lexemes *ret_lexemes);

/*
 * Read a prompt file: block text with margin 0, one final newline dropped, the
 * same `{{ }}`. Statuses and lifetimes as above. A source of size 0 gives the
 * empty template.
 */
WR_MUST_CHECK enum wr_status wc_parse_prompt(struct wr_arena *arena, const struct wc_source *source,
    struct wc_diags *diags, struct wc_template **ret_template);

#endif
