#ifndef WD_SERVICE_LIMITS_H
#define WD_SERVICE_LIMITS_H

/* Every maximum of the runtime, one line each, with its reason. */

/* ---- recordings ---- */
#define WD_RECORDING_MAX (64u << 20)        /* bytes of a recording: a run may hold as much in values */
#define WD_RECORDING_CALLS_MAX 100000u      /* calls in one: more than a file of 64 MiB has of any size */

/* ---- backends ---- */
#define WD_RESPONSE_MAX (4u << 20)          /* bytes of one answer: four times the largest text */
#define WD_RESPONSE_HEADERS_MAX (64u << 10) /* bytes of its header: what proxies take, eight times */
#define WD_REQUEST_MAX (8u << 20)           /* bytes of a request: the largest text, escaped */
#define WD_URL_MAX 8192u                    /* bytes: what common servers accept */
#define WD_CONNECT_TIMEOUT_MS 10000u        /* a server that does not pick up by then is down */
#define WD_CONNECTIONS_KEPT 64u             /* idle connections kept open for reuse, each shard */
#define WD_TRANSPORT_SHARDS 8u              /* one multi handle slows down as connections pile up */
#define WD_DETAIL_MAX 400u                  /* bytes of a failure: what the machine keeps */
#define WD_BINDINGS_MAX 256u                /* backends of one service */

/* ---- the embedded adaptors ---- */
#define WD_SENTENCES_MAX 4096u              /* of a prompt that `extract` reads: bounds its time */
#define WD_SENTENCE_MAX 1024u               /* bytes of one, then it is cut: work is the square */
#define WD_READING_MAX (256u << 10)         /* bytes of a prompt that it reads: a short book */
#define WD_PICK_MAX 200u                    /* bytes it puts into a text inside a structure */
#define WD_SUMMARY_MAX 600u                 /* bytes of a text that it gives as a whole result */
#define WD_INDEX_FILES_MAX 10000u           /* files of a folder that `sqlite` indexes at open */
#define WD_INDEX_FILE_MAX (16u << 20)       /* bytes of one such file */
#define WD_INDEX_BYTES_MAX (256u << 20)     /* bytes of them all: the index is in memory */
#define WD_INDEX_RECORDS_MAX 1000000u       /* passages or lines: the same */
#define WD_INDEX_DEPTH_MAX 8u               /* folders inside folders */
#define WD_PASSAGE_MAX 1200u                /* bytes of a passage: a few paragraphs */
#define WD_QUERY_TERMS_MAX 64u              /* different words of a query that count */

/* ---- the service ---- */
#define WD_BODY_MAX (48u << 20)             /* bytes of a request: the two largest modules in base64, and records */
#define WD_HEADERS_MAX (16u << 10)          /* bytes of a request's header: what common servers accept, twice over */
#define WD_IDLE_SECONDS 60                  /* a connection that says nothing is closed */
#define WD_WORKFLOWS_MAX 64u                /* launched by one service */
#define WD_RUNS_MAX 256u                    /* in flight; beyond it callers are told to come back */
#define WD_RUNS_KEPT 256u                   /* ended runs that can still be asked for */
#define WD_LAUNCH_RECORDS_MAX 4096u         /* records that come with one launch: what a verdict takes */
#define WD_LAUNCH_EARLIER_MAX 256u          /* earlier bytecode that comes with one: of a few environments */
#define WD_RECORDS_KEPT 4096u               /* signed records about one workflow: what a verdict takes */
#define WD_KEPT_BYTES_MAX (256u << 20)      /* of ended runs that can still be asked for */
#define WD_IDEMPOTENCY_KEY_MAX 128u         /* bytes of a caller's key: a UUID, three times over */
#define WD_REGATE_SECONDS 60                /* how often a running workflow meets the gate again */

#endif
