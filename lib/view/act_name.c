/* The names of happenings: made of what is told, so that they are the same on
 * every machine, and such that the act is found by its name. */
#include <stdio.h>
#include <string.h>

#include "internal.h"

enum { DIGITS = 16, STANDINGS = CHY_STANDING_NEGATION + 1, DAYS = 1 << 16 };
enum { PREFIX = 4, ANCHOR = CHY_CELL_HASH + 1, PLACE = CHY_CELL_HASH + 2 };

/* Of a day the lower 16 bits; of a document, which has no day, the upper. */
static uint32_t place_of(const char *key)
{
	return key[ANCHOR] == CHY_ANCHOR_DOCUMENT ? (uint32_t)chy_get_be(key + PLACE, 2)
						  : (uint32_t)chy_get_be(key + PLACE + 2, 2);
}

const char *chy_act_name(struct chy_str key, char out[CHY_ACT_NAME])
{
	struct chy_hash hash;

	chy_hash_of(key.data, key.size, &hash);
	snprintf(out, CHY_ACT_NAME, "H%08x%04x%04x", (unsigned)chy_get_be(key.data, PREFIX),
		(unsigned)place_of(key.data), (unsigned)chy_get_be((const char *)hash.bytes, 2));
	return out;
}

static bool is_name(struct chy_str name)
{
	if (name.size != 1 + DIGITS || (name.data[0] | 32) != 'h')
		return false;
	for (size_t i = 1; i < name.size; i++)
		if (!memchr("0123456789abcdef", name.data[i], 16))
			return false;
	return true;
}

static uint32_t digits(struct chy_str name, size_t from, size_t n)
{
	uint32_t value = 0;

	for (size_t i = from; i < from + n; i++)
		value = value << 4 |
			(uint32_t)(name.data[i] - (name.data[i] > '9' ? 'a' - 10 : '0'));
	return value;
}

struct finding {
	struct chy_store_txn *txn;
	struct chy_str name;
	uint64_t as_of;
	struct chy_buffer *key, *row;
};

static bool is_named(const struct finding *f, struct chy_str key)
{
	char name[CHY_ACT_NAME];

	return memcmp(chy_act_name(key, name) + 1, f->name.data + 1, DIGITS) == 0;
}

/* -- of now --------------------------------------------------------------------- */

/* Those of one place: keys that begin with [start, n bytes). */
static int look_from(
	struct finding *f, struct chy_store_cursor *cursor, const unsigned char *start, size_t n)
{
	struct chy_str key, row;
	int result = chy_store_seek(cursor, (struct chy_str){(const char *)start, n}, &key, &row);

	while (result == CHY_OK && key.size == CHY_ACT_KEY && memcmp(key.data, start, n) == 0) {
		if (is_named(f, key)) {
			result = chy_unseal(key, row, &row);
			if (result)
				return result;
			chy_buffer_add_str(f->key, key);
			chy_buffer_add_str(f->row, row);
			return CHY_OK;
		}
		result = chy_store_next(cursor, &key, &row);
	}
	return result < 0 ? result : CHY_NOT_FOUND;
}

/* Where an act of a cell may stand that has such a name: of each standing and
 * anchor, on each day of the last centuries with these bits. */
static int look_in_cell(
	struct finding *f, struct chy_store_cursor *cursor, const unsigned char cell[CHY_CELL_HASH])
{
	int32_t place = (int32_t)digits(f->name, 1 + 8, 4);
	unsigned char start[CHY_ACT_KEY];
	int result = CHY_NOT_FOUND;

