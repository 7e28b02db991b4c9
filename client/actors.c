/* actors: people and bodies with their posts in time, from the catalogue and
 * from what documents said, and who spoke for whom in a dispute. */
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

struct actors {
	struct client *client;
	const char *typed;
	struct chy_str code, dispute;
	int64_t on; /* INT64_MIN: at any time */
	json_t *rows;
	json_t *codes; /* those of the rows, each once: most posts are of none */
};

/* -- posts of the catalogue ---------------------------------------------------- */

static json_t *day_json(int32_t day)
{
	char shown[16];

	if (day == INT32_MIN || day == INT32_MAX)
		return json_null();
	day_text(day, shown);
	return json_string(shown);
}

static bool same_member(const json_t *row, const char *key, struct chy_str text)
{
	return chy_str_equal(chy_json_str(row, key), text);
}

static json_t *row_of_post(const struct actors *actors, const struct chy_post *post)
{
	json_t *row;
	size_t i;

	json_array_foreach(
		actors->rows, i, row) if (same_member(row, "code", post->code) &&
					  same_member(row, "person", post->person) &&
					  same_member(row, "role", post->role)) return row;
	return NULL;
}

static json_t *new_row(const struct chy_post *post)
{
	return json_pack("{s:s%, s:s%, s:s%, s:i, s:i, s:n, s:n, s:n, s:n, s:[]}", "code",
		post->code.data, post->code.size, "person", post->person.data, post->person.size,
		"role", post->role.data, post->role.size, "events", 0, "spoke", 0, "first_seen",
		"last_seen", "first_event", "last_event", "posts");
}

/* Whether the catalogue is asked for people of whom no document tells. */
static bool wanted(const struct actors *actors, const struct chy_post *post)
{
	if (actors->dispute.size || !actors->typed)
		return false;
	return actors->code.size ? chy_str_equal(actors->code, post->code)
				 : chy_names_person(chy_str_from(actors->typed), post->person);
}

static void note_code(struct actors *actors, const json_t *row)
{
	struct chy_str code = chy_json_str(row, "code");

	if (code.size)
		json_object_setn_new(actors->codes, code.data, code.size, json_true());
}

static int take_post(void *user, const struct chy_post *post)
{
	struct actors *actors = user;
	json_t *row = NULL;

	if (json_object_getn(actors->codes, post->code.data, post->code.size))
		row = row_of_post(actors, post);
	if (!row && wanted(actors, post)) {
		row = new_row(post);
		json_array_append_new(actors->rows, row);
		note_code(actors, row);
	}
	if (row)
		json_array_append_new(json_object_get(row, "posts"),
			json_pack("{s:o, s:o}", "from", day_json(post->start), "to",
				day_json(post->end)));
	return 0;
}

/* Who is quoted is not always on a side of the event: the catalogue knows for
 * whom that person spoke on the day. */
struct speaker {
	json_t *row;
	int64_t day;
};

static int take_speaker(void *user, const struct chy_post *post)
{
	const struct speaker *speaker = user;

	if (!same_member(speaker->row, "person", post->person) || speaker->day < post->start ||
		speaker->day > post->end)
		return 0;
	json_object_set_new(speaker->row, "code", json_stringn(post->code.data, post->code.size));
	json_object_set_new(speaker->row, "role", json_stringn(post->role.data, post->role.size));
	return 1;
}

static int64_t day_of(const json_t *row, const char *key)
{
	struct chy_edtf date;
	int64_t first = INT64_MIN, last;

	if (chy_edtf_parse(chy_json_str(row, key), &date) == CHY_OK)
		chy_edtf_bounds(&date, &first, &last);
	return first;
}

/* -- merging -------------------------------------------------------------------- */

static bool same_post(const json_t *a, const json_t *b)
{
	return same_member(a, "code", chy_json_str(b, "code")) &&
	       same_member(a, "person", chy_json_str(b, "person")) &&
	       same_member(a, "role", chy_json_str(b, "role"));
}

