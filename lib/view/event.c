/* Rows: sealed bytes, JSON, and events. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* -- sealed ------------------------------------------------------------------ */

static void sum_of(struct chy_str key, struct chy_str row, unsigned char out[CHY_ROW_SUM])
{
	uint64_t of_key = chy_checksum(key.data, key.size, 0);

	chy_put_be(out, chy_checksum(row.data, row.size, of_key), CHY_ROW_SUM);
}

int chy_unseal(struct chy_str key, struct chy_str value, struct chy_str *out)
{
	unsigned char sum[CHY_ROW_SUM];

	if (value.size < CHY_ROW_SUM)
		return CHY_EDAMAGED;
	value.size -= CHY_ROW_SUM;
	sum_of(key, value, sum);
	if (memcmp(value.data + value.size, sum, sizeof(sum)) != 0)
		return CHY_EDAMAGED;
	*out = value;
	return CHY_OK;
}

int chy_sealed_get(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	struct chy_str *out)
{
	int result = chy_store_get(txn, table, key, out);

	return result ? result : chy_unseal(key, *out, out);
}

int chy_sealed_put(struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key,
	struct chy_buffer *row)
{
	unsigned char sum[CHY_ROW_SUM];

	sum_of(key, (struct chy_str){row->data, row->size}, sum);
	chy_buffer_add(row, sum, sizeof(sum));
	if (row->failed)
		return CHY_EMEM;
	return chy_store_put(txn, table, key, (struct chy_str){row->data, row->size});
}

int chy_row_get(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, json_t **out)
{
	struct chy_str value;
	int result = chy_sealed_get(txn, table, key, &value);

	if (result)
		return result;
	return chy_json_parse(value.data, value.size, out, NULL) ? CHY_EDAMAGED : CHY_OK;
}

int chy_row_put(
	struct chy_store_txn *txn, enum chy_view_table table, struct chy_str key, const json_t *row)
{
	struct chy_buffer bytes;
	int result;

	chy_buffer_init(&bytes);
	result = chy_json_canonical(row, &bytes);
	if (!result)
		result = chy_sealed_put(txn, table, key, &bytes);
	chy_buffer_fini(&bytes);
	return result;
}

/* -- events ------------------------------------------------------------------ */

void chy_event_key(uint64_t seq, uint32_t n, unsigned char out[CHY_EVENT_KEY])
{
	chy_put_be(out, seq, 8);
	chy_put_be(out + 8, n, 4);
}

int32_t chy_event_day(const struct chy_telling *telling)
{
	return telling->first <= telling->last ? telling->first : telling->reported;
}

static struct chy_str key_str(const unsigned char key[CHY_EVENT_KEY])
{
	return (struct chy_str){(const char *)key, CHY_EVENT_KEY};
}

int chy_event_read(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	struct chy_event_head *out, struct chy_str *out_json)
{
	struct chy_str row;
	int result = chy_sealed_get(txn, CHY_VIEW_EVENTS, key_str(key), &row);

	if (result)
		return result;
	if (row.size < CHY_EVENT_HEAD)
		return CHY_EDAMAGED;
	out->until = chy_get_be(row.data, 8);
	memcpy(out->cell, row.data + 8, CHY_CELL_HASH);
	out->period = chy_get_day(row.data + 8 + CHY_CELL_HASH);
	out->day = chy_get_day(row.data + 12 + CHY_CELL_HASH);
	*out_json = (struct chy_str){row.data + CHY_EVENT_HEAD, row.size - CHY_EVENT_HEAD};
	return CHY_OK;
}

int chy_event_write(struct chy_store_txn *txn, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, struct chy_str json)
{
	unsigned char bytes[CHY_EVENT_HEAD];
	struct chy_buffer row;
	int result;

	chy_put_be(bytes, head->until, 8);
	memcpy(bytes + 8, head->cell, CHY_CELL_HASH);
	chy_put_day(bytes + 8 + CHY_CELL_HASH, head->period);
	chy_put_day(bytes + 12 + CHY_CELL_HASH, head->day);
	chy_buffer_init(&row);
	chy_buffer_add(&row, bytes, sizeof(bytes));
	chy_buffer_add_str(&row, json);
	result = chy_sealed_put(txn, CHY_VIEW_EVENTS, key_str(key), &row);
	chy_buffer_fini(&row);
	return result;
}
