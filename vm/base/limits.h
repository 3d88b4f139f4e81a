#ifndef WR_BASE_LIMITS_H
#define WR_BASE_LIMITS_H

/*
 * Every maximum of the language and the machine, one line each, with its reason.
 * They are part of language version 1: raising one changes which programs load.
 */
#define WR_MODULE_MAX (16u << 20)   /* bytes of a .wfb: fits in memory many times over */
#define WR_NODES_MAX 65535u         /* nodes of a module, flow and agent bodies together */
#define WR_TABLE_MAX 65535u         /* strings, types, backends, agents: each */
#define WR_OPERANDS_MAX 65535u      /* operands of one node */
#define WR_MEMBERS_MAX 1024u        /* fields of a record, variants of a type, parameters */
#define WR_LABELS_MAX 64u           /* a label set is one 64-bit word */
#define WR_LIST_MAX 65535u          /* items of a list: the default bound of a list */
#define WR_TEXT_MAX (1u << 20)      /* bytes of a text: the largest bound that may be stated */
#define WR_TEXT_DEFAULT 65536u      /* bytes of a `text` that states no bound */
#define WR_BLOCKS_DEEP 16u          /* blocks inside blocks; the verifier's recursion */
#define WR_LOOPS_DEEP 3u            /* loops inside loops: the label pass runs 3^n times */
#define WR_ROUNDS_MAX 1000u         /* rounds of a loop: what takes more is not a conversation */
#define WR_TYPES_DEEP 5u            /* records in records, lists in lists: what model providers accept */
#define WR_TYPE_WALK_MAX 32u        /* any walk over a type, derived ones too, goes no deeper */
#define WR_RETRY_MAX 5u             /* retries of an agent */
#define WR_FALLBACKS_MAX 4u /* one after the other, for one call: each makes its path longer */
#define WR_TIMEOUT_MAX_MS (30ull * 24 * 3600 * 1000) /* a human may take a month */
#define WR_NAME_MAX 64u             /* bytes of a name: fits a column, a label, a file name */
#define WR_INT_DEFAULT 9007199254740991ll /* I-JSON (RFC 7493): every client reads it exactly */
#define WR_SCHEMA_TYPES_MAX (1u << 20) /* types in the schemas of a module: types share parts, schemas repeat them */
#define WR_LOADED_MAX (512u << 20)  /* bytes of a module in memory: a byte of a constant may become 16 */
#define WR_JSON_DEPTH_MAX 64u       /* brackets in JSON from outside; types need fewer */
#define WR_HEAP_MAX (64u << 20)     /* bytes of values one run may hold, unless its host says less */
#define WR_FUEL_MAX (1ull << 32)    /* elementary pure operations of a run, about a minute of CPU */
#define WR_EMAIL_MIN 6u             /* bytes of what the find_ built-ins give: a@b.cc */
#define WR_EMAIL_MAX 254u
#define WR_CARD_MIN 13u             /* digits alone */
#define WR_CARD_MAX 37u             /* 19 digits, six gaps of three bytes */
#define WR_IBAN_MIN 15u             /* of Norway */
#define WR_IBAN_MAX 57u             /* 33 characters, eight spaces of three bytes */
#define WR_PHONE_MIN 9u
#define WR_PHONE_MAX 48u            /* where a spelling is given up */
#define WR_BACKOFF_FIRST_MS 250u    /* before the first retry; doubles */
#define WR_BACKOFF_MAX_MS 8000u

#endif