static void take_end(json_t *to, const json_t *from, const char *day, const char *event, bool last)
{
	int64_t a = day_of(to, day), b = day_of(from, day);

	if (last ? b <= a : b >= a)
		return;
	json_object_set(to, day, json_object_get(from, day));
	json_object_set(to, event, json_object_get(from, event));
}

static void add_counts(json_t *to, const json_t *from)
{
	static const char *const keys[] = {"events", "spoke"};

	for (size_t i = 0; i < 2; i++)
		json_object_set_new(to, keys[i],
			json_integer(json_integer_value(json_object_get(to, keys[i])) +
				     json_integer_value(json_object_get(from, keys[i]))));
	take_end(to, from, "first_seen", "first_event", false);
	take_end(to, from, "last_seen", "last_event", true);
}

/* A speaker whose post became known joins the row of that post. */
static void join_same(json_t *rows, size_t at)
{
	json_t *row = json_array_get(rows, at);

	for (size_t i = 0; i < json_array_size(rows); i++)
		if (i != at && same_post(json_array_get(rows, i), row)) {
			add_counts(json_array_get(rows, i), row);
			json_array_remove(rows, at);
			return;
		}
}

/* Where no person is named so, the word may be for a body: *o lado russo*. */
static bool place_body(const struct actors *actors, json_t *row)
{
	struct chy_str code =
		chy_catalogue_actor_code(actors->client->catalogue, chy_json_str(row, "person"));

	if (!code.size)
		return false;
	json_object_set_new(row, "code", json_stringn(code.data, code.size));
	json_object_set_new(row, "person", json_null());
	return true;
}

static void place_speakers(struct actors *actors)
{
	for (size_t i = json_array_size(actors->rows); i-- > 0;) {
		json_t *row = json_array_get(actors->rows, i);
		struct speaker speaker = {row, day_of(row, "last_seen")};

		if (!json_is_null(json_object_get(row, "code")))
			continue;
		if (chy_catalogue_posts(actors->client->catalogue, take_speaker, &speaker) ||
			place_body(actors, row))
			join_same(actors->rows, i);
	}
}

/* -- asking ---------------------------------------------------------------------- */

static int ask(struct actors *actors, struct chy_str code, struct chy_str person)
{
	const struct chy_people_filter filter = {
		code, person, actors->dispute, actors->client->as_of};
	struct chy_fault fault;
	json_t *rows;

	if (chy_view_people(actors->client->view, &filter, &rows, &fault))
		return tell(&fault);
	json_array_extend(actors->rows, rows);
	json_decref(rows);
	return 0;
}

/* Everybody whom documents call so. */
static int ask_names(struct actors *actors)
{
	struct chy_fault fault;
	json_t *names, *one;
	size_t i;
	int status = 0;

	if (chy_view_person_names(actors->client->view, &names, &fault))
		return tell(&fault);
	json_array_foreach(names, i, one)
	{
		struct chy_str name = chy_str_from(json_string_value(one));

		if (!status && chy_names_person(chy_str_from(actors->typed), name))
			status = ask(actors, CHY_STR(""), name);
	}
	json_decref(names);
	return status;
}

static int ask_views(struct actors *actors)
{
	/* What was known then is gathered from events, for all names at once. */
	if (actors->dispute.size || !actors->typed || actors->code.size || actors->client->as_of)
		return ask(actors, actors->code, CHY_STR(""));
	return ask_names(actors);
}

static bool covers(const json_t *row, int64_t day)
{
	int64_t first = day_of(row, "first_seen"), last = day_of(row, "last_seen");
	json_t *post;
	size_t i;

	json_array_foreach(json_object_get(row, "posts"), i, post)
	{
		int64_t from = day_of(post, "from"), to = day_of(post, "to");

		if (from <= day && (to == INT64_MIN || day <= to))
			return true;
	}
	return first != INT64_MIN && first <= day && day <= last;
}

