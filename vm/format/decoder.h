#ifndef WR_FORMAT_DECODER_H
#define WR_FORMAT_DECODER_H

#include "vm/format/decode.h"
#include "vm/format/names.h"

/*
 * Between the files of the decoder: where it stands in the bytes, and the first thing that
 * was wrong. Once status is not WR_OK every read gives 0 and consumes nothing, so a
 * reader may read on and look later; loops look each time.
 */
struct wr_decoder {
	const uint8_t *bytes, *at, *end; /* end: of the section */
	struct wr_module *module;
	struct wr_arena *arena;
	enum wr_status status;
	struct wr_refusal refusal;

	struct wr_text *strings;
	uint32_t strings_len;
	bool *strings_used;
	uint32_t *stamps; /* by string: the last set of names it was seen in */
	uint32_t stamp;   /* the set of names being read; 0 is none */
	bool *type_names; /* by string: a nominal type has it */
	uint64_t labels_used;

	struct wr_code *code;                /* being read */
	uint32_t agent;                      /* whose body, or WR_NONE */
	uint32_t params_len;                 /* of that agent */
	uint32_t nodes_len;                  /* of all codes so far, the one being read included */
	uint32_t operands_room, blocks_room; /* of the scratch below; its size is in code */
	uint32_t *operands;                  /* scratch, copied when the code ends */
	struct wr_block *blocks;
	uint32_t inputs_min;  /* as many inputs as the flow's nodes mention */
	size_t inputs_offset; /* where it mentions the last of them */
};

/* Keeps the first refusal, at the place that was read last. */
void wr_decoder_refuse(struct wr_decoder *d, const char *why);
void wr_decoder_limit(struct wr_decoder *d, const char *why);

/* Memory or the arena's maximum is spent. */
void wr_decoder_no_room(struct wr_decoder *d);

uint8_t wr_read_byte(struct wr_decoder *d);
uint64_t wr_read_uleb(struct wr_decoder *d);
int64_t wr_read_sleb(struct wr_decoder *d);
double wr_read_f64(struct wr_decoder *d);

/* An index below len; why says what does not exist. */
uint32_t wr_read_index(struct wr_decoder *d, uint32_t len, const char *why);

/* How many things follow, each of at least one byte: more than the bytes that are left is refused,
 * more than max a limit. */
uint32_t wr_read_count(struct wr_decoder *d, uint32_t max);

/* The index of a string, which is marked as used; the string; a name of a kind; a name unlike the
 * others since wr_decoder_names. */
uint32_t wr_read_string(struct wr_decoder *d);
struct wr_text wr_read_str(struct wr_decoder *d);
struct wr_text wr_read_name(struct wr_decoder *d, enum wr_name_kind kind);
void wr_decoder_names(struct wr_decoder *d);
struct wr_text wr_read_new_name(struct wr_decoder *d, enum wr_name_kind kind);

/* Labels that exist. */
uint64_t wr_read_set(struct wr_decoder *d);
struct wr_drops wr_read_drops(struct wr_decoder *d);

/* Zeroed; NULL and status set when there is no room, or when status is set already. */
void *wr_decoder_array(struct wr_decoder *d, uint32_t len, size_t size);

/* The parts. Each ends with status set or its part read. */
void wr_read_types(struct wr_decoder *d);
void wr_read_agents(struct wr_decoder *d);
void wr_read_code(struct wr_decoder *d, struct wr_code *code);
uint32_t wr_read_root(struct wr_decoder *d); /* after wr_read_code: a node of the root block */
void wr_add_root(struct wr_decoder *d, uint32_t root);
void wr_end_code(struct wr_decoder *d); /* after the last root */

#endif
