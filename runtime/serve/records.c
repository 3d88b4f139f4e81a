/* What has been said about a workflow, each word once. Whether it counts is the gate's to judge. */
#include "runtime/serve/records.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/service_limits.h"
#include "runtime/sysalloc.h"

static enum wr_status
keep(struct wd_kept_records *records, struct wr_text envelope, const struct wd_digest *digest, uint32_t signer)
{
	char *copy;

	for (uint32_t i = 0; i < records->len; i++)
		if (records->at[i].signer == signer && wd_digest_eq(&records->at[i].digest, digest))
			return WR_OK;
	if (records->len == WD_RECORDS_KEPT)
		return WR_LIMIT;
	if (records->at == NULL)
		records->at = calloc(WD_RECORDS_KEPT, sizeof *records->at);
	copy = records->at == NULL ? NULL : malloc(envelope.size);
	if (copy == NULL)
		return WR_NOMEM;
	memcpy(copy, envelope.at, envelope.size);
	records->at[records->len++] = (struct wd_kept_record){ { copy, envelope.size }, *digest, signer };
	return WR_OK;
}

enum wr_status
wd_records_add(struct wd_kept_records *records, const struct wd_policy *policy, struct wr_text envelope)
{
	struct wd_record_problem problem;
	struct wd_record record;
	enum wr_status status = wd_record_open(policy, envelope, wd_alloc(), &record, &problem);

	if (status == WR_REFUSED)
		return WR_OK;
	if (status != WR_OK)
		return status;
	if (record.kind != WD_TESTED) /* they are for people who review, and must not crowd out what counts */
		status = keep(records, envelope, &record.digest, record.signer);
	wd_record_free(&record);
	return status;
}

enum wr_status
wd_records_join(struct wd_kept_records *records, const struct wd_kept_records *other)
{
	enum wr_status status = WR_OK;

	for (uint32_t i = 0; i < other->len && status == WR_OK; i++)
		status = keep(records, other->at[i].envelope, &other->at[i].digest, other->at[i].signer);
	return status;
}

void
wd_records_free(struct wd_kept_records *records)
{
	for (uint32_t i = 0; i < records->len; i++)
		free((void *)(uintptr_t)records->at[i].envelope.at);
	free(records->at);
	*records = (struct wd_kept_records){ 0 };
}
