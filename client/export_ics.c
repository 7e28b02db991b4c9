/* export ics: promises and their terms as a calendar, RFC 5545. */
#include <string.h>

#include "chancery/edtf.h"
#include "export.h"

enum { LINE = 75 }; /* octets, the line's end aside */

/* -- content lines ------------------------------------------------------------------ */

/* Folded so that no line is longer and no character is cut in two. */
static void put_line(FILE *out, struct chy_str line)
{
	size_t room = LINE;

	while (line.size > room) {
		size_t cut = room;

		while (cut > 1 && ((unsigned char)line.data[cut] & 0xc0) == 0x80)
			cut--;
		fwrite(line.data, 1, cut, out);
		fputs("\r\n ", out);
		line.data += cut;
		line.size -= cut;
		room = LINE - 1; /* the blank counts */
	}
	fwrite(line.data, 1, line.size, out);
	fputs("\r\n", out);
}

static void add_escaped(struct chy_buffer *line, struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		if (c == '\n')
			chy_buffer_add_str(line, CHY_STR("\\n"));
		else if ((unsigned char)c < ' ' || c == 0x7f)
			chy_buffer_add_char(line, ' ');
		else {
			if (c == '\\' || c == ';' || c == ',')
				chy_buffer_add_char(line, '\\');
			chy_buffer_add_char(line, c);
		}
	}
}

static void put_text(FILE *out, const char *name, struct chy_str text)
{
	struct chy_buffer line;

	chy_buffer_init(&line);
	chy_buffer_printf(&line, "%s:", name);
	add_escaped(&line, text);
	put_line(out, (struct chy_str){line.data, line.size});
	chy_buffer_fini(&line);
}

static void put_day(FILE *out, const char *name, int64_t day)
{
	struct chy_date date;

	chy_day_to_date(day, &date);
	fprintf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, date.year, date.month, date.day);
}

/* 2014-02-08T12:30:15.123456Z as 20140208T123015Z */
static void put_stamp(FILE *out, struct chy_str time)
{
	fputs("DTSTAMP:", out);
	for (size_t i = 0; i < time.size && i < 19; i++)
		if (time.data[i] != '-' && time.data[i] != ':')
			putc(time.data[i], out);
	fputs("Z\r\n", out);
}

/* -- promises -------------------------------------------------------------------------- */

/* What is to come may still change; what was broken does not take place. */
static const char *status_of(struct chy_str state)
{
	if (chy_str_starts(state, "kept"))
		return "CONFIRMED";
	return chy_str_is(state, "broken") ? "CANCELLED" : "TENTATIVE";
}

static void add_names(struct client *client, struct chy_buffer *out, const json_t *side)
{
	for (size_t i = 0; i < json_array_size(side); i++) {
		if (i)
			chy_buffer_add_str(out, CHY_STR(", "));
		name_of_code(client, chy_json_str(json_array_get(side, i), "code"), out);
	}
}

/* Japan → Russia: AGREE */
static void put_summary(struct client *client, FILE *out, const json_t *promise)
{
	const json_t *to = json_object_get(promise, "recipient");
	struct chy_buffer text;

	chy_buffer_init(&text);
	add_names(client, &text, json_object_get(promise, "actor"));
	if (json_array_size(to)) {
		chy_buffer_add_str(&text, CHY_STR(" → "));
		add_names(client, &text, to);
	}
	chy_buffer_printf(&text, ": %s", json_string_value(json_object_get(promise, "event")));
	put_text(out, "SUMMARY", (struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
}

/* The sentence, then what became of it, then who says so. */
static void put_description(FILE *out, const json_t *promise)
{
	const json_t *by = json_object_get(promise, "by");
	const json_t *sources = json_object_get(promise, "sources");
	struct chy_buffer text;

	chy_buffer_init(&text);
	chy_buffer_add_str(&text, chy_json_str(promise, "sentence"));
	chy_buffer_printf(&text, "\n%s", json_string_value(json_object_get(promise, "state")));
	if (json_is_object(by)) {
		char day[16];

		day_text(happening_day(by), day);
		chy_buffer_printf(
			&text, ": %s %s", day, json_string_value(json_object_get(by, "best")));
	}
	chy_buffer_printf(&text, "\n%s", json_string_value(json_object_get(promise, "best")));
	for (size_t i = 0; i < json_array_size(sources); i++) {
		chy_buffer_add_str(&text, CHY_STR(", "));
		chy_buffer_add_str(
			&text, chy_str_from(json_string_value(json_array_get(sources, i))));
	}
	put_text(out, "DESCRIPTION", (struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
}

/* The first day, and the one after the last. A term without a beginning is its
 * last day. */
static void put_term(FILE *out, const json_t *promise)
{
	int64_t first, last;

	if (!days_of(chy_json_str(promise, "due"), &first, &last))
		return;
	put_day(out, "DTSTART", first == INT64_MIN ? last : first);
	put_day(out, "DTEND", last + 1);
}

static void put_promise(struct export *export, const json_t *promise, const json_t *event)
{
	FILE *out = export->out;
	struct chy_str url = chy_json_str(event, "url"), state = chy_json_str(promise, "state");
	struct chy_buffer id;

	chy_buffer_init(&id);
	chy_buffer_printf(&id, "%s@%s", json_string_value(json_object_get(promise, "best")),
		chy_archive_uuid(export->client->archive));
	fputs("BEGIN:VEVENT\r\n", out);
	put_text(out, "UID", (struct chy_str){id.data, id.size});
	put_stamp(out, chy_json_str(event, "recorded"));
	put_term(out, promise);
	put_summary(export->client, out, promise);
	put_description(out, promise);
	fprintf(out, "STATUS:%s\r\nTRANSP:TRANSPARENT\r\n", status_of(state));
	put_text(out, "CATEGORIES", state);
	if (chy_json_str(promise, "place").size)
		put_text(out, "LOCATION", chy_json_str(promise, "place"));
	if (url.size && chy_str_starts(url, "http")) {
		chy_buffer_clear(&id);
		chy_buffer_add_str(&id, CHY_STR("URL:"));
		for (size_t i = 0; i < url.size; i++)
			if ((unsigned char)url.data[i] > ' ')
				chy_buffer_add_char(&id, url.data[i]);
		put_line(out, (struct chy_str){id.data, id.size});
	}
	fputs("END:VEVENT\r\n", out);
	chy_buffer_fini(&id);
}

static int take_promise(void *user, json_t *promise)
{
	struct export *export = user;
	struct chy_fault fault;
	json_t *event;

	if (chy_view_event(export->client->view, chy_json_str(promise, "best"), &event, &fault)) {
		export->status = tell(&fault);
		return 1;
	}
	put_promise(export, promise, event);
	json_decref(event);
	return export_next(export);
}

int export_ics(struct export *export)
{
	struct chy_fault fault;
	int result;

	fputs("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Chancery//" CHY_VERSION
	      "//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
		export->out);
	result = chy_view_each_commitment(export->client->view, &export->filter,
		latest_day(export->client), take_promise, export, &fault);
	fputs("END:VCALENDAR\r\n", export->out);
	if (export->status)
		return export->status;
	return result < 0 ? tell(&fault) : 0;
}
