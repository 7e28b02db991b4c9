/* A declaration on its way into the tables: what was told before and belongs
 * to the dispute is found by the index of its parties, and put under it. */
#include <stdlib.h>
#include <string.h>

#include "declared.h"
#include "project.h"

struct keys {
	unsigned char (*list)[CHY_EVENT_KEY];
	size_t count, room;
};

static int add_key(struct keys *keys, const char *key)
{
	if (keys->count == keys->room) {
		size_t room = keys->room ? 2 * keys->room : 256;
		void *more = realloc(keys->list, room * sizeof(*keys->list));

		if (!more)
			return CHY_EMEM;
		keys->list = more;
		keys->room = room;
	}
	memcpy(keys->list[keys->count++], key, CHY_EVENT_KEY);
	return CHY_OK;
}

/* The events under a `what`. */
static int gather(struct chy_store_txn *txn, struct chy_str what, struct keys *keys)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	char start[320];
	size_t n = what.size + 1;
	int result;

	if (n > sizeof(start))
		return CHY_OK;
	memcpy(start, what.data, what.size);
	start[what.size] = '\0';
	result = chy_store_cursor_open(txn, CHY_VIEW_INDEX, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor, (struct chy_str){start, n}, &key, &value);
	while (result == CHY_OK && key.size == n + 4 + CHY_EVENT_KEY &&
		memcmp(key.data, start, n) == 0) {
		result = add_key(keys, key.data + n + 4);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

static struct chy_str what_of_pair(const struct chy_event_filter *pair, char *out, size_t size)
{
	size_t n = chy_what_for(pair, out, size);

	return (struct chy_str){out, n};
}

static int gather_parties(
	struct chy_store_txn *txn, const struct chy_declaration *declaration, struct keys *keys)
{
	const json_t *parties = json_object_get(declaration->body, "parties");
	size_t n = json_array_size(parties);
	char what[300];
	int result = CHY_OK;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n && !result; j++) {
			struct chy_event_filter pair = CHY_EVENT_FILTER_ALL;
			struct chy_str text;

			pair.between[0] =
				chy_str_from(json_string_value(json_array_get(parties, i)));
			pair.between[1] =
				chy_str_from(json_string_value(json_array_get(parties, j)));
			text = what_of_pair(&pair, what, sizeof(what));
			if (text.size && what[0] == 'p')
				result = gather(txn, text, keys);
		}
	return result;
}

static int by_key(const void *one, const void *other)
{
	return memcmp(one, other, CHY_EVENT_KEY);
}

static int rejoin_all(
	const struct projection *p, struct keys *keys, const struct chy_declaration *declaration)
{
	int result = CHY_OK;

	if (keys->count)
		qsort(keys->list, keys->count, sizeof(*keys->list), by_key);
	for (size_t i = 0; i < keys->count && !result; i++)
		if (!i || memcmp(keys->list[i], keys->list[i - 1], CHY_EVENT_KEY) != 0)
			result = chy_rejoin_event(p, keys->list[i], declaration);
	return result;
}

static int keep(const struct projection *p, struct chy_str id, const json_t *body)
{
	unsigned char key[80];

	memcpy(key, id.data, id.size);
	key[id.size] = 0;
	chy_put_be(key + id.size + 1, p->record->seq, 8);
	return chy_row_put(
		p->txn, CHY_VIEW_DECLARED, (struct chy_str){(const char *)key, id.size + 9}, body);
}

static int declare(const struct projection *p, struct chy_str id, const json_t *body)
{
	struct chy_declarations *declared = &p->batch->declared;
	const struct chy_declaration *before, *now;
	struct keys keys = {.list = NULL};
	char what[128] = "d";
	int result = chy_batch_declarations(p->batch);

	before = result ? NULL : chy_declaration_of(declared, id);
	if (before) {
		strcpy(what + 1, before->name);
		result = gather(p->txn, chy_str_from(what), &keys);
	}
	if (!result)
		result = keep(p, id, body);
	chy_declarations_fini(declared);
	if (!result)
		result = chy_batch_declarations(p->batch);
	now = result ? NULL : chy_declaration_of(declared, id);
	if (now)
		result = gather_parties(p->txn, now, &keys);
	if (!result)
		result = rejoin_all(p, &keys, now);
	free(keys.list);
	return result;
}

int chy_declare(const struct projection *p)
{
	struct chy_str id;
	json_t *body;
	int result = chy_record_body(p->record, &body, NULL);

	if (result)
		return result;
	id = chy_json_str(body, "dispute");
	/* What this batch has told before must be in the index. */
	if (chy_declared_id(id))
		result = chy_batch_settle(p->batch);
	if (!result && chy_declared_id(id))
		result = declare(p, id, body);
	json_decref(body);
	return result;
}