static bool chosen(const struct actors *actors, const json_t *row)
{
	if (actors->on != INT64_MIN && !covers(row, actors->on))
		return false;
	if (!actors->typed)
		return true;
	if (actors->code.size)
		return same_member(row, "code", actors->code);
	return chy_names_person(chy_str_from(actors->typed), chy_json_str(row, "person"));
}

/* Of a code are told those who act for it; who is quoted beside an act is told
 * of a dispute, and of a name. */
static void drop_unplaced(struct actors *actors)
{
	if (actors->dispute.size || (actors->typed && !actors->code.size))
		return;
	for (size_t i = json_array_size(actors->rows); i-- > 0;)
		if (json_is_null(json_object_get(json_array_get(actors->rows, i), "code")))
			json_array_remove(actors->rows, i);
}

static void choose(struct actors *actors)
{
	for (size_t i = json_array_size(actors->rows); i-- > 0;)
		if (!chosen(actors, json_array_get(actors->rows, i)))
			json_array_remove(actors->rows, i);
}

/* -- one row a body ------------------------------------------------------------- */

/* With no question all codes: their people are counted, not listed. The row of
 * a body itself, which has no post, comes before those of its people. */
static void sum_bodies(struct actors *actors)
{
	json_t *bodies = json_array(), *body = NULL, *row;
	size_t i;

	json_array_foreach(actors->rows, i, row)
	{
		json_int_t people;

		if (!chy_json_str(row, "code").size)
			continue;
		if (!chy_json_str(row, "person").size && !chy_json_str(row, "role").size) {
			body = row;
			json_object_set_new(body, "people", json_integer(0));
			json_array_append(bodies, body);
		} else if (body && chy_json_str(row, "person").size) {
			people = json_integer_value(json_object_get(body, "people"));
			json_object_set_new(body, "people", json_integer(people + 1));
		}
	}
	json_decref(actors->rows);
	actors->rows = bodies;
}

/* -- showing --------------------------------------------------------------------- */

/* When the row begins: its first post, else when it was first seen. */
static struct chy_str beginning(const json_t *row)
{
	const json_t *posts = json_object_get(row, "posts");
	struct chy_str from = chy_json_str(json_array_get(posts, 0), "from");

	return from.size ? from : chy_json_str(row, "first_seen");
}

static int by_beginning(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	int order = chy_str_compare(chy_json_str(a, "code"), chy_json_str(b, "code"));

	if (!order)
		order = chy_str_compare(beginning(a), beginning(b));
	if (!order)
		order = chy_str_compare(chy_json_str(a, "person"), chy_json_str(b, "person"));
	return order ? order : chy_str_compare(chy_json_str(a, "role"), chy_json_str(b, "role"));
}

static void sort(struct actors *actors)
{
	size_t n = json_array_size(actors->rows);
	json_t **list = calloc(n + 1, sizeof(json_t *)), *sorted = json_array();

	for (size_t i = 0; list && i < n; i++)
		list[i] = json_array_get(actors->rows, i);
	if (list)
		qsort(list, n, sizeof(json_t *), by_beginning);
	for (size_t i = 0; list && i < n; i++)
		json_array_append(sorted, list[i]);
	free(list);
	json_decref(actors->rows);
	actors->rows = sorted;
}

static void name_rows(struct actors *actors)
{
	struct chy_buffer name;
	json_t *row;
	size_t i;

	chy_buffer_init(&name);
	json_array_foreach(actors->rows, i, row)
	{
		chy_buffer_clear(&name);
		if (chy_json_str(row, "code").size)
			name_of_code(actors->client, chy_json_str(row, "code"), &name);
		json_object_set_new(
			row, "name", name.size ? json_stringn(name.data, name.size) : json_null());
		if (!json_object_get(row, "posts"))
			json_object_set_new(row, "posts", json_array());
		if (!json_object_get(row, "people"))
			json_object_set_new(row, "people", json_null());
	}
	chy_buffer_fini(&name);
}

