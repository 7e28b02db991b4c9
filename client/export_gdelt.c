/* export gdelt: the 61 columns of the event table of GDELT 2.0, a happening and
 * ordered pair of actors a row. export cameo: an event and ordered pair a row,
 * in the manner of KEDS. Columns and what they hold here: docs/export.md. */
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "export.h"

enum { ACTOR = 10, GEO = 8 }; /* columns of an actor, and of a place */

/* -- cells ------------------------------------------------------------------------ */

/* A tab or a line's end within a cell would be one between cells. */
static void put_text(FILE *out, struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++)
		putc((unsigned char)text.data[i] < ' ' ? ' ' : text.data[i], out);
}

static void skip(FILE *out, unsigned columns)
{
	while (columns--)
		putc('\t', out);
}

static bool is_organisation(struct chy_str sector)
{
	return chy_str_is(sector, "IGO") || chy_str_is(sector, "NGO") ||
	       chy_str_is(sector, "NGM") || chy_str_is(sector, "MNC");
}

/* CAMEO: a country before its sector (RUSGOV), the kind of an organisation
 * before its code (IGOUNO). */
static void put_actor_code(FILE *out, const json_t *actor)
{
	struct chy_str code = chy_json_str(actor, "code"), sector = chy_json_str(actor, "sector");

	if (is_organisation(sector))
		put_text(out, sector);
	put_text(out, code);
	if (!is_organisation(sector))
		put_text(out, sector);
}

/* What was found out of a code is kept: the same few come again and again. */
static bool is_country(struct chy_str code, struct chy_str sector)
{
	static struct {
		char code[4];
		bool known;
	} seen[256];
	size_t at = chy_str_hash(code) % 256;
	struct chy_buffer name;

	if (code.size != 3 || is_organisation(sector))
		return false;
	if (memcmp(seen[at].code, code.data, 3) != 0) {
		memcpy(seen[at].code, code.data, 3);
		chy_buffer_init(&name);
		seen[at].known = chy_display_country(seen[at].code, "en", &name) == CHY_OK;
		chy_buffer_fini(&name);
	}
	return seen[at].known;
}

/* Code, name, country, known group, ethnic, two of religion, three of type. */
static void put_actor(struct client *client, FILE *out, const json_t *actor)
{
	struct chy_str code = chy_json_str(actor, "code"), sector = chy_json_str(actor, "sector");
	struct chy_str name = chy_json_str(actor, "name");
	bool country = is_country(code, sector);

	if (!actor) {
		skip(out, ACTOR);
		return;
	}
	if (!name.size)
		name = chy_catalogue_actor_name(client->catalogue, code, "en");
	put_actor_code(out, actor);
	putc('\t', out);
	put_text(out, name);
	putc('\t', out);
	if (country)
		put_text(out, code);
	putc('\t', out);
	if (!country)
		put_text(out, code);
	skip(out, 4);
	put_text(out, sector);
	skip(out, 3);
}

/* Day, month, year, and the part of the year that is over by then. */
static void put_date(FILE *out, int64_t day)
{
	struct chy_date date;

	if (day == INT64_MIN) {
		skip(out, 4);
		return;
	}
	chy_day_to_date(day, &date);
	fprintf(out, "%04d%02d%02d\t%04d%02d\t%04d\t%.4f\t", date.year, date.month, date.day,
		date.year, date.month, date.year,
		date.year + ((date.month - 1) * 30 + date.day) / 365.0);
}

/* Verbal cooperation, material cooperation, verbal conflict, material
 * conflict, by the first two digits of the code. */
static int quad_class(struct chy_str cameo)
{
	int root = (cameo.data[0] - '0') * 10 + cameo.data[1] - '0';

	return root <= 5 ? 1 : root <= 8 ? 2 : root <= 13 ? 3 : 4;
}

/* Code, base, root, class. */
static void put_code(FILE *out, struct chy_str cameo)
{
	if (cameo.size < 2) {
		skip(out, 4);
		return;
	}
	fprintf(out, "%.*s\t%.*s\t%.2s\t%d\t", (int)cameo.size, cameo.data,
		cameo.size < 3 ? (int)cameo.size : 3, cameo.data, cameo.data, quad_class(cameo));
}

/* 2014-02-08T12:30:15.…Z as 20140208123015. */
static void put_time(FILE *out, struct chy_str time)
{
	for (size_t i = 0; i < time.size && i < 19; i++)
		if (time.data[i] >= '0' && time.data[i] <= '9')
			putc(time.data[i], out);
}

