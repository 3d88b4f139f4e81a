/*
 * Messages as SARIF 2.1.0, for code hosts and editors. Decides which part of a message
 * becomes which member; the rules are the catalogue with the first words of its pages.
 * Never a time, and no path but the sources' names, so that a log is the same everywhere.
 */
#include "compiler/diag_parts.h"
#include "compiler/explain.h"

#include <assert.h>

static void
put_member(struct wr_buf *out, const char *lead, struct wr_text value)
{
	wr_buf_str(out, lead);
	wc_json_text(out, value);
}

static void
put_count(struct wr_buf *out, const char *lead, uint32_t n)
{
	wr_buf_str(out, lead);
	wr_buf_u64(out, n);
}

/* ---- places ---------------------------------------------------------------------- */

/* A source's name as a relative reference of RFC 3986. */
static void
put_artifact(struct wr_buf *out, const struct wc_source *source)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~/+,=@!$&()";

	wr_buf_str(out, "\"artifactLocation\":{\"uri\":\"");
	for (const char *at = source->name; *at != '\0'; at++) {
		if (strchr(plain, *at) != NULL) {
			wr_buf_byte(out, (uint8_t)*at);
		} else {
			wr_buf_byte(out, '%');
			wr_buf_byte(out, (uint8_t) "0123456789ABCDEF"[(uint8_t)*at >> 4]);
			wr_buf_byte(out, (uint8_t) "0123456789ABCDEF"[(uint8_t)*at & 15]);
		}
	}
	wr_buf_str(out, "\",\"uriBaseId\":\"%SRCROOT%\"}");
}

static void
put_bytes(struct wr_buf *out, struct wc_span span)
{
	put_count(out, "\"byteOffset\":", span.start);
	put_count(out, ",\"byteLength\":", span.end - span.start);
}

/* {"physicalLocation":{…},"message":{…}}; the message is left out when there is none. */
static void
put_location(struct wr_buf *out, struct wc_span span, struct wr_text message)
{
	struct wc_place from = wc_source_place(span.source, span.start);
	struct wc_place to = wc_source_place(span.source, span.end);

	wr_buf_str(out, "{\"physicalLocation\":{");
	put_artifact(out, span.source);
	put_count(out, ",\"region\":{\"startLine\":", from.line);
	put_count(out, ",\"startColumn\":", from.column);
	put_count(out, ",\"endLine\":", to.line);
	put_count(out, ",\"endColumn\":", to.column);
	wr_buf_byte(out, ',');
	put_bytes(out, span);
	wr_buf_str(out, "}}");
	if (message.size > 0) {
		put_member(out, ",\"message\":{\"text\":", message);
		wr_buf_byte(out, '}');
	}
	wr_buf_byte(out, '}');
}

/* ---- one message ------------------------------------------------------------------- */

/* The other marks with their labels, then the notes, which stand where the message does. */
static void
put_related(struct wr_buf *out, const struct wc_diag *d)
{
	const char *lead = ",\"relatedLocations\":[";

	for (uint32_t i = 1; i < d->marks_len; i++) {
		wr_buf_str(out, lead);
		put_location(out, d->marks[i].span, d->marks[i].label);
		lead = ",";
	}
	for (uint32_t i = 0; i < d->notes_len; i++) {
		wr_buf_str(out, lead);
		put_location(out, d->marks[0].span, d->notes[i]);
		lead = ",";
	}
	if (*lead == ',' && lead[1] == '\0')
		wr_buf_byte(out, ']');
}

static bool
seen_before(const struct wc_diag *d, uint32_t edit)
{
	for (uint32_t i = 0; i < edit; i++)
		if (d->edits[i].span.source == d->edits[edit].span.source)
			return true;
	return false;
}

static void
put_replacements(struct wr_buf *out, const struct wc_diag *d, const struct wc_source *source)
{
	bool first = true;

	for (uint32_t i = 0; i < d->edits_len; i++) {
		if (d->edits[i].span.source != source)
			continue;
		wr_buf_str(out, first ? "{\"deletedRegion\":{" : ",{\"deletedRegion\":{");
		put_bytes(out, d->edits[i].span);
		put_member(out, "},\"insertedContent\":{\"text\":", d->edits[i].text);
		wr_buf_str(out, "}}");
		first = false;
	}
}

/* All edits of a message are one fix: they are made together or not at all. */
static void
put_fix(struct wr_buf *out, const struct wc_diag *d)
{
	wr_buf_str(out, ",\"fixes\":[{");
	if (d->helps_len > 0) {
		put_member(out, "\"description\":{\"text\":", d->helps[0]);
		wr_buf_str(out, "},");
	}
	wr_buf_str(out, "\"artifactChanges\":[");
	for (uint32_t i = 0; i < d->edits_len; i++) {
		if (seen_before(d, i))
			continue;
		wr_buf_str(out, i > 0 ? ",{" : "{");
		put_artifact(out, d->edits[i].span.source);
		wr_buf_str(out, ",\"replacements\":[");
		put_replacements(out, d, d->edits[i].span.source);
		wr_buf_str(out, "]}");
	}
	wr_buf_str(out, "]}]");
}

