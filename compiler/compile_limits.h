#ifndef WC_COMPILE_LIMITS_H
#define WC_COMPILE_LIMITS_H

/*
 * Every maximum of the compiler, one line each, with its reason. Those of the
 * language itself are in vm/base/limits.h; these only keep bad input cheap.
 */
#define WC_SOURCE_MAX (4u << 20)     /* bytes of a source or prompt file: offsets fit 32 bits */
#define WC_ARENA_MAX (256u << 20)    /* bytes of one compilation: about 60 a source byte */
#define WC_ARENA_RESERVE (64u << 10) /* bytes beyond: for the message that these are spent */
#define WC_STACK_MAX 10000u          /* symbols on the parser's stack: more than WC_DEPTH_MAX needs */
#define WC_DEPTH_MAX 200u            /* expressions inside expressions: later passes recurse */
#define WC_HOLES_DEEP 15u            /* a {{ }} in a text in a {{ }} ...: the scanner's stack */
#define WC_PARTS_MAX 256u            /* files of one program: loading them recurses */
#define WC_ERRORS_MAX 20u            /* errors kept and printed; more help nobody */
#define WC_WARNINGS_MAX 100u         /* warnings kept and printed */
#define WC_DIAG_PARTS_MAX 16u        /* secondary spans, notes, helps, edits of one message: each */
#define WC_DIAG_TEXT_MAX 1024u       /* bytes of one line of a message; longer is cut with ... */
#define WC_EXCERPT_MAX 160u          /* code points shown of one source line */

#endif
