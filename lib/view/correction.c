/* Corrections by analysts: made once, and again when a document is coded anew. */
#include <string.h>

#include "internal.h"

enum { KEY = CHY_HASH_SIZE + 8 };

static struct chy_str correction_key(
	const struct chy_hash *document, uint64_t seq, unsigned char out[KEY])
{
	memcpy(out, document->bytes, CHY_HASH_SIZE);
	chy_put_be(out + CHY_HASH_SIZE, seq, 8);
	return (struct chy_str){(const char *)out, KEY};
}

int chy_correction_keep(struct chy_store_txn *txn, const struct chy_hash *document, uint64_t seq,
	const json_t *body)
{
	unsigned char bytes[KEY];

	return chy_row_put(txn, CHY_VIEW_CORRECTIONS, correction_key(document, seq, bytes), body);
}

static void set_or_null(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set(object, key, value);
	else
		json_object_set_new(object, key, json_null());
}

void chy_correction_make(json_t *event, const json_t *correction, uint64_t seq)
{
	json_t *note = json_object();

	set_or_null(note, "author", json_object_get(correction, "author"));
	set_or_null(note, "reason", json_object_get(correction, "reason"));
	set_or_null(note, "event", json_object_get(correction, "event"));
	json_object_set_new(note, "record", json_integer((json_int_t)seq));
	json_object_update(event, json_object_get(correction, "change"));
	json_object_set_new(event, "corrected", note);
}

/* Whether an event found anew is the one that was corrected: its sentence, and
 * its category before or after the correction. */
static bool is_of(const json_t *event, const json_t *correction)
{
	struct chy_str category = chy_json_str(event, "event");
	struct chy_str was = chy_json_str(correction, "was");
	struct chy_str becomes = chy_json_str(json_object_get(correction, "change"), "event");

	return chy_str_equal(
		       chy_json_str(event, "sentence"), chy_json_str(correction, "sentence")) &&
	       (chy_str_equal(category, was) || chy_str_equal(category, becomes));
}

static void apply_one(json_t *events, json_t *row, const json_t *correction, uint64_t seq)
{
	json_t *orphaned;

	for (size_t i = 0; i < json_array_size(events); i++) {
		json_t *event = json_array_get(events, i);

		if (!is_of(event, correction))
			continue;
		chy_correction_make(event, correction, seq);
		return;
	}
	orphaned = json_object_get(row, "orphaned");
	if (!orphaned) {
		orphaned = json_array();
		json_object_set_new(row, "orphaned", orphaned);
	}
	json_array_append_new(orphaned, json_integer((json_int_t)seq));
}

int chy_corrections_apply(
	struct chy_store_txn *txn, const struct chy_hash *document, json_t *events, json_t *row)
{
	unsigned char bytes[KEY];
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	json_t *correction;
	int result;

	json_object_del(row, "orphaned");
	if (!json_object_get(row, "corrections"))
		return CHY_OK;
	result = chy_store_cursor_open(txn, CHY_VIEW_CORRECTIONS, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor, correction_key(document, 0, bytes), &key, &value);
	while (result == CHY_OK && key.size == KEY &&
		memcmp(key.data, document->bytes, CHY_HASH_SIZE) == 0) {
		result = chy_unseal(key, value, &value);
		if (!result && chy_json_parse(value.data, value.size, &correction, NULL))
			result = CHY_EDAMAGED;
		if (result)
			break;
		apply_one(events, row, correction, chy_get_be(key.data + CHY_HASH_SIZE, 8));
		json_decref(correction);
		result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}
