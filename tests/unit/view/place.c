#include "place.h"

#include <unistd.h>

static void need(int result, const struct chy_fault *fault)
{
	char words[512];

	if (result)
		fail_msg("%s", chy_fault_sentence(fault, words, sizeof(words)));
}

void place_make(struct place *place)
{
	json_t *holder = json_pack("{s:i}", "pid", (int)getpid());
	struct chy_fault fault;

	snprintf(place->directory, sizeof(place->directory), "/tmp/chy-view-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	need(chy_archive_open_writer(place->directory, holder, &place->archive, &fault), &fault);
	json_decref(holder);
	place->script = script_new(place->archive);
}

void place_remove(struct place *place)
{
	char command[128];

	script_free(place->script);
	chy_archive_close(place->archive);
	snprintf(command, sizeof(command), "rm -rf '%s'", place->directory);
	assert_int_equal(system(command), 0);
}

void place_write(struct place *place, const char *lines)
{
	struct chy_fault fault;

	need(script_run(place->script, lines, &fault), &fault);
}

void place_follow(struct place *place, uint64_t to)
{
	struct chy_view *view;
	struct chy_fault fault;
	uint64_t seq;

	need(chy_view_open_writer(place->directory, place->archive, &view, &fault), &fault);
	need(chy_view_follow(view, place->archive, to, &seq, &fault), &fault);
	chy_view_close(view);
}

static struct chy_view *reader(const struct place *place)
{
	struct chy_view *view;
	struct chy_fault fault;

	need(chy_view_open(place->directory, &view, &fault), &fault);
	return view;
}

void place_digest(const struct place *place, char out[CHY_HASH_HEX])
{
	struct chy_view *view = reader(place);
	struct chy_fault fault;
	struct chy_hash hash;

	need(chy_view_digest(view, &hash, &fault), &fault);
	chy_hash_to_hex(&hash, out);
	chy_view_close(view);
}

static int take(void *user, json_t *event)
{
	return json_array_append((json_t *)user, event);
}

json_t *place_events(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_view *view = reader(place);
	json_t *events = json_array();
	struct chy_fault fault;

	need(chy_view_events(view, filter, take, events, &fault), &fault);
	chy_view_close(view);
	return events;
}

json_t *place_happenings(const struct place *place, const struct chy_event_filter *filter)
{
	struct chy_view *view = reader(place);
	struct chy_fault fault;
	json_t *out;

	need(chy_view_happenings(view, filter, &out, &fault), &fault);
	chy_view_close(view);
	return out;
}

json_t *place_counts(const struct place *place, uint64_t as_of)
{
	struct chy_view *view = reader(place);
	struct chy_fault fault;
	json_t *out;

	need(chy_view_counts(view, as_of, &out, &fault), &fault);
	chy_view_close(view);
	return out;
}

const char *listed(const json_t *array, const char *key, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_array_size(array) && used < size; i++) {
		const json_t *value = json_object_get(json_array_get(array, i), key);
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		const char *shown = json_is_string(value) ? json_string_value(value) : text;

		used += (size_t)snprintf(
			out + used, size - used, "%s%s", i ? " " : "", shown ? shown : "-");
		free(text);
	}
	return out;
}
