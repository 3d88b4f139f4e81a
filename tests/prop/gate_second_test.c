/*
 * A second opinion on approval: random policies, versions, records, bindings, workflows and times, whole and
 * spoilt, each judged by the gate and by the second opinion. They must agree in everything: which policy is in
 * force, what is unmet, until when it holds; and no order of records or versions may change it.
 */
#include "tests/support/scenario.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(gate_second, .timeout = 300);

#define ROUNDS 600
#define BYTES 640

static void
fill(uint64_t seed, uint8_t bytes[BYTES])
{
	uint64_t state = seed * 0x9e3779b97f4a7c15u | 1;

	for (size_t i = 0; i < 2 * BYTES; i++) { /* the first are much like those of the seed before */
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i % BYTES] = (uint8_t)(state >> 24);
	}
}

Test(gate_second, approves_the_good_case)
{
	struct scenario s;
	struct second_verdict second;
	const char *why = "";

	scenario_start(&s, NULL, 0);
	cr_expect(scenario_agrees(&s, &second, &why) && scenario_is_stable(&s, &why), "%s", why);
	cr_expect(second.judged && second.unmet == 0);
	scenario_end(&s);
}

Test(gate_second, agrees_with_the_gate_about_everything)
{
	const char *seed = getenv("WRIT_SEED"), *rounds = getenv("WRIT_ROUNDS");
	uint64_t first = seed == NULL ? 1 : strtoull(seed, NULL, 0);
	long n = rounds == NULL ? ROUNDS : atol(rounds), yes = 0, judged = 0;
	uint64_t met = ~(uint64_t)0; /* conditions that held in all */
	uint8_t bytes[BYTES];

	for (long round = 0; round < n; round++) {
		struct second_verdict second;
		struct scenario s;
		const char *why = "";
		bool agree;

		fill(first + (uint64_t)round, bytes);
		scenario_start(&s, bytes, sizeof bytes);
		agree = scenario_agrees(&s, &second, &why) && (round % 4 != 0 || scenario_is_stable(&s, &why));
		scenario_end(&s);
		yes += second.judged && second.unmet == 0;
		judged += second.judged;
		met &= second.judged ? ~second.unmet : ~(uint64_t)0;
		cr_expect(agree, "WRIT_SEED=%llu WRIT_ROUNDS=1\n%s", (unsigned long long)(first + (uint64_t)round), why);
		if (!agree)
			break;
	}
	if (n < ROUNDS)
		return;
	cr_expect(yes * 5 > n && judged * 5 > n * 4, "the sets say too little: %ld of %ld approved, %ld judged", yes, n, judged);
	for (int code = 0; code < WD_CODE_ENVELOPE; code++)
		cr_expect((met >> code & 1) == 0, "no set lacked this:%s", second_words((uint64_t)1 << code));
}