/* "2012-12-26/2017-08-03", "2014-09-03/..": as EDTF has it. */
static void describe_posts(json_t *rows)
{
	json_t *row, *post;
	size_t i, j;

	json_array_foreach(rows, i, row)
	{
		json_t *list = json_array();

		json_array_foreach(json_object_get(row, "posts"), j, post)
		{
			const char *from = json_string_value(json_object_get(post, "from"));
			const char *to = json_string_value(json_object_get(post, "to"));

			json_array_append_new(
				list, json_sprintf("%s/%s", from ? from : "..", to ? to : ".."));
		}
		json_object_set_new(row, "in_office", list);
	}
}

static int print_actors(struct actors *actors)
{
	static const struct column people[] = {{"code", "code", false}, {"body", "name", false},
		{"person", "person", false}, {"post", "role", false},
		{"in office", "in_office", false}, {"events", "events", false},
		{"spoke", "spoke", false}, {"first seen", "first_seen", false},
		{"last seen", "last_seen", false}, {"first", "first_event", false},
		{"last", "last_event", false}};
	static const struct column bodies[] = {{"code", "code", false}, {"body", "name", false},
		{"people", "people", false}, {"events", "events", false},
		{"first seen", "first_seen", false}, {"last seen", "last_seen", false},
		{"first", "first_event", false}, {"last", "last_event", false}};
	struct client *client = actors->client;
	bool all = !actors->typed && !actors->dispute.size && actors->on == INT64_MIN;

	if (client->format != FORMAT_JSON && client->format != FORMAT_JSONL)
		describe_posts(actors->rows);
	return all ? print_rows(client, bodies, sizeof(bodies) / sizeof(bodies[0]), actors->rows)
		   : print_rows(client, people, sizeof(people) / sizeof(people[0]), actors->rows);
}

static int answer(struct actors *actors)
{
	int status = ask_views(actors);

	if (status)
		return status;
	if (!actors->typed && !actors->dispute.size && actors->on == INT64_MIN) {
		sum_bodies(actors);
	} else {
		json_t *row;
		size_t i;

		drop_unplaced(actors);
		place_speakers(actors);
		json_array_foreach(actors->rows, i, row)
		{
			json_object_set_new(row, "posts", json_array());
			note_code(actors, row);
		}
		chy_catalogue_posts(actors->client->catalogue, take_post, actors);
		choose(actors);
		sort(actors);
	}
	name_rows(actors);
	if (json_array_size(actors->rows) || !actors->typed ||
		actors->client->format != FORMAT_TABLE)
		return print_actors(actors);
	fprintf(stderr, "chancery: neither the catalogue nor a document tells of '%s'%s\n",
		actors->typed,
		actors->dispute.size || actors->on != INT64_MIN ? " there and then" : "");
	return EXIT_NOTHING;
}

int run_actors(struct client *client, int argc, char **argv)
{
	struct actors actors = {.client = client, .on = INT64_MIN};
	struct filter_options options = {.actor = NULL};
	const char *on = NULL;
	const struct option_spec specs[] = {
		{"--on", &on, NULL}, {"--dispute", &options.dispute, NULL}};
	struct chy_event_filter filter;
	int rest,
		status = read_options(client, command_named("actors"), specs, 2, argc, argv, &rest);

	if (!status && rest > 1)
		return usage_error("actors takes one name or code; quote a name of several words");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_filter(client, &options, &filter);
	if (!status && on)
		status = read_day("--on", on, true, &actors.on);
	if (status)
		return status < 0 ? 0 : status;
	actors.dispute = filter.dispute;
	actors.typed = rest ? argv[0] : NULL;
	if (actors.typed)
		actors.code =
			chy_catalogue_actor_code(client->catalogue, chy_str_from(actors.typed));
	actors.rows = json_array();
	actors.codes = json_object();
	status = answer(&actors);
	json_decref(actors.rows);
	json_decref(actors.codes);
	return status;
}
