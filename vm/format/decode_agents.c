/*
 * Agents: signature, backend, drops, body, settings. Settings are known to the backend's kind, in
 * range, in order, not equal to a default, and the required ones are there. Whether a template is a
 * text, or a kind can give such a result, is the verifier's question.
 */
#include "vm/format/decoder.h"

#include <assert.h>

static void
check_range(struct wr_decoder *d, const struct wr_setting_info *info, int64_t n)
{
	if (d->status == WR_OK && (n < info->lo || n > info->hi))
		wr_decoder_refuse(d, "a setting out of its range");
}

static int64_t
read_integer(struct wr_decoder *d, const struct wr_setting_info *info)
{
	uint64_t n = wr_read_uleb(d);

	if (n > INT64_MAX)
		n = INT64_MAX; /* above every range */
	check_range(d, info, (int64_t)n);
	return (int64_t)n;
}

/* TEXTS, PAIRS and TEMPLATES. */
static void
read_pairs(struct wr_decoder *d, const struct wr_setting_info *info, struct wr_setting *s)
{
	uint32_t len = wr_read_count(d, WR_TABLE_MAX);
	struct wr_pair *pairs;

	check_range(d, info, len);
	pairs = wr_decoder_array(d, len, sizeof *pairs);
	wr_decoder_names(d);
	for (uint32_t i = 0; i < len && d->status == WR_OK; i++) {
		if (info->shape != WR_SHAPE_TEXTS)
			pairs[i].name = wr_read_new_name(d, WR_NAME_FIELD);
		if (info->shape == WR_SHAPE_TEMPLATES)
			wr_add_root(d, pairs[i].root = wr_read_root(d));
		else
			pairs[i].text = wr_read_str(d);
	}
	s->pairs = pairs;
	s->pairs_len = len;
}

static void
read_setting_value(struct wr_decoder *d, const struct wr_setting_info *info, struct wr_setting *s)
{
	switch (info->shape) {
	case WR_SHAPE_TEXT:
		s->text = wr_read_str(d);
		check_range(d, info, (int64_t)s->text.size);
		break;
	case WR_SHAPE_INT:
	case WR_SHAPE_DURATION:
		s->integer = read_integer(d, info);
		break;
	case WR_SHAPE_NUMBER:
		s->number = wr_read_f64(d);
		if (d->status == WR_OK &&
		    !(s->number >= (double)info->lo && s->number <= (double)info->hi))
			wr_decoder_refuse(d, "a setting out of its range");
		break;
	case WR_SHAPE_BOOL:
		s->integer = wr_read_byte(d);
		check_range(d, info, s->integer);
		break;
	case WR_SHAPE_TEXTS:
	case WR_SHAPE_PAIRS:
	case WR_SHAPE_TEMPLATES:
		read_pairs(d, info, s);
		break;
	case WR_SHAPE_AGENT:
		s->integer = wr_read_index(d, d->agent, "no such agent before it");
		break;
	case WR_SHAPE_TEMPLATE:
	case WR_SHAPE_MESSAGE:
		wr_add_root(d, s->root = wr_read_root(d));
		break;
	}
	if (d->status == WR_OK &&
	    ((s->id == WR_SET_TIMEOUT && s->integer == WR_TIMEOUT_DEFAULT_MS) ||
		(s->id == WR_SET_RETRY && s->integer == 0) ||
		(s->id == WR_SET_IDEMPOTENT && s->integer == 0)))
		wr_decoder_refuse(d, "a setting that says its default");
}

static void
read_settings(struct wr_decoder *d, struct wr_agent *agent)
{
	uint32_t len = wr_read_count(d, WR_TABLE_MAX);
	unsigned kind = 1u << d->module->backends[agent->backend].kind;
	struct wr_setting *settings = wr_decoder_array(d, len, sizeof *settings);
	uint64_t said = 0;
	bool messages = false;

	for (uint32_t i = 0; i < len && d->status == WR_OK; i++) {
		uint32_t id = wr_read_byte(d);
		const struct wr_setting_info *info = wr_setting_info(id);
		bool message = info != NULL && info->shape == WR_SHAPE_MESSAGE;

		if (info == NULL || (info->kinds & kind) == 0) {
			wr_decoder_refuse(d, "a setting that this kind of backend does not have");
			return;
		}
		if (messages ? !message : !message && said >> id != 0)
			wr_decoder_refuse(d, "a setting out of order");
		messages = message;
		said |= 1ull << id;
		settings[i].id = (enum wr_setting_id)id;
		read_setting_value(d, info, &settings[i]);
	}
	for (unsigned id = 0; id < WR_SETTINGS_LEN; id++)
		if ((wr_setting_info(id)->required & kind) != 0 && (said >> id & 1) == 0)
			wr_decoder_refuse(d, "a required setting is missing");
	agent->settings = settings;
	agent->settings_len = len;
}

static void
read_params(struct wr_decoder *d, struct wr_agent *agent)
{
	agent->params_len = wr_read_count(d, WR_MEMBERS_MAX);
	agent->params = wr_decoder_array(d, agent->params_len, sizeof *agent->params);
	wr_decoder_names(d);
	for (uint32_t i = 0; i < agent->params_len && d->status == WR_OK; i++) {
		agent->params[i].name = wr_read_new_name(d, WR_NAME_VALUE);
		agent->params[i].type = wr_read_index(d, d->module->types_len, "no such type");
	}
}

void
wr_read_agents(struct wr_decoder *d)
{
	struct wr_module *m = d->module;

	m->agents_len = wr_read_count(d, WR_TABLE_MAX);
	m->agents = wr_decoder_array(d, m->agents_len, sizeof *m->agents);
	for (uint32_t i = 0; i < m->agents_len && d->status == WR_OK; i++) {
		struct wr_agent *a = &m->agents[i];

		a->name = wr_read_name(d, WR_NAME_VALUE);
		d->agent = i;
		read_params(d, a);
		d->params_len = a->params_len;
		a->result = wr_read_index(d, m->types_len, "no such type");
		a->backend = wr_read_index(d, m->backends_len, "no such backend");
		a->drops = wr_read_drops(d);
		wr_read_code(d, &a->body);
		if (d->status == WR_OK)
			read_settings(d, a);
		wr_end_code(d);
	}
	d->agent = WR_NONE;
}
