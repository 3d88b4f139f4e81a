/* Load, derive, render, judge. The verdict is the gate's. */
#include "runtime/judge.h"

#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"
#include "vm/view/packet.h"

#define PACKET_MAX (32u << 20)
#define PARTIES_MEMORY (16u << 20)

static bool
labels_at(const void *module, struct wr_text path, uint64_t *ret_labels)
{
	return wr_module_labels_at(module, path, ret_labels);
}

/* One party as the packet states it: its reasons on one line. at NULL when memory is short. */
static struct wr_text
join_reasons(const struct wd_party *party, struct wr_arena *arena)
{
	struct wr_text joined = { NULL, 0 };
	struct wr_buf line;

	wr_buf_init(&line, arena->alloc, PARTIES_MEMORY);
	for (uint32_t i = 0; i < party->reasons_len; i++) {
		wr_buf_str(&line, i > 0 ? "; " : "");
		wr_buf_text(&line, party->reasons[i]);
	}
	if (line.status == WR_OK)
		joined = wr_arena_text(arena, wr_buf_view(&line));
	wr_buf_free(&line);
	return joined;
}

/* The packet of a verified module under the policy. */
static enum wr_status
render(struct wd_case *c, const struct wd_environment *environment, struct wr_arena *arena)
{
	const struct wr_summary *summary = wr_module_summary(c->module);
	struct wr_packet_party *said;
	struct wd_parties parties;
	enum wr_status status;
	char hex[65];

	status = wd_parties_derive(&c->chain->policy, environment, summary, NULL, arena, &parties);
	if (status != WR_OK)
		return status;
	said = wr_arena_array(arena, (size_t)parties.len + 1, sizeof *said);
	if (said == NULL)
		return WR_NOMEM;
	for (uint32_t i = 0; i < parties.len; i++) {
		said[i] = (struct wr_packet_party){ c->chain->policy.roles[parties.at[i].role].name, parties.at[i].count,
			join_reasons(&parties.at[i], arena) };
		if (said[i].reason.at == NULL)
			return WR_NOMEM;
	}
	wd_digest_hex(&c->digest, hex);
	status = wr_packet(c->module, summary, wr_text_of(hex), said, parties.len, &c->packet);
	if (status == WR_OK)
		c->packet_digest = wd_sha256(wr_buf_view(&c->packet));
	return status;
}

enum wr_status
wd_judge(struct wd_case *c)
{
	const struct wd_environment *environment = wd_policy_environment(&c->chain->policy, c->environment);
	struct wd_subject subject = { .labels_at = labels_at };
	struct wd_gate_input input = { .chain = c->chain, .subject = &subject, .bindings = c->bindings,
		.records = c->records, .records_len = c->records_len, .environment = c->environment,
		.evidence = c->evidence, .has_running = c->has_running, .rollback = c->rollback, .running = c->running,
		.version_seen = c->version_seen, .now = c->now };
	struct wr_arena arena;
	enum wr_status status;

	c->digest = wd_sha256(c->bytes);
	wr_buf_init(&c->packet, wd_alloc(), PACKET_MAX);
	wr_arena_init(&arena, wd_alloc(), PARTIES_MEMORY);
	status = wr_load((const uint8_t *)c->bytes.at, c->bytes.size, wd_alloc(), &c->module, &c->refusal);
	if (status == WR_NOMEM)
		goto done;
	if (status == WR_OK && environment != NULL) {
		status = render(c, environment, &arena);
		if (status != WR_OK)
			goto done;
	}
	subject.digest = c->digest;
	subject.module = c->module;
	subject.summary = c->module == NULL ? NULL : wr_module_summary(c->module);
	subject.refusal = c->module == NULL ? &c->refusal : NULL;
	subject.packet = wr_buf_view(&c->packet);
	status = wd_gate(&input, wd_alloc(), &c->verdict);
done:
	wr_arena_free(&arena);
	return status;
}

void
wd_case_free(struct wd_case *c)
{
	if (c->verdict.arena.alloc != NULL)
		wd_verdict_free(&c->verdict);
	if (c->packet.alloc != NULL)
		wr_buf_free(&c->packet);
	wr_module_free(c->module);
	c->module = NULL;
}