/* -- gdelt ------------------------------------------------------------------------ */

struct row {
	struct export *export;
	const json_t *happening;
	json_t *best; /* the event that tells it best */
	unsigned ordinal; /* of the pair */
};

/* A whole number that a double holds, made of the happening's name and the
 * place of the pair: the bits of both well mixed (splitmix64). */
static unsigned long long row_id(const struct row *row)
{
	const char *name = json_string_value(json_object_get(row->happening, "happening"));
	uint64_t mix = strtoull(name + 1, NULL, 16) + (row->ordinal + 1) * 0x9e3779b97f4a7c15u;

	mix = (mix ^ mix >> 30) * 0xbf58476d1ce4e5b9u;
	mix = (mix ^ mix >> 27) * 0x94d049bb133111ebu;
	return (mix ^ mix >> 31) >> 11;
}

/* The headline and the sentence after it are the lead. */
static bool is_root(const json_t *event)
{
	return json_integer_value(json_object_get(event, "s")) <= 2;
}

static size_t count_of(const json_t *happening, const char *key)
{
	return json_array_size(json_object_get(happening, key));
}

static int put_row(void *user, const struct pair *pair)
{
	struct row *row = user;
	FILE *out = row->export->out;
	const json_t *act = row->happening;

	fprintf(out, "%llu\t", row_id(row));
	row->ordinal++;
	put_date(out, happening_day(act));
	put_actor(row->export->client, out, pair->from);
	put_actor(row->export->client, out, pair->to);
	fprintf(out, "%d\t", is_root(row->best));
	put_code(out, chy_json_str(act, "cameo"));
	fprintf(out, "%g\t%zu\t%zu\t%lld\t", json_number_value(json_object_get(act, "score")),
		count_of(act, "events"), count_of(act, "sources"),
		json_integer_value(json_object_get(act, "reports")));
	skip(out, 1 + 2 * GEO + 1);
	put_text(out, chy_json_str(act, "place"));
	skip(out, GEO - 1);
	put_time(out, chy_json_str(row->best, "recorded"));
	putc('\t', out);
	put_text(out, chy_json_str(row->best, "url"));
	putc('\n', out);
	return export_next(row->export);
}

static int put_happening(void *user, json_t *happening)
{
	struct export *export = user;
	struct row row = {export, happening, NULL, 0};
	struct chy_fault fault;
	int result;

	if (export->done_only && !is_done(happening))
		return CHY_OK;
	result = chy_view_event(
		export->client->view, chy_json_str(happening, "best"), &row.best, &fault);
	if (result) {
		export->status = tell(&fault);
		return 1;
	}
	result = each_pair(happening, put_row, &row);
	json_decref(row.best);
	return result;
}

int export_gdelt(struct export *export)
{
	return export_happenings(export, put_happening);
}

/* -- cameo ------------------------------------------------------------------------ */

struct line {
	struct export *export;
	const json_t *event;
	int64_t day;
};

static int put_line(void *user, const struct pair *pair)
{
	const struct line *line = user;
	FILE *out = line->export->out;
	struct chy_date date;

	chy_day_to_date(line->day, &date);
	fprintf(out, "%04d%02d%02d\t", date.year, date.month, date.day);
	if (pair->from)
		put_actor_code(out, pair->from);
	else
		fputs("---", out);
	putc('\t', out);
	if (pair->to)
		put_actor_code(out, pair->to);
	else
		fputs("---", out);
	fprintf(out, "\t%s\t%g\t%.12s_%lld\t%s\n",
		json_string_value(json_object_get(line->event, "cameo")),
		json_number_value(json_object_get(line->event, "score")),
		json_string_value(json_object_get(line->event, "document")),
		json_integer_value(json_object_get(line->event, "s")),
		json_string_value(json_object_get(line->event, "id")));
	return export_next(line->export);
}

/* What has neither day nor code is no event data. */
static int put_event(void *user, json_t *event)
{
	struct export *export = user;
	struct line line = {export, event, day_of_event(event)};

	if ((export->done_only && !is_done(event)) || line.day == INT64_MIN ||
		!chy_json_str(event, "cameo").size)
		return CHY_OK;
	return each_pair(event, put_line, &line);
}

int export_cameo(struct export *export)
{
	return export_events(export, put_event);
}
