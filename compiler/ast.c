/* The words for the kinds of the tree, from the table that makes the kinds. */
#include "compiler/ast.h"

const char *
wc_decl_words(enum wc_decl_kind kind)
{
	static const char *const words[] = {
#define DECL(kind, words) words,
#include "compiler/ast.def"
	};

	return words[kind];
}

const char *
wc_binary_text(enum wc_binary op)
{
	static const char *const text[] = {
#define BINARY(kind, operator) operator,
#include "compiler/ast.def"
	};

	return text[op];
}

const char *
wc_type_word(enum wc_type_kind kind)
{
	static const char *const words[] = {
#define TYPE(kind, word) word,
#include "compiler/ast.def"
	};

	return words[kind];
}
