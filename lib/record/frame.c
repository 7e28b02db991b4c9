/* The bytes of a record. docs/log-format.md has the same table:
 *
 *	 0  hash    32 bytes, BLAKE2b-256 of all that follows
 *	32  frame   u8, 1
 *	33  prev    32 bytes, the hash of the record before (zeros for the first)
 *	65  seq     u64
 *	73  time    i64, µs since 1970-01-01T00:00:00Z
 *	81  schema  u16
 *	83  n       u8, length of the kind's name
 *	84  kind    n bytes, ASCII
 *	    m       u32, length of the body
 *	    body    m bytes, canonical JSON
 *
 * Numbers are big-endian. */
#include <string.h>

#include "chancery/record.h"

enum { FRAME = 1, FIXED = 84 };

static void put_number(struct chy_buffer *out, uint64_t value, unsigned bytes)
{
	unsigned char text[8];

	for (unsigned i = 0; i < bytes; i++)
		text[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
	chy_buffer_add(out, text, bytes);
}

static uint64_t get_number(const char *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

int chy_record_encode(struct chy_record *record, struct chy_buffer *out)
{
	size_t start = out->size;
	struct chy_str kind = record->kind_name;

	if (record->kind != CHY_KIND_OTHER)
		kind = chy_str_from(chy_kind_name(record->kind));
	if (kind.size == 0 || kind.size > 255 || record->body.size > UINT32_MAX)
		return CHY_ELIMIT;
	chy_buffer_add(out, record->hash.bytes, CHY_HASH_SIZE); /* its place */
	put_number(out, FRAME, 1);
	chy_buffer_add(out, record->prev.bytes, CHY_HASH_SIZE);
	put_number(out, record->seq, 8);
	put_number(out, (uint64_t)record->time, 8);
	put_number(out, record->schema, 2);
	put_number(out, kind.size, 1);
	chy_buffer_add_str(out, kind);
	put_number(out, record->body.size, 4);
	chy_buffer_add_str(out, record->body);
	if (out->failed)
		return CHY_EMEM;
	chy_hash_of(out->data + start + CHY_HASH_SIZE, out->size - start - CHY_HASH_SIZE,
		&record->hash);
	memcpy(out->data + start, record->hash.bytes, CHY_HASH_SIZE);
	return CHY_OK;
}

/* Kind and body, whose lengths are in the bytes. */
static int decode_rest(struct chy_str bytes, struct chy_record *record)
{
	size_t kind_size = (unsigned char)bytes.data[FIXED - 1];
	size_t body_at = FIXED + kind_size + 4;

	if (kind_size == 0 || bytes.size < body_at)
		return CHY_EDAMAGED;
	record->kind_name = (struct chy_str){bytes.data + FIXED, kind_size};
	record->kind = chy_kind_from_name(record->kind_name);
	if (get_number(bytes.data + FIXED + kind_size, 4) != bytes.size - body_at)
		return CHY_EDAMAGED;
	record->body = (struct chy_str){bytes.data + body_at, bytes.size - body_at};
	return CHY_OK;
}

int chy_record_decode(struct chy_str bytes, struct chy_record *out)
{
	struct chy_record record = {0};
	struct chy_hash hash;
	int result;

	if (bytes.size < FIXED + 4)
		return CHY_EDAMAGED;
	chy_hash_of(bytes.data + CHY_HASH_SIZE, bytes.size - CHY_HASH_SIZE, &hash);
	memcpy(record.hash.bytes, bytes.data, CHY_HASH_SIZE);
	if (!chy_hash_equal(&hash, &record.hash))
		return CHY_EDAMAGED;
	if (bytes.data[32] != FRAME)
		return CHY_EVERSION;
	memcpy(record.prev.bytes, bytes.data + 33, CHY_HASH_SIZE);
	record.seq = get_number(bytes.data + 65, 8);
	record.time = (int64_t)get_number(bytes.data + 73, 8);
	record.schema = (unsigned)get_number(bytes.data + 81, 2);
	result = decode_rest(bytes, &record);
	if (!result)
		*out = record;
	return result;
}
