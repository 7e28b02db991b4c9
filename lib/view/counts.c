/* How many there are of each thing, kept for every record that changes it, so
 * that asking costs one look whatever the archive holds. */
#include "internal.h"

enum { COUNTED = 6, COUNTS_SIZE = 8 * COUNTED };

static const uint64_t bias = (uint64_t)1 << 63;

static int decode(struct chy_str value, struct chy_counts *out)
{
	if (value.size != COUNTS_SIZE)
		return CHY_EDAMAGED;
	*out = (struct chy_counts){.documents = chy_get_be(value.data, 8),
		.sightings = chy_get_be(value.data + 8, 8),
		.rejected = chy_get_be(value.data + 16, 8),
		.withdrawn = chy_get_be(value.data + 24, 8),
		.events = chy_get_be(value.data + 32, 8),
		.last_day = (int64_t)(chy_get_be(value.data + 40, 8) ^ bias)};
	return CHY_OK;
}

/* The last entry at or before a record: CHY_END where there is none. */
static int seek_before(struct chy_store_cursor *cursor, uint64_t seq, struct chy_str *out_value)
{
	unsigned char bytes[8];
	struct chy_str key;
	int result;

	if (!seq)
		return chy_store_last(cursor, &key, out_value);
	chy_put_be(bytes, seq, 8);
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)bytes, sizeof(bytes)}, &key, out_value);
	if (result == CHY_END)
		return chy_store_last(cursor, &key, out_value);
	if (result == CHY_OK && (key.size != 8 || chy_get_be(key.data, 8) != seq))
		return chy_store_previous(cursor, &key, out_value);
	return result;
}

int chy_counts_get(struct chy_store_txn *txn, uint64_t seq, struct chy_counts *out)
{
	struct chy_store_cursor *cursor;
	struct chy_str value;
	int result = chy_store_cursor_open(txn, CHY_VIEW_COUNTS, &cursor);

	if (result)
		return result;
	result = seek_before(cursor, seq, &value);
	if (result == CHY_OK)
		result = decode(value, out);
	else if (result == CHY_END)
		*out = (struct chy_counts){.last_day = INT64_MIN};
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

int chy_counts_put(struct chy_store_txn *txn, uint64_t seq, const struct chy_counts *counts)
{
	unsigned char key[8], value[COUNTS_SIZE];

	chy_put_be(key, seq, 8);
	chy_put_be(value, counts->documents, 8);
	chy_put_be(value + 8, counts->sightings, 8);
	chy_put_be(value + 16, counts->rejected, 8);
	chy_put_be(value + 24, counts->withdrawn, 8);
	chy_put_be(value + 32, counts->events, 8);
	chy_put_be(value + 40, (uint64_t)counts->last_day ^ bias, 8);
	return chy_store_append(txn, CHY_VIEW_COUNTS,
		(struct chy_str){(const char *)key, sizeof(key)},
		(struct chy_str){(const char *)value, sizeof(value)});
}
