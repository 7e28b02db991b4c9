#include <stdio.h>
#include <string.h>

#include "internal.h"

void chy_put_be(unsigned char *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

uint64_t chy_get_be(const char *bytes, unsigned size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < size; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

void chy_event_key(uint64_t seq, uint32_t n, unsigned char out[CHY_EVENT_KEY])
{
	chy_put_be(out, seq, 8);
	chy_put_be(out + 8, n, 4);
}

static bool first_day(struct chy_str text, int64_t *out)
{
	struct chy_edtf date;
	int64_t last;

	if (!text.size || chy_edtf_parse(text, &date))
		return false;
	chy_edtf_bounds(&date, out, &last);
	return *out != INT64_MIN;
}

int64_t chy_event_day(const json_t *event, struct chy_str reported)
{
	int64_t day;

	if (first_day(chy_json_str(event, "date"), &day) || first_day(reported, &day))
		return day;
	return INT64_MIN;
}

static void sum_of(struct chy_str key, struct chy_str row, unsigned char out[CHY_ROW_SUM])
{
	struct chy_hasher hasher;
	struct chy_hash hash;

	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, key.data, key.size);
	chy_hasher_add(&hasher, row.data, row.size);
	chy_hasher_finish(&hasher, &hash);
	memcpy(out, hash.bytes, CHY_ROW_SUM);
}

int chy_row_get(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, json_t **out)
{
	unsigned char sum[CHY_ROW_SUM];
	struct chy_str value;
	int result = chy_store_get(txn, table, key, &value);

	if (result)
		return result;
	if (value.size < CHY_ROW_SUM)
		return CHY_EDAMAGED;
	value.size -= CHY_ROW_SUM;
	sum_of(key, value, sum);
	if (memcmp(value.data + value.size, sum, sizeof(sum)) != 0)
		return CHY_EDAMAGED;
	return chy_json_parse(value.data, value.size, out, NULL) ? CHY_EDAMAGED : CHY_OK;
}

int chy_row_put(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, const json_t *row)
{
	unsigned char sum[CHY_ROW_SUM];
	struct chy_buffer bytes;
	int result;

	chy_buffer_init(&bytes);
	result = chy_json_canonical(row, &bytes);
	if (!result) {
		sum_of(key, (struct chy_str){bytes.data, bytes.size}, sum);
		chy_buffer_add(&bytes, sum, sizeof(sum));
		result = bytes.failed ? CHY_EMEM : CHY_OK;
	}
	if (!result)
		result = chy_store_put(txn, table, key, (struct chy_str){bytes.data, bytes.size});
	chy_buffer_fini(&bytes);
	return result;
}

static void copy_member(json_t *to, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value)
		json_object_set(to, as, value);
	else
		json_object_set_new(to, as, json_null());
}

static int document_of(struct chy_store_txn *txn, const json_t *row, json_t **out)
{
	struct chy_str hex = chy_json_str(row, "document");
	struct chy_hash id;

	if (!hex.data || chy_hash_from_hex(hex.data, &id))
		return CHY_EDAMAGED;
	return chy_row_get(txn, CHY_VIEW_DOCUMENTS,
		(struct chy_str){(const char *)id.bytes, CHY_HASH_SIZE}, out);
}

int chy_event_shown(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	const json_t *row, json_t **out)
{
	static const char *const members[] = {"title", "source", "url"};
	json_t *shown, *document;
	char name[32];
	int result = document_of(txn, row, &document);

	if (result)
		return CHY_EDAMAGED; /* an event without its document too */
	shown = json_deep_copy(json_object_get(row, "event"));
	snprintf(name, sizeof(name), "E%llu.%u",
		(unsigned long long)chy_get_be((const char *)key, 8),
		(unsigned)chy_get_be((const char *)key + 8, 4));
	json_object_set_new(shown, "id", json_string(name));
	copy_member(shown, "document", row, "document");
	copy_member(shown, "recorded", row, "recorded");
	copy_member(shown, "until", row, "until");
	copy_member(shown, "reported", document, "date");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		copy_member(shown, members[i], document, members[i]);
	json_decref(document);
	if (!shown)
		return CHY_EMEM;
	*out = shown;
	return CHY_OK;
}
