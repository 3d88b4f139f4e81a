/* Bindings: what they may say, where, and what their digest leaves out. */
#include "runtime/sysalloc.h"
#include "runtime/trust/bindings.h"
#include "tests/support/failing_alloc.h"
#include "tests/support/trust_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(bindings, .timeout = 20);

#define HEAD "{\"type\":\"writ-bindings/1\",\"environment\":\"development\",\"backends\":"
#define ONE(members) HEAD "{\"ledger\":{" members "}}}"

Test(bindings, reads_what_it_says)
{
	struct wd_bindings b;
	struct wd_json_error e;
	const struct wd_binding *ledger;

	cr_assert_eq(
	    wd_bindings_read(&b, wd_alloc(),
		WR_TEXT(ONE("\"adaptor\":\"http\",\"address\":\"http://127.0.0.1:8099\","
			    "\"credential\":\"env:LEDGER_TOKEN\",\"proxy\":\"http://p:1\"")),
		&e),
	    WR_OK, "%s", e.text);
	ledger = wd_bindings_find(&b, WR_TEXT("ledger"));
	cr_assert_not_null(ledger);
	cr_expect_str_eq(ledger->adaptor->word, "http");
	cr_expect(wr_text_eq(ledger->address, WR_TEXT("http://127.0.0.1:8099")));
	cr_expect_eq(ledger->credential, WD_CREDENTIAL_ENV);
	cr_expect(wr_text_eq(ledger->credential_name, WR_TEXT("LEDGER_TOKEN")));
	cr_expect(wr_text_eq(ledger->proxy, WR_TEXT("http://p:1")));
	cr_expect_null(wd_bindings_find(&b, WR_TEXT("house")));
	wd_bindings_free(&b);
}

