/* Load, find the basis, derive, render, judge. The verdict is the gate's. */
#include "runtime/judge.h"

#include <stdio.h>

#include "runtime/sysalloc.h"
#include "runtime/workspace.h"
#include "vm/base/limits.h"

#define PACKET_MAX (128u << 20)

static bool
labels_at(const void *module, struct wr_text path, uint64_t *ret_labels)
{
	return wr_module_labels_at(module, path, ret_labels);
}

enum wr_status
wd_judge_policy(const struct wr_module *module, const struct wd_policy *policy, const struct wr_alloc *alloc,
    struct wd_verdict *ret_verdict)
{
	const struct wd_subject subject = { .summary = wr_module_summary(module), .labels_at = labels_at,
		.module = module };

	return wd_gate_policy(policy, &subject, alloc, ret_verdict);
}

static enum wr_status
memory(const struct wr_arena *arena)
{
	return arena->over ? WR_LIMIT : WR_NOMEM;
}

/* One party as the packet states it: its reasons on one line. at NULL when memory is short. */
static struct wr_text
join_reasons(const struct wd_party *party, struct wr_arena *arena)
{
	struct wr_text joined = { NULL, 0 };
	struct wr_buf line;

	wr_buf_init(&line, arena->alloc, PACKET_MAX);
	for (uint32_t i = 0; i < party->reasons_len; i++) {
		wr_buf_str(&line, i > 0 ? "; " : "");
		wr_buf_text(&line, party->reasons[i]);
	}
	if (line.status == WR_OK)
		joined = wr_arena_text(arena, wr_buf_view(&line));
	wr_buf_free(&line);
	return joined;
}

/* What the policy says about the backends that are used. */
static const struct wr_packet_backend *
backends_of(const struct wd_policy *policy, const struct wr_summary *summary, struct wr_arena *arena)
{
	struct wr_packet_backend *said = wr_arena_array(arena, (size_t)summary->backends_len + 1, sizeof *said);

	for (uint32_t i = 0; said != NULL && i < summary->backends_len; i++) {
		const struct wd_backend_rule *rule = wd_policy_backend(policy, summary->backends[i].name);

		if (rule != NULL)
			said[i] = (struct wr_packet_backend){ rule->protocol->word, wd_class_word(rule->class),
				rule->endpoint };
	}
	return said;
}

static struct wr_diff_side
side_of(const struct wr_module *module, const struct wd_digest *digest, struct wr_arena *arena)
{
	char *hex = wr_arena_get(arena, 65);

	if (hex != NULL)
		wd_digest_hex(digest, hex);
	return (struct wr_diff_side){ module, wr_module_summary(module), { hex, 64 } };
}

/* All that the views of a plan are made from. */
static enum wr_status
gather(struct wd_case *c, const struct wd_environment *environment)
{
	const struct wd_policy *policy = &c->chain->policy;
	const struct wr_summary *basis = c->basis == NULL ? NULL : wr_module_summary(c->basis);
	struct wr_packet *plan = &c->plan;
	struct wd_earlier compared = { .summary = basis, .losses = &c->losses };
	struct wr_packet_party *said;
	struct wd_parties parties;
	enum wr_status status;

	plan->now = side_of(c->module, &c->digest, &c->arena);
	c->basis_side = basis == NULL ? plan->now : side_of(c->basis, &c->basis_digest, &c->arena);
	plan->basis = basis == NULL ? NULL : &c->basis_side;
	plan->backends = backends_of(policy, plan->now.summary, &c->arena);
	if (plan->backends == NULL || plan->now.digest_hex.at == NULL || c->basis_side.digest_hex.at == NULL)
		return memory(&c->arena);
	plan->environment = environment->name;
	plan->graph = &c->graph;
	plan->flows = &c->flows;
	status = wd_parties_derive(policy, environment, plan->now.summary, &compared, basis != NULL, plan->flows, &c->arena,
	    &parties);
	if (status != WR_OK)
		return status;
	said = wr_arena_array(&c->arena, (size_t)parties.len + 1, sizeof *said);
	for (uint32_t i = 0; said != NULL && i < parties.len; i++) {
		said[i] = (struct wr_packet_party){ policy->roles[parties.at[i].role].name, parties.at[i].count,
			join_reasons(&parties.at[i], &c->arena) };
		if (said[i].reason.at == NULL)
			return memory(&c->arena);
	}
	plan->parties = said;
	plan->parties_len = parties.len;
	return said == NULL ? memory(&c->arena) : WR_OK;
}

/* The packet of a verified module under the policy. */
static enum wr_status
render(struct wd_case *c, const struct wd_environment *environment)
{
	enum wr_status status = gather(c, environment);

	if (status == WR_OK)
		status = wr_packet_write(&c->plan, &c->packet);
	if (status == WR_OK)
		c->packet_digest = wd_sha256(wr_buf_view(&c->packet));
	return status;
}

/*
 * Bytecode that is at hand, hashed and verified. ret_module is NULL when it is not that; ret_here
 * says whether its bytes are here at all.
 */
