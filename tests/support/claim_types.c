#include "tests/support/claim_types.h"

#include <float.h>

static struct wr_member
member(const char *name, uint32_t type)
{
	return (struct wr_member){ .name = wr_text_of(name), .type = type };
}

static uint32_t
nominal(struct wr_types *types, enum wr_type_kind kind, const char *name, const struct wr_member *members,
    uint32_t len)
{
	return wr_types_add(types, (struct wr_type){
		.kind = kind, .name = wr_text_of(name), .members = members, .members_len = len,
	});
}

void
claim_types_init(struct claim_types *c, struct wr_arena *arena)
{
	struct wr_types *t = &c->types;
	uint32_t cents;

	wr_types_init(t, arena);
	c->severity_members[0] = member("low", WR_NONE);
	c->severity_members[1] = member("high", WR_NONE);
	c->severity_members[2] = member("worst", WR_NONE);
	c->severity = nominal(t, WR_TYPE_VARIANTS, "Severity", c->severity_members, 3);
	cents = wr_type_int(t, 1, 5000000);
	c->decision_members[0] = member("pay", cents);
	c->decision_members[1] = member("deny", WR_NONE);
	c->decision = nominal(t, WR_TYPE_VARIANTS, "Decision", c->decision_members, 2);
	c->line_members[0] = member("text", wr_type_text(t, 0, 10));
	c->line_members[1] = member("cents", cents);
	c->line = nominal(t, WR_TYPE_RECORD, "Line", c->line_members, 2);
	c->claim_members[0] = member("id", wr_type_text(t, 1, 4));
	c->claim_members[0].description = WR_TEXT("its \"number\"");
	c->claim_members[1] = member("count", wr_type_int(t, -WR_INT_DEFAULT, WR_INT_DEFAULT));
	c->claim_members[2] = member("score", wr_type_number(t, 0, 1.5));
	c->claim_members[3] = member("open", wr_type_bool(t));
	c->claim_members[4] = member("note", wr_type_option(t, wr_type_text(t, 0, 65536)));
	c->claim_members[5] = member("lines", wr_type_list(t, c->line, 1, 3));
	c->claim_members[6] = member("severity", c->severity);
	c->claim_members[7] = member("decision", c->decision);
	c->claim_members[8] = member("any", wr_type_number(t, -DBL_MAX, DBL_MAX));
	c->claim_members[8].description = WR_TEXT("any number");
	c->claim = nominal(t, WR_TYPE_RECORD, "Claim", c->claim_members, 9);
}
