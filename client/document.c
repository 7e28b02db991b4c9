/* A document's row as it was at an earlier record. */
#include <string.h>

#include "client.h"

/* The record that an item of a list is about: a number, or a sighting. */
static uint64_t record_of(const json_t *item)
{
	if (json_is_object(item))
		item = json_object_get(item, "seq");
	return (uint64_t)json_integer_value(item);
}

/* Takes out of a list what came later; the whole list where nothing is left. */
static void cut_list(json_t *document, const char *key, uint64_t as_of)
{
	json_t *list = json_object_get(document, key);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (record_of(json_array_get(list, i)) > as_of)
			json_array_remove(list, i);
	if (list && !json_array_size(list))
		json_object_del(document, key);
}

static int read_coding(
	struct client *client, uint64_t seq, json_t **out_body, struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	struct chy_record record;
	int result = chy_snapshot_open(client->archive, &snapshot, fault);

	if (result)
		return result;
	result = chy_snapshot_record(snapshot, seq, &record, fault);
	if (!result)
		result = chy_record_body(&record, out_body, fault);
	chy_snapshot_close(snapshot);
	return result;
}

/* What the last coding told that there was. */
static int set_coding(struct client *client, json_t *document, uint64_t seq)
{
	struct chy_fault fault;
	json_t *body;
	int result = read_coding(client, seq, &body, &fault);

	if (result < 0)
		return tell(&fault);
	if (result)
		return 0;
	json_object_set_new(document, "events",
		json_integer((json_int_t)json_array_size(json_object_get(body, "events"))));
	json_object_set(document, "coder", json_object_get(body, "coder"));
	json_decref(body);
	return 0;
}

static uint64_t last_coding(const json_t *document)
{
	const json_t *codings = json_object_get(document, "codings");
	size_t n = json_array_size(codings);

	return n ? record_of(json_array_get(codings, n - 1)) : 0;
}

int recall_document(struct client *client, json_t *document)
{
	static const char *const lists[] = {"sightings", "codings", "corrections", "orphaned"};
	uint64_t newest = last_coding(document), last;

	if (!client->as_of)
		return 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		cut_list(document, lists[i], client->as_of);
	if ((uint64_t)json_integer_value(json_object_get(document, "withdrawn")) > client->as_of)
		json_object_del(document, "withdrawn");
	last = last_coding(document);
	if (!last) {
		json_object_del(document, "coded");
		json_object_del(document, "events");
		json_object_del(document, "coder");
		return 0;
	}
	if (!json_object_get(document, "withdrawn"))
		json_object_set_new(document, "coded", json_integer((json_int_t)last));
	if (last == newest)
		return 0;
	/* Which corrections that coding orphaned is not kept. */
	json_object_del(document, "orphaned");
	return set_coding(client, document, last);
}