static enum wr_status
load_other(struct wd_case *c, const struct wd_digest *wanted, struct wr_module **ret_module, bool *ret_here)
{
	struct wr_load_refusal refusal;
	struct wd_digest got;
	struct wr_buf bytes;
	enum wr_status status = WR_OK;

	*ret_module = NULL;
	*ret_here = false;
	wr_buf_init(&bytes, wd_alloc(), WR_MODULE_MAX);
	if (c->fetch == NULL || c->fetch(c->user, wanted, &bytes) != WR_OK)
		goto done;
	got = wd_sha256(wr_buf_view(&bytes));
	if (!wd_digest_eq(&got, wanted))
		goto done;
	*ret_here = true;
	status = wr_load((const uint8_t *)bytes.at, bytes.size, wd_alloc(), ret_module, &refusal);
	if (status != WR_OK)
		*ret_module = NULL;
	status = status == WR_NOMEM ? WR_NOMEM : WR_OK;
done:
	wr_buf_free(&bytes);
	return status;
}

static enum wr_status
load_basis(struct wd_case *c, const struct wd_digest *wanted)
{
	bool here;
	enum wr_status status = load_other(c, wanted, &c->basis, &here);

	c->basis_digest = *wanted;
	if (status == WR_OK && c->basis != NULL)
		status = wr_losses_find(c->basis, c->module, &c->arena, &c->losses);
	return status;
}

static enum wr_status
load_earlier(struct wd_case *c, const struct wd_digest *wanted)
{
	struct wd_past *past = &c->past[c->past_len];
	struct wr_module **module = &c->earlier[c->past_len++];
	enum wr_status status;

	*past = (struct wd_past){ .digest = *wanted };
	status = load_other(c, wanted, module, &past->here);
	if (status != WR_OK || *module == NULL)
		return status;
	past->summary = wr_module_summary(*module);
	return wr_losses_find(*module, c->module, &c->arena, &past->losses);
}

/* The picture, the ways in it, and what all of it is to be compared with. */
static enum wr_status
study(struct wd_case *c, const struct wd_gate_input *input)
{
	struct wd_wanted wanted = { .has_basis = false };
	enum wr_status status = wr_graph_make(c->module, &c->arena, &c->graph);

	if (status == WR_OK)
		status = wr_flows_make(&c->graph, wr_module_summary(c->module), &c->arena, &c->flows);
	if (status == WR_OK)
		status = wd_gate_wanted(input, wd_alloc(), &wanted);
	if (status == WR_OK && (c->look != NULL || wanted.has_basis))
		status = load_basis(c, c->look != NULL ? c->look : &wanted.basis);
	for (uint32_t i = 0; i < wanted.earlier_len && status == WR_OK; i++)
		status = load_earlier(c, &wanted.earlier[i]);
	return status;
}

enum wr_status
wd_workflow_name(struct wr_text bytecode, char ret[WR_NAME_MAX + 1])
{
	struct wr_load_refusal refusal;
	struct wr_module *module;
	enum wr_status status = wr_load((const uint8_t *)bytecode.at, bytecode.size, wd_alloc(), &module, &refusal);

	ret[0] = '\0';
	if (status != WR_OK)
		return status == WR_NOMEM ? status : WR_OK;
	(void)snprintf(ret, WR_NAME_MAX + 1, "%.*s", (int)wr_module_summary(module)->workflow.size,
	    wr_module_summary(module)->workflow.at);
	wr_module_free(module);
	return WR_OK;
}

enum wr_status
wd_judge(struct wd_case *c)
{
	const struct wd_environment *environment = wd_policy_environment(&c->chain->policy, c->environment);
	struct wd_subject subject = { .labels_at = labels_at };
	struct wd_gate_input input = { .chain = c->chain, .subject = &subject, .bindings = c->bindings,
		.records = c->records, .records_len = c->records_len, .unread = c->unread, .environment = c->environment,
		.evidence = c->evidence, .has_running = c->has_running, .rollback = c->rollback, .running = c->running,
		.version_seen = c->version_seen, .now = c->now };
	enum wr_status status;

	c->digest = wd_sha256(c->bytes);
	wr_buf_init(&c->packet, wd_alloc(), PACKET_MAX);
	wr_arena_init(&c->arena, wd_alloc(), WR_LOADED_MAX);
	status = wr_load((const uint8_t *)c->bytes.at, c->bytes.size, wd_alloc(), &c->module, &c->refusal);
	if (status == WR_NOMEM)
		return status;
	subject.digest = c->digest;
	subject.module = c->module;
	subject.summary = c->module == NULL ? NULL : wr_module_summary(c->module);
	subject.refusal = c->module == NULL ? &c->refusal : NULL;
	if (c->module != NULL) {
		status = study(c, &input);
		if (status == WR_OK && environment != NULL)
			status = render(c, environment);
		if (status != WR_OK)
			return status;
		subject.flows = &c->flows;
	}
	subject.basis = c->basis == NULL ? NULL : wr_module_summary(c->basis);
	subject.basis_digest = c->basis_digest;
	subject.losses = &c->losses;
	subject.packet = wr_buf_view(&c->packet);
	input.past = c->past;
	input.past_len = c->past_len;
	return wd_gate(&input, wd_alloc(), &c->verdict);
}

void
wd_case_free(struct wd_case *c)
{
	if (c->verdict.arena.alloc != NULL)
		wd_verdict_free(&c->verdict);
	if (c->packet.alloc != NULL)
		wr_buf_free(&c->packet);
	if (c->arena.alloc != NULL)
		wr_arena_free(&c->arena);
	wr_module_free(c->basis);
	for (uint32_t i = 0; i < c->past_len; i++)
		wr_module_free(c->earlier[i]);
	c->past_len = 0;
	wr_module_free(c->module);
	c->module = c->basis = NULL;
}