	memcpy(start, cell, CHY_CELL_HASH);
	for (int at = 0; at < STANDINGS * 4 && result == CHY_NOT_FOUND; at++) {
		start[CHY_CELL_HASH] = (unsigned char)(at / 4);
		start[ANCHOR] = (unsigned char)(at % 4);
		chy_put_be(start + PLACE, (uint64_t)place, 2);
		if (start[ANCHOR] == CHY_ANCHOR_DOCUMENT)
			result = look_from(f, cursor, start, PLACE + 2);
		for (int32_t day = place - 2 * DAYS; start[ANCHOR] != CHY_ANCHOR_DOCUMENT &&
						     day <= place + DAYS && result == CHY_NOT_FOUND;
			day += DAYS) {
			chy_put_day(start + PLACE, day);
			result = look_from(f, cursor, start, PLACE + 4);
		}
	}
	/* Of days beyond these all are looked at. */
	return result == CHY_NOT_FOUND ? look_from(f, cursor, start, CHY_CELL_HASH) : result;
}

/* -- of then ---------------------------------------------------------------------- */

static int look_at_acts(struct finding *f, const unsigned char cell[CHY_CELL_HASH])
{
	unsigned char bytes[CHY_ACT_KEY];
	const struct chy_str key = {(const char *)bytes, sizeof(bytes)};
	struct chy_acts acts;
	int result = chy_cell_acts(f->txn, cell, INT32_MIN, INT32_MAX, f->as_of, &acts);
	bool found = false;

	for (size_t i = 0; !result && !found && i < acts.act_count; i++) {
		chy_act_key(&acts, &acts.list[i], bytes);
		found = is_named(f, key);
		if (!found)
			continue;
		chy_buffer_add_str(f->key, key);
		result = chy_act_encode(f->txn, &acts, &acts.list[i], f->row);
	}
	if (!result || found)
		chy_acts_fini(&acts);
	return result || found ? result : CHY_NOT_FOUND;
}

/* -- either ------------------------------------------------------------------------ */

/* One cell after the other of those whose hash begins so: mostly one. */
static int look(struct finding *f, struct chy_store_cursor *cursor)
{
	unsigned char cell[CHY_CELL_HASH], prefix[PREFIX];
	struct chy_str key, value;
	int result, found = CHY_NOT_FOUND;

	chy_put_be(prefix, digits(f->name, 1, 8), PREFIX);
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)prefix, PREFIX}, &key, &value);
	while (result == CHY_OK && found == CHY_NOT_FOUND && key.size > CHY_CELL_HASH &&
		memcmp(key.data, prefix, PREFIX) == 0) {
		memcpy(cell, key.data, CHY_CELL_HASH);
		found = f->as_of ? look_at_acts(f, cell) : look_in_cell(f, cursor, cell);
		for (size_t i = CHY_CELL_HASH; i-- > 0 && ++cell[i] == 0;)
			;
		result = chy_store_seek(
			cursor, (struct chy_str){(const char *)cell, CHY_CELL_HASH}, &key, &value);
	}
	return result < 0 ? result : found;
}

int chy_act_find(struct chy_store_txn *txn, struct chy_str name, uint64_t as_of,
	struct chy_buffer *out_key, struct chy_buffer *out_row)
{
	struct finding finding = {txn, name, as_of, out_key, out_row};
	struct chy_store_cursor *cursor;
	int result;

	if (!is_name(name))
		return CHY_EINPUT;
	result = chy_store_cursor_open(txn, as_of ? CHY_VIEW_CELLS : CHY_VIEW_ACTS, &cursor);
	if (result)
		return result;
	result = look(&finding, cursor);
	chy_store_cursor_close(cursor);
	return result == CHY_OK && (out_key->failed || out_row->failed) ? CHY_EMEM : result;
}

int chy_view_happening(struct chy_view *view, struct chy_str name, uint64_t as_of, json_t **out,
	struct chy_fault *fault)
{
	struct chy_buffer key, row;
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	chy_buffer_init(&key);
	chy_buffer_init(&row);
	result = chy_act_find(txn, name, as_of, &key, &row);
	if (!result)
		result = chy_act_shown(txn, (struct chy_str){key.data, key.size},
			(struct chy_str){row.data, row.size}, as_of, out);
	chy_view_read_end(view, txn);
	chy_buffer_fini(&key);
	chy_buffer_fini(&row);
	return result < 0 && result != CHY_EINPUT
		       ? chy_fault_set(fault, result, view->path, 0, NULL)
		       : result;
}
