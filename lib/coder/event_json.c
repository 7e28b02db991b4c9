#include <math.h>
#include <string.h>

#include "chancery/coder.h"

static json_t *or_null(struct chy_str text)
{
	return text.size ? json_stringn(text.data, text.size) : json_null();
}

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void set_where_known(json_t *object, const char *key, struct chy_str text)
{
	if (text.size)
		set(object, key, or_null(text));
}

static json_t *actors(const struct chy_actor *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *actor = json_object();

		set_where_known(actor, "code", list[i].code);
		set_where_known(actor, "sector", list[i].sector);
		set_where_known(actor, "name", list[i].name);
		set_where_known(actor, "person", list[i].person);
		set_where_known(actor, "role", list[i].role);
		set_where_known(actor, "text", list[i].text);
		json_array_append_new(array, actor);
	}
	return array;
}

static json_t *strings(const struct chy_str *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_stringn(list[i].data, list[i].size));
	return array;
}

json_t *chy_event_to_json(const struct chy_event *event, const char *language, uint64_t first_byte,
	uint64_t last_byte)
{
	json_t *object = json_object();

	set(object, "event", json_string(chy_category_name(event->category)));
	set(object, "mode", or_null(event->mode));
	set(object, "cameo", or_null(event->cameo));
	set(object, "score", json_real(event->score));
	set(object, "actor", actors(event->actors, event->actor_count));
	set(object, "recipient", actors(event->recipients, event->recipient_count));
	set(object, "date", or_null(event->date));
	set(object, "date_text", or_null(event->date_text));
	set(object, "due", or_null(event->due));
	set(object, "aux", or_null(event->aux));
	set(object, "context", strings(event->contexts, event->context_count));
	set(object, "place", or_null(event->place));
	set(object, "dispute", strings(event->disputes, event->dispute_count));
	set(object, "speaker", or_null(event->speaker));
	set(object, "medium", or_null(event->medium));
	set(object, "s", json_integer(event->sentence));
	set(object, "sentence", or_null(event->sentence_text));
	set(object, "trigger", or_null(event->trigger));
	set(object, "bytes", json_pack("[I, I]", (json_int_t)first_byte, (json_int_t)last_byte));
	set(object, "language", json_string(language));
	set(object, "rule", or_null(event->rule));
	/* Two digits: more would feign knowledge. */
	set(object, "confidence", json_real(round(event->confidence * 100) / 100));
	return object;
}

json_t *chy_reason_to_json(const struct chy_reason *reason)
{
	json_t *object = json_object();

	set(object, "s", json_integer(reason->sentence));
	set(object, "rule", or_null(reason->rule));
	set(object, "trigger", or_null(reason->trigger));
	set(object, "condition", json_string(chy_condition_text(reason->condition)));
	set(object, "met", json_boolean(reason->condition == CHY_MET));
	set(object, "wanted", or_null(reason->wanted));
	set(object, "fragment", or_null(reason->fragment));
	set(object, "actors", or_null(reason->actors));
	set(object, "recipients", or_null(reason->recipients));
	set(object, "date", or_null(reason->date));
	return object;
}