Test(bindings, refuses_each_wrong_one_with_its_place)
{
	static const struct {
		const char *text, *place;
		enum wr_status status;
	} cases[] = {
		{ HEAD "{}}", "", WR_OK },
		{ ONE(""), "", WR_OK },
		{ HEAD "{},\"x\":1}", "x", WR_MALFORMED },
		{ "{\"type\":\"writ-bindings/1\",\"backends\":{}}", "environment", WR_MALFORMED },
		{ "{\"type\":\"writ-bindings/2\",\"environment\":\"development\",\"backends\":{}}",
		    "type", WR_MALFORMED },
		{ "{\"type\":\"writ-bindings/1\",\"environment\":\"test\",\"backends\":{}}",
		    "environment", WR_MALFORMED },
		{ ONE("\"adaptor\":\"gopher\""), "backends.ledger.adaptor", WR_MALFORMED },
		{ ONE("\"token\":\"x\""), "backends.ledger.token", WR_MALFORMED },
		{ ONE("\"credential\":\"s3cret\""), "backends.ledger.credential", WR_MALFORMED },
		{ ONE("\"credential\":\"env:\""), "backends.ledger.credential", WR_MALFORMED },
		{ ONE("\"credential\":\"env:A=B\""), "backends.ledger.credential", WR_MALFORMED },
		{ ONE("\"credential\":\"file:\""), "backends.ledger.credential", WR_MALFORMED },
		{ ONE("\"address\":\"http://a\\nb\""), "backends.ledger.address", WR_MALFORMED },
		{ ONE("\"address\":\"\""), "backends.ledger.address", WR_MALFORMED },
		{ ONE("\"limits\":{}"), "backends.ledger.limits", WR_REFUSED },
		{ "{\"type\":\"writ-bindings/"
		  "1\",\"environment\":\"production\",\"backends\":{\"l\":{\"credential\":\"file:"
		  "x\"}}}",
		    "", WR_OK },
		{ "{\"type\":\"writ-bindings/"
		  "1\",\"environment\":\"production\",\"backends\":{\"l\":{\"address\":\"http://"
		  "x\"}}}",
		    "backends.l.address", WR_MALFORMED },
		{ "{\"type\":\"writ-bindings/"
		  "1\",\"environment\":\"production\",\"backends\":{\"l\":{\"adaptor\":\"http\"}}}",
		    "backends.l.adaptor", WR_MALFORMED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wd_bindings b;
		struct wd_json_error e = { 0 };
		enum wr_status got =
		    wd_bindings_read(&b, wd_alloc(), wr_text_of(cases[i].text), &e);

		cr_expect_eq(got, cases[i].status, "%s: %s", cases[i].text, e.text);
		cr_expect_str_eq(e.place, cases[i].place, "%s", cases[i].text);
		if (got == WR_OK)
			wd_bindings_free(&b);
	}
}

static struct wd_digest
digest_of(const char *text)
{
	struct wd_bindings b;
	struct wd_json_error e;
	struct wd_digest digest;

	cr_assert_eq(wd_bindings_read(&b, wd_alloc(), wr_text_of(text), &e), WR_OK, "%s", e.text);
	digest = b.digest;
	wd_bindings_free(&b);
	return digest;
}

Test(bindings, the_digest_is_of_all_but_the_credentials)
{
	struct wd_digest a = digest_of(
	    ONE("\"adaptor\":\"http\",\"address\":\"http://a\",\"credential\":\"env:A\""));
	struct wd_digest other_credential = digest_of(
	    ONE("\"credential\":\"file:b\",\"address\":\"http://a\", \"adaptor\":\"http\""));
	struct wd_digest no_credential =
	    digest_of(ONE("\"adaptor\":\"http\",\"address\":\"http://a\""));
	struct wd_digest other_address =
	    digest_of(ONE("\"adaptor\":\"http\",\"address\":\"http://b\""));
	struct wd_digest empty = digest_of(HEAD "{}}");
	struct wd_bindings none;

	cr_expect(wd_digest_eq(&a, &other_credential) && wd_digest_eq(&a, &no_credential));
	cr_expect(!wd_digest_eq(&a, &other_address));
	cr_assert_eq(wd_bindings_none(&none, wd_alloc(), "development"), WR_OK);
	cr_expect(wd_digest_eq(&none.digest, &empty));
	wd_bindings_free(&none);
}

Test(bindings, a_route_is_the_policy_with_the_binding_over_it)
{
	struct wd_policy p = fixture_policy(NULL, NULL);
	const struct wd_backend_rule *house = wd_policy_backend(&p, WR_TEXT("house"));
	struct wd_binding binding = { .credential = WD_CREDENTIAL_ENV,
		.credential_name = WR_TEXT("T") };
	struct wd_route route;

	cr_expect(!wd_route_find(NULL, NULL, &route));
	cr_expect(wd_route_find(house, NULL, &route));
	cr_expect_str_eq(route.adaptor->word, "openai");
	cr_expect(
	    wr_text_eq(route.address, house->endpoint) && route.credential == WD_CREDENTIAL_NONE);
	cr_expect(wd_route_find(house, &binding, &route));
	cr_expect(
	    wr_text_eq(route.address, house->endpoint) && route.credential == WD_CREDENTIAL_ENV);
	binding.adaptor = wd_protocol_find(WR_TEXT("extract"));
	cr_expect(wd_route_find(house, &binding, &route));
	cr_expect_str_eq(route.adaptor->word, "extract");
	cr_expect_eq(route.address.size, 0, "the endpoint was another protocol's");
	binding.adaptor = NULL;
	binding.address = WR_TEXT("http://127.0.0.1:1/v1");
	cr_expect(wd_route_find(house, &binding, &route));
	cr_expect(wr_text_eq(route.address, binding.address));
	wd_policy_free(&p);
}

Test(bindings, survives_every_allocation_failure)
{
	struct failing_alloc f = { 0 };

	while (failing_alloc_next(&f)) {
		struct wd_bindings b;
		struct wd_json_error e;
		enum wr_status got =
		    wd_bindings_read(&b, &f.hook, WR_TEXT(ONE("\"credential\":\"env:A\"")), &e);

		cr_assert_eq(got, f.calls > f.fail_at ? WR_NOMEM : WR_OK);
		if (got == WR_OK)
			wd_bindings_free(&b);
		cr_assert_eq(f.live_bytes, 0);
	}
}
