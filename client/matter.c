/* What a dispute is, whoever made it one: the catalogue, or the news, which
 * tell of a thread between two parties. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

void until_day(struct chy_event_filter *filter, int64_t last_day)
{
	if (last_day == INT64_MAX)
		return;
	filter->first_day = INT64_MIN + 1;
	filter->last_day = last_day;
}

static void set_text(json_t *row, const char *key, struct chy_str text)
{
	json_object_set_new(row, key, text.size ? json_stringn(text.data, text.size) : json_null());
}

static void add_party(json_t *parties, struct chy_str code)
{
	json_array_append_new(parties, json_pack("{s:s%}", "code", code.data, code.size));
}

static json_t *of_catalogue(const struct client *client, const struct chy_dispute *dispute)
{
	json_t *out = json_object(), *parties = json_array();

	for (size_t i = 0; i < dispute->claimant_count; i++)
		add_party(parties, dispute->claimants[i]);
	set_text(out, "id", dispute->id);
	set_text(out, "name", name_of_dispute(client, dispute));
	set_text(out, "issue", dispute->issue);
	set_text(out, "since", dispute->start);
	set_text(out, "until", dispute->end);
	json_object_set_new(out, "origin", json_string("catalogue"));
	json_object_set_new(out, "parties", parties);
	return out;
}

/* -- threads ---------------------------------------------------------------------- */

/* "thread:JPN+RUS:economic" */
static bool split_thread(struct chy_str id, struct chy_str codes[2], struct chy_str *subject)
{
	struct chy_str kind, rest = id;

	return chy_str_split(&rest, ':', &kind) && chy_str_is(kind, "thread") && rest.data &&
	       chy_str_split(&rest, '+', &codes[0]) && rest.data &&
	       chy_str_split(&rest, ':', &codes[1]) && rest.data && codes[0].size &&
	       codes[1].size && rest.size && (*subject = rest, true);
}

bool is_thread(struct chy_str id)
{
	struct chy_str codes[2], subject;

	return split_thread(id, codes, &subject);
}

bool is_dispute(const struct client *client, struct chy_str id)
{
	return is_thread(id) || chy_catalogue_find(client->catalogue, id);
}

static json_t *of_thread(struct client *client, struct chy_str id)
{
	struct chy_str codes[2], subject, words;
	json_t *out, *parties;
	struct chy_buffer name;

	if (!split_thread(id, codes, &subject))
		return NULL;
	out = json_object();
	parties = json_array();
	chy_buffer_init(&name);
	for (size_t i = 0; i < 2; i++) {
		add_party(parties, codes[i]);
		name_of_code(client, codes[i], &name);
		chy_buffer_add_str(&name, i ? CHY_STR(": ") : CHY_STR(" – "));
	}
	words = phrase(client, "subject", subject);
	chy_buffer_add_str(&name, words.size ? words : subject);
	set_text(out, "id", id);
	set_text(out, "name", (struct chy_str){name.data, name.size});
	set_text(out, "issue", subject);
	set_text(out, "since", CHY_STR(""));
	set_text(out, "until", CHY_STR(""));
	json_object_set_new(out, "origin", json_string("thread"));
	json_object_set_new(out, "parties", parties);
	chy_buffer_fini(&name);
	return out;
}

json_t *matter_named(struct client *client, struct chy_str id)
{
	const struct chy_dispute *dispute = chy_catalogue_find(client->catalogue, id);

	return dispute ? of_catalogue(client, dispute) : of_thread(client, id);
}

static int add_threads(struct client *client, int64_t last_day, json_t *out)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	json_t *ids, *id;
	size_t i;

	filter.as_of = client->as_of;
	until_day(&filter, last_day);
	if (chy_view_threads(client->view, &filter, &ids, &fault))
		return tell(&fault);
	json_array_foreach(ids, i, id)
	{
		json_t *matter = of_thread(client, chy_str_from(json_string_value(id)));

		if (matter)
			json_array_append_new(out, matter);
	}
	json_decref(ids);
	return 0;
}

int all_matters(struct client *client, bool threads, int64_t last_day, json_t **out)
{
	size_t n = chy_catalogue_dispute_count(client->catalogue);

	*out = json_array();
	if (threads)
		return add_threads(client, last_day, *out);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			*out, of_catalogue(client, chy_catalogue_dispute(client->catalogue, i)));
	return 0;
}
