/* Texts that come again and again, by number. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { LONGEST = 400 }; /* of what a key holds; what is longer is cut */

static struct chy_str text_key(struct chy_str text, char out[LONGEST + 1])
{
	size_t size = text.size < LONGEST ? text.size : LONGEST;

	out[0] = 't';
	memcpy(out + 1, text.data, size);
	return (struct chy_str){out, size + 1};
}

static struct chy_str number_key(uint32_t number, unsigned char out[5])
{
	out[0] = 'n';
	chy_put_be(out + 1, number, 4);
	return (struct chy_str){(const char *)out, 5};
}

static int last_number(struct chy_store_txn *txn, uint32_t *out)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	unsigned char bytes[5];
	int result = chy_store_cursor_open(txn, CHY_VIEW_NAMES, &cursor);

	if (result)
		return result;
	*out = 0;
	result = chy_store_seek(cursor, number_key(UINT32_MAX, bytes), &key, &value);
	if (result == CHY_OK)
		result = chy_store_previous(cursor, &key, &value);
	else if (result == CHY_END)
		result = chy_store_last(cursor, &key, &value);
	if (result == CHY_OK && key.size == 5 && key.data[0] == 'n')
		*out = (uint32_t)chy_get_be(key.data + 1, 4);
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

static int new_number(struct chy_store_txn *txn, struct chy_str key, uint32_t *out)
{
	unsigned char bytes[5], number[4];
	int result = last_number(txn, out);

	if (result)
		return result;
	chy_put_be(number, ++*out, 4);
	result = chy_store_put(
		txn, CHY_VIEW_NAMES, key, (struct chy_str){(const char *)number, sizeof(number)});
	if (!result)
		result = chy_store_put(txn, CHY_VIEW_NAMES, number_key(*out, bytes),
			(struct chy_str){key.data + 1, key.size - 1});
	return result;
}

int chy_name_known(struct chy_store_txn *txn, struct chy_str text, uint32_t *out)
{
	char bytes[LONGEST + 1];
	struct chy_str value;
	int result = chy_store_get(txn, CHY_VIEW_NAMES, text_key(text, bytes), &value);

	if (result)
		return result;
	if (value.size != 4)
		return CHY_EDAMAGED;
	*out = (uint32_t)chy_get_be(value.data, 4);
	return CHY_OK;
}

int chy_name_number(struct chy_store_txn *txn, struct chy_str text, uint32_t *out)
{
	char bytes[LONGEST + 1];
	int result;

	*out = 0;
	if (!text.size)
		return CHY_OK;
	result = chy_name_known(txn, text, out);
	return result == CHY_NOT_FOUND ? new_number(txn, text_key(text, bytes), out) : result;
}

/* -- looked up before ---------------------------------------------------------- */

void chy_numbers_fini(struct chy_numbers *numbers)
{
	chy_buffer_fini(&numbers->texts);
	free(numbers->places);
	*numbers = (struct chy_numbers){.places = NULL};
}

/* Where a text is, or the free place where it belongs. */
static struct chy_number *place_of(
	const struct chy_numbers *numbers, struct chy_str text, uint64_t hash)
{
	size_t at = hash & (numbers->room - 1);

	for (;; at = (at + 1) & (numbers->room - 1)) {
		struct chy_number *place = &numbers->places[at];

		if (!place->number ||
			(place->hash == hash && place->size == text.size &&
				memcmp(numbers->texts.data + place->at, text.data, text.size) == 0))
			return place;
	}
}

static bool make_room(struct chy_numbers *numbers)
{
	struct chy_numbers more = {.room = numbers->room ? 2 * numbers->room : 1024};

	if (numbers->count * 2 < numbers->room)
		return true;
	more.places = calloc(more.room, sizeof(*more.places));
	if (!more.places)
		return false;
	for (size_t i = 0; i < numbers->room; i++) {
		const struct chy_number *old = &numbers->places[i];
		size_t at = old->hash & (more.room - 1);

		if (!old->number)
			continue;
		while (more.places[at].number)
			at = (at + 1) & (more.room - 1);
		more.places[at] = *old;
	}
	free(numbers->places);
	numbers->places = more.places;
	numbers->room = more.room;
	return true;
}

int chy_batch_number(struct chy_batch *batch, struct chy_str text, uint32_t *out)
{
	struct chy_numbers *numbers = &batch->numbers;
	uint64_t hash = chy_str_hash(text);
	struct chy_number *place;
	int result;

	*out = 0;
	if (!text.size)
		return CHY_OK;
	if (!make_room(numbers))
		return CHY_EMEM;
	place = place_of(numbers, text, hash);
	if (place->number) {
		*out = place->number;
		return CHY_OK;
	}
	result = chy_name_number(batch->txn, text, out);
	if (result)
		return result;
	*place = (struct chy_number){hash, numbers->texts.size, (uint32_t)text.size, *out};
	chy_buffer_add_str(&numbers->texts, text);
	numbers->count++;
	return numbers->texts.failed ? CHY_EMEM : CHY_OK;
}

int chy_name_text(struct chy_store_txn *txn, uint32_t number, struct chy_str *out)
{
	unsigned char bytes[5];
	int result;

	*out = (struct chy_str){"", 0};
	if (!number)
		return CHY_OK;
	result = chy_store_get(txn, CHY_VIEW_NAMES, number_key(number, bytes), out);
	return result == CHY_NOT_FOUND ? CHY_EDAMAGED : result;
}
