/*
 * The whole gate: any bytes as a scenario (tests/support/scenario.h) of policies, records, envelopes, signatures
 * of every kind, bindings, workflow and time, with bytes changed before and after they are signed. The gate
 * must say what the second opinion says, whatever the order.
 */
#include "tests/support/scenario.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct second_verdict second;
	struct scenario s;
	const char *why;

	scenario_start(&s, data, size);
	if (!scenario_agrees(&s, &second, &why) || !scenario_is_stable(&s, &why)) {
		(void)fputs(why, stderr);
		abort();
	}
	scenario_end(&s);
	return 0;
}
