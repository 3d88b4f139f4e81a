/* How often each request was sent: the last part of a recorded call's key. Looks at nothing but digests and names. */
#include <stdlib.h>
#include <string.h>

#include "runtime/recording.h"

#define BUCKETS 1024u

struct sent {
	struct sent *next;
	struct wd_digest sha256;
	uint32_t times;
	size_t agent_size;
	char agent[];
};

struct wd_ordinals {
	struct sent *buckets[BUCKETS];
};

struct wd_ordinals *
wd_ordinals_new(void)
{
	return calloc(1, sizeof(struct wd_ordinals));
}

void
wd_ordinals_free(struct wd_ordinals *o)
{
	for (size_t i = 0; o != NULL && i < BUCKETS; i++)
		while (o->buckets[i] != NULL) {
			struct sent *s = o->buckets[i];

			o->buckets[i] = s->next;
			free(s);
		}
	free(o);
}

uint32_t
wd_ordinals_next(struct wd_ordinals *o, struct wr_text agent, const struct wd_digest *sha256)
{
	struct sent **bucket = &o->buckets[(sha256->at[0] | (unsigned)sha256->at[1] << 8) % BUCKETS], *s = *bucket;

	while (s != NULL && !(wd_digest_eq(&s->sha256, sha256) &&
				wr_text_eq((struct wr_text){ s->agent, s->agent_size }, agent)))
		s = s->next;
	if (s == NULL) {
		s = malloc(sizeof *s + agent.size);
		if (s == NULL)
			return 0;
		*s = (struct sent){ .next = *bucket, .sha256 = *sha256, .agent_size = agent.size };
		memcpy(s->agent, agent.at, agent.size);
		*bucket = s;
	}
	return ++s->times;
}