/* What is wrong, and on lines of their own what to do about it: many tools show no more. */
static void
put_message(struct wr_buf *out, const struct wc_diag *d)
{
	struct wr_buf text;

	wr_buf_init(&text, out->alloc, out->max);
	wr_buf_text(&text, d->message);
	for (uint32_t i = 0; i < d->helps_len; i++) {
		wr_buf_str(&text, "\nhelp: ");
		wr_buf_text(&text, d->helps[i]);
	}
	put_member(out, ",\"message\":{\"text\":", wr_buf_view(&text));
	wr_buf_byte(out, '}');
	if (out->status == WR_OK)
		out->status = text.status;
	wr_buf_free(&text);
}

void
wc_diag_put_sarif(const struct wc_diag *d, struct wr_buf *out)
{
	bool first = out->size > 0 && out->at[out->size - 1] == '['; /* as wc_sarif_open left it */

	wr_buf_str(out, first ? "\n" : ",\n");
	put_member(out, "{\"ruleId\":", wr_text_of(wc_code_text(d->code)));
	put_count(out, ",\"ruleIndex\":", d->code);
	put_member(out, ",\"level\":", wr_text_of(wc_diag_level_text(d)));
	put_message(out, d);
	if (d->marks[0].span.source != NULL) {
		wr_buf_str(out, ",\"locations\":[");
		put_location(out, d->marks[0].span, d->marks[0].label);
		wr_buf_byte(out, ']');
		put_related(out, d);
	}
	if (d->edits_len > 0)
		put_fix(out, d);
	wr_buf_byte(out, '}');
}

/* ---- the log ------------------------------------------------------------------------- */

/* The first paragraph of a page, on one line. */
static void
put_description(struct wr_buf *out, enum wc_code code)
{
	struct wr_text t = wc_explain_short(code);
	const char *newline;

	wr_buf_str(out, ",\"shortDescription\":{\"text\":\"");
	while (t.size > 0) {
		size_t size;
		struct wr_buf line;

		newline = memchr(t.at, '\n', t.size);
		size = newline != NULL ? (size_t)(newline - t.at) : t.size;
		wr_buf_init(&line, out->alloc, out->max);
		wc_json_text(&line, (struct wr_text){ t.at, size });
		if (line.size > 2)
			wr_buf_add(out, line.at + 1, line.size - 2); /* without its quotes */
		if (out->status == WR_OK)
			out->status = line.status;
		wr_buf_free(&line);
		if (newline == NULL)
			break;
		wr_buf_byte(out, ' ');
		t.size -= (size_t)(newline + 1 - t.at);
		t.at = newline + 1;
	}
	wr_buf_str(out, "\"}");
}

static void
put_rule(struct wr_buf *out, enum wc_code code)
{
	bool error = wc_code_level(code) == WC_LEVEL_ERROR;

	put_member(out, "{\"id\":", wr_text_of(wc_code_text(code)));
	put_member(out, ",\"name\":", wr_text_of(wc_code_name(code)));
	put_description(out, code);
	wr_buf_str(out, ",\"help\":{\"text\":\"`writ explain ");
	wr_buf_str(out, wc_code_text(code));
	wr_buf_str(out, "` shows a wrong program and a right one.\"}");
	wr_buf_str(out, ",\"defaultConfiguration\":{\"level\":");
	wr_buf_str(out, error ? "\"error\"}}" : "\"warning\"}}");
}

void
wc_sarif_open(struct wr_buf *out, const char *version)
{
	assert(out != NULL && version != NULL);
	wr_buf_str(out, "{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
			"errata01/os/schemas/sarif-schema-2.1.0.json\","
			"\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"writ\"");
	put_member(out, ",\"version\":", wr_text_of(version));
	wr_buf_str(out, ",\"rules\":[");
	for (unsigned i = 0; i < WC_CODE_COUNT; i++) {
		wr_buf_str(out, i > 0 ? ",\n" : "\n");
		put_rule(out, (enum wc_code)i);
	}
	wr_buf_str(out, "]}},\n\"columnKind\":\"unicodeCodePoints\",\"originalUriBaseIds\":"
			"{\"%SRCROOT%\":{\"description\":{\"text\":"
			"\"the folder that writ was started in\"}}},\n\"results\":[");
}

void
wc_sarif_close(struct wr_buf *out, const struct wr_text *failures, size_t failures_len)
{
	assert(out != NULL && (failures != NULL || failures_len == 0));
	wr_buf_str(out, "],\n\"invocations\":[{\"executionSuccessful\":");
	wr_buf_str(out, failures_len == 0 ? "true" : "false");
	wr_buf_str(out, ",\"toolExecutionNotifications\":[");
	for (size_t i = 0; i < failures_len; i++) {
		wr_buf_str(out, i > 0 ? ",\n" : "\n");
		put_member(out, "{\"level\":\"error\",\"message\":{\"text\":", failures[i]);
		wr_buf_str(out, "}}");
	}
	wr_buf_str(out, "]}]}]}\n");
}
