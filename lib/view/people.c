/* People and bodies as documents told of them: who acted or spoke for whom,
 * in which post, from when to when.
 *
 * The table `people` has, under each `what` ("a" and a code, "n" and a person,
 * "d" and a dispute), the groups of one code, person and role (their numbers,
 * 12 bytes): a row that counts and, after it, a key for each event in force, by
 * day, so that the first and the last are one look each. A body is the group
 * without person and role, and counts all events of its code. Keys are left out
 * where another table has them: of bodies under "a" (the index of events) and
 * of persons under "n" (their groups under "a"). What was known at an earlier
 * record is gathered from the events themselves. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { GROUP = 12, POSTING = GROUP + 4 + CHY_EVENT_KEY, COUNTS = 8, LONGEST = 160 };
enum { DISPUTES = 32, MENTIONS = 2 * 2 * CHY_SIDE + 1 };

/* -- who is in an event ------------------------------------------------------- */

struct mention {
	struct chy_str code, person, role;
	bool spoke;
};

static bool same_mention(const struct mention *a, const struct mention *b)
{
	return chy_str_equal(a->code, b->code) && chy_str_equal(a->person, b->person) &&
	       chy_str_equal(a->role, b->role);
}

static size_t add_mention(struct mention *list, size_t n, struct mention mention)
{
	for (size_t i = 0; i < n; i++)
		if (same_mention(&list[i], &mention))
			return n;
	if (n < MENTIONS && (mention.code.size || mention.person.size))
		list[n++] = mention;
	return n;
}

static size_t add_side(
	struct mention *list, size_t n, const struct chy_value *side, struct chy_str speaker)
{
	const struct chy_value *actor = chy_value_first(side);

	/* Those that the index of events has, too. */
	for (size_t i = 0; actor && i < CHY_SIDE; i++, actor = chy_value_next(actor)) {
		struct mention mention = {chy_value_str(actor, "code"),
			chy_value_str(actor, "person"), chy_value_str(actor, "role"), false};

		if (mention.code.size > CHY_CODE)
			mention.code = CHY_STR("");
		mention.spoke = speaker.size && chy_str_equal(mention.person, speaker);
		n = add_mention(list, n, mention);
		n = add_mention(list, n, (struct mention){.code = mention.code});
	}
	return n;
}

/* Each once. A speaker who is on neither side speaks for nobody that is known. */
static size_t mentions_of(const struct chy_value *event, struct mention list[MENTIONS])
{
	struct chy_str speaker = chy_value_str(event, "speaker");
	size_t n = add_side(list, 0, chy_value_member(event, "actor"), speaker);

	n = add_side(list, n, chy_value_member(event, "recipient"), speaker);
	for (size_t i = 0; i < n; i++)
		if (list[i].spoke)
			return n;
	return speaker.size ? add_mention(list, n,
				      (struct mention){CHY_STR(""), speaker, CHY_STR(""), true})
			    : n;
}

/* -- into the table ----------------------------------------------------------- */

struct placing {
	struct chy_batch *batch;
	const unsigned char *key;
	int32_t day, sign;
	bool spoke;
};

static int number_group(
	struct chy_batch *batch, const struct mention *mention, unsigned char out[GROUP])
{
	const struct chy_str texts[] = {mention->code, mention->person, mention->role};
	int result = CHY_OK;

	for (size_t i = 0; i < 3 && !result; i++) {
		uint32_t number;

		result = chy_batch_number(batch, texts[i], &number);
		if (!result)
			chy_put_be(out + 4 * i, number, 4);
	}
	return result;
}

/* With or without a key for the event itself. */
static void place_under(const struct placing *placing, char letter, struct chy_str name,
	const unsigned char group[GROUP], bool with_key)
{
	unsigned char key[LONGEST + 2 + POSTING];
	const char value[] = {
		placing->sign > 0 ? '+' : '-', placing->spoke ? 's' : '.', with_key ? 'k' : '.'};
	size_t at = name.size + 2;

	if (name.size > LONGEST)
		return;
	key[0] = (unsigned char)letter;
	memcpy(key + 1, name.data, name.size);
	key[at - 1] = 0;
	memcpy(key + at, group, GROUP);
	chy_put_day(key + at + GROUP, placing->day);
	memcpy(key + at + GROUP + 4, placing->key, CHY_EVENT_KEY);
	chy_stage_add(&placing->batch->people,
		(struct chy_str){(const char *)key, at + (with_key ? POSTING : GROUP)},
		(struct chy_str){value, sizeof(value)});
}

static bool is_body(const struct mention *mention)
{
	return !mention->person.size && !mention->role.size;
}

static int place_mention(
	struct placing *placing, const struct mention *mention, const struct chy_value *event)
{
	const struct chy_value *dispute = chy_value_first(chy_value_member(event, "dispute"));
	const struct chy_value *declared = chy_value_first(chy_value_member(event, "declared"));
	unsigned char group[GROUP];
	int result = number_group(placing->batch, mention, group);

	if (result)
		return result;
	placing->spoke = mention->spoke;
	place_under(placing, 'a', mention->code, group, !is_body(mention));
	if (mention->person.size)
		place_under(placing, 'n', mention->person, group, false);
	for (size_t i = 0; dispute && i < DISPUTES; i++, dispute = chy_value_next(dispute))
		place_under(placing, 'd', dispute->text, group, true);
	for (size_t i = 0; declared && i < DISPUTES; i++, declared = chy_value_next(declared))
		place_under(placing, 'd', declared->text, group, true);
	return CHY_OK;
}

int chy_people_place(struct chy_batch *batch, const struct chy_value *event,
	const struct chy_telling *telling, int32_t sign)
{
	struct placing placing = {batch, telling->key, chy_event_day(telling), sign, false};
	struct mention list[MENTIONS];
	size_t n = mentions_of(event, list);
	int result = CHY_OK;

	for (size_t i = 0; i < n && !result; i++)
		result = place_mention(&placing, &list[i], event);
	return result;
}

int chy_people_join(struct chy_batch *batch, const struct chy_value *event,
	const struct chy_telling *telling, struct chy_str dispute)
{
	struct placing placing = {batch, telling->key, chy_event_day(telling), 1, false};
	struct mention list[MENTIONS];
	size_t n = mentions_of(event, list);
	unsigned char group[GROUP];
	int result = CHY_OK;

	for (size_t i = 0; i < n && !result; i++) {
		result = number_group(batch, &list[i], group);
		placing.spoke = list[i].spoke;
		if (!result)
			place_under(&placing, 'd', dispute, group, true);
	}
	return result;
}

/* Adds what waits for a group to what it had. */
static int change_counts(struct chy_batch *batch, struct chy_str key, const uint32_t add[2])
{
	unsigned char bytes[COUNTS];
	uint32_t counts[2] = {add[0], add[1]};
	struct chy_str old;
	struct chy_buffer row;
	int result = chy_sealed_get(batch->txn, CHY_VIEW_PEOPLE, key, &old);

	if (result < 0 || (result == CHY_OK && old.size != COUNTS))
		return result ? result : CHY_EDAMAGED;
	for (size_t i = 0; i < 2 && result == CHY_OK; i++)
		counts[i] += (uint32_t)chy_get_be(old.data + 4 * i, 4);
	if (!counts[0])
		return result ? CHY_OK : chy_store_delete(batch->txn, CHY_VIEW_PEOPLE, key);
	chy_put_be(bytes, counts[0], 4);
	chy_put_be(bytes + 4, counts[1], 4);
	chy_buffer_init(&row);
	chy_buffer_add(&row, bytes, COUNTS);
	result = chy_sealed_put(batch->txn, CHY_VIEW_PEOPLE, key, &row);
	chy_buffer_fini(&row);
	return result;
}

static struct chy_str group_key(const struct chy_stage *stage, size_t i)
{
	struct chy_str key = chy_staged_key(stage, i);

	if (chy_staged_value(stage, i).data[2] == 'k')
		key.size -= POSTING - GROUP;
	return key;
}

/* The last word on a key holds: what came and went within a batch is not there. */
static int change_event(struct chy_batch *batch, size_t i)
{
	const struct chy_stage *stage = &batch->people;
	struct chy_str key = chy_staged_key(stage, i), value = chy_staged_value(stage, i);
	int result;

	if (value.data[2] != 'k' ||
		(i + 1 < stage->count && chy_str_equal(key, chy_staged_key(stage, i + 1))))
		return CHY_OK;
	if (value.data[0] == '+')
		return chy_store_put(batch->txn, CHY_VIEW_PEOPLE, key, CHY_STR(""));
	result = chy_store_delete(batch->txn, CHY_VIEW_PEOPLE, key);
	return result == CHY_NOT_FOUND ? CHY_OK : result;
}

/* The items of one group, which stand together; *out_next is behind them. */
static int change_group(struct chy_batch *batch, size_t from, size_t *out_next)
{
	const struct chy_stage *stage = &batch->people;
	struct chy_str key = group_key(stage, from);
	uint32_t add[2] = {0, 0};
	int result = CHY_OK;
	size_t i;

	for (i = from; i < stage->count && chy_str_equal(key, group_key(stage, i)); i++) {
		const char *value = chy_staged_value(stage, i).data;
		uint32_t sign = value[0] == '+' ? 1 : (uint32_t)-1;

		add[0] += sign;
		add[1] += value[1] == 's' ? sign : 0;
	}
	*out_next = i;
	if (add[0] || add[1])
		result = change_counts(batch, key, add);
	for (i = from; i < *out_next && !result; i++)
		result = change_event(batch, i);
	return result;
}

int chy_people_flush(struct chy_batch *batch)
{
	int result = CHY_OK;

	for (size_t at = 0; at < batch->people.count && !result;)
		result = change_group(batch, at, &at);
	chy_stage_clear(&batch->people);
	return result;
}

/* -- rows of an answer --------------------------------------------------------- */

struct sight {
	int32_t day;
	unsigned char key[CHY_EVENT_KEY];
};

static json_t *day_json(int32_t day)
{
	struct chy_date date;

	if (day == INT32_MIN)
		return json_null();
	chy_day_to_date(day, &date);
	return json_sprintf("%04d-%02d-%02d", (int)date.year, (int)date.month, (int)date.day);
}

static json_t *id_json(const unsigned char key[CHY_EVENT_KEY])
{
	return json_sprintf("E%llu.%u", (unsigned long long)chy_get_be((const char *)key, 8),
		(unsigned)chy_get_be((const char *)key + 8, 4));
}

static json_t *text_json(struct chy_str text)
{
	return text.size ? json_stringn(text.data, text.size) : json_null();
}

static json_t *row_json(const struct mention *who, const uint32_t counts[2],
	const struct sight *first, const struct sight *last)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "code",
		text_json(who->code), "person", text_json(who->person), "role",
		text_json(who->role), "events", (json_int_t)counts[0], "spoke",
		(json_int_t)counts[1], "first_seen", day_json(first->day), "last_seen",
		day_json(last->day), "first_event", id_json(first->key), "last_event",
		id_json(last->key));
}

/* -- as it stands now ---------------------------------------------------------- */

struct scan {
	struct chy_store_txn *txn;
	struct chy_store_cursor *cursor;
	unsigned char prefix[LONGEST + 2 + POSTING + 1];
	size_t size; /* of the prefix: what, and the NUL */
	json_t *rows;
};

/* The event is asked, too: a key has no hash of its own. CHY_NOT_FOUND where it
 * is in force no more. */
static int read_sight(struct scan *scan, const char *at, struct sight *out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result;

	out->day = chy_get_day(at);
	memcpy(out->key, at + 4, CHY_EVENT_KEY);
	result = chy_event_read(scan->txn, out->key, &head, &json);
	if (result || head.day != out->day)
		return result < 0 ? result : CHY_EDAMAGED;
	return head.until ? CHY_NOT_FOUND : CHY_OK;
}

static int name_group(struct scan *scan, struct mention *out)
{
	struct chy_str *texts[] = {&out->code, &out->person, &out->role};
	int result = CHY_OK;

	for (size_t i = 0; i < 3 && !result; i++)
		result = chy_name_text(scan->txn,
			(uint32_t)chy_get_be((const char *)scan->prefix + scan->size + 4 * i, 4),
			texts[i]);
	return result;
}

typedef int step(struct chy_store_cursor *cursor, struct chy_str *key, struct chy_str *value);

/* From a key on the first whose event is in force, among those that begin with
 * `size` bytes of the prefix. */
static int find_sight(struct scan *scan, struct chy_store_cursor *cursor, struct chy_str key,
	size_t size, step *on, struct sight *out)
{
	struct chy_str value;
	int result = CHY_OK;

	while (!result) {
		if (key.size != size + POSTING - GROUP || memcmp(key.data, scan->prefix, size) != 0)
			return CHY_EDAMAGED; /* it is counted, but not there */
		result = read_sight(scan, key.data + size, out);
		if (result != CHY_NOT_FOUND)
			return result;
		result = on(cursor, &key, &value);
	}
	return result;
}

/* Both ends of the keys that begin with `size` bytes of the prefix. */
static int read_ends(struct scan *scan, struct chy_store_cursor *cursor, size_t size,
	struct sight *first, struct sight *last)
{
	unsigned char least[4];
	struct chy_str key, value;
	int result;

	chy_put_day(least, INT32_MIN);
	memcpy(scan->prefix + size, least, 4);
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)scan->prefix, size + 4}, &key, &value);
	if (!result)
		result = find_sight(scan, cursor, key, size, chy_store_next, first);
	if (result)
		return result;
	memset(scan->prefix + size, 0xff, POSTING - GROUP + 1);
	result = chy_store_seek(cursor,
		(struct chy_str){(const char *)scan->prefix, size + POSTING - GROUP + 1}, &key,
		&value);
	if (result == CHY_END)
		result = chy_store_last(cursor, &key, &value);
	else if (!result)
		result = chy_store_previous(cursor, &key, &value);
	return result ? result : find_sight(scan, cursor, key, size, chy_store_previous, last);
}

/* A body's under "a" are the index's. */
static int read_index(struct scan *scan, struct sight *first, struct sight *last)
{
	struct chy_store_cursor *cursor;
	unsigned char kept[GROUP];
	int result = chy_store_cursor_open(scan->txn, CHY_VIEW_INDEX, &cursor);

	if (result)
		return result;
	memcpy(kept, scan->prefix + scan->size, GROUP);
	result = read_ends(scan, cursor, scan->size, first, last);
	memcpy(scan->prefix + scan->size, kept, GROUP);
	chy_store_cursor_close(cursor);
	return result;
}

/* A person's under "n" are those under the code. */
static int read_person(
	struct scan *scan, struct chy_str code, struct sight *first, struct sight *last)
{
	struct scan other = {.txn = scan->txn, .cursor = scan->cursor, .size = code.size + 2};

	if (code.size > LONGEST)
		return CHY_EDAMAGED;
	other.prefix[0] = 'a';
	if (code.size)
		memcpy(other.prefix + 1, code.data, code.size);
	memcpy(other.prefix + other.size, scan->prefix + scan->size, GROUP);
	return read_ends(&other, other.cursor, other.size + GROUP, first, last);
}

static int find_ends(
	struct scan *scan, const struct mention *who, struct sight *first, struct sight *last)
{
	if (scan->prefix[0] == 'n')
		return read_person(scan, who->code, first, last);
	if (scan->prefix[0] == 'a' && is_body(who))
		return read_index(scan, first, last);
	return read_ends(scan, scan->cursor, scan->size + GROUP, first, last);
}

static int take_group(struct scan *scan, struct chy_str key, struct chy_str value)
{
	struct mention who;
	struct sight first, last;
	uint32_t counts[2];
	int result = key.size == scan->size + GROUP ? chy_unseal(key, value, &value) : CHY_EDAMAGED;

	if (result || value.size != COUNTS)
		return result ? result : CHY_EDAMAGED;
	counts[0] = (uint32_t)chy_get_be(value.data, 4);
	counts[1] = (uint32_t)chy_get_be(value.data + 4, 4);
	memcpy(scan->prefix + scan->size, key.data + scan->size, GROUP);
	result = name_group(scan, &who);
	if (!result)
		result = find_ends(scan, &who, &first, &last);
	memset(scan->prefix + scan->size + GROUP, 0xff, POSTING - GROUP + 1);
	if (!result)
		json_array_append_new(scan->rows, row_json(&who, counts, &first, &last));
	return result == CHY_END ? CHY_EDAMAGED : result;
}

static bool begins(const struct scan *scan, struct chy_str key)
{
	return key.size > scan->size && memcmp(key.data, scan->prefix, scan->size) == 0;
}

/* From group to group, whatever the number of events in each. */
static int scan_groups(struct scan *scan)
{
	struct chy_str key, value;
	int result = chy_store_seek(scan->cursor,
		(struct chy_str){(const char *)scan->prefix, scan->size}, &key, &value);

	while (result == CHY_OK && begins(scan, key)) {
		result = take_group(scan, key, value);
		if (!result) /* where the last one ended: still 0xff */
			result = chy_store_seek(scan->cursor,
				(struct chy_str){
					(const char *)scan->prefix, scan->size + POSTING + 1},
				&key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

static int scan_what(struct chy_store_txn *txn, char letter, struct chy_str name, json_t *rows)
{
	struct scan scan = {.txn = txn, .size = name.size + 2, .rows = rows};
	int result;

	if (name.size > LONGEST)
		return CHY_OK;
	scan.prefix[0] = (unsigned char)letter;
	memcpy(scan.prefix + 1, name.data, name.size);
	result = chy_store_cursor_open(txn, CHY_VIEW_PEOPLE, &scan.cursor);
	if (result)
		return result;
	result = scan_groups(&scan);
	chy_store_cursor_close(scan.cursor);
	return result;
}

/* The names after a letter, each once. */
static int scan_names(struct chy_store_txn *txn, char letter, json_t *names)
{
	unsigned char prefix[LONGEST + 3] = {(unsigned char)letter, 1}; /* none without a name */
	struct chy_store_cursor *cursor;
	struct chy_str key, value;
	size_t size = 2;
	int result = chy_store_cursor_open(txn, CHY_VIEW_PEOPLE, &cursor);

	if (result)
		return result;
	while ((result = chy_store_seek(cursor, (struct chy_str){(const char *)prefix, size}, &key,
			&value)) == CHY_OK &&
		key.data[0] == letter) {
		const char *end = memchr(key.data, 0, key.size);

		size = end ? (size_t)(end - key.data) : 0;
		if (size < 2 || size > LONGEST + 1) {
			result = CHY_EDAMAGED;
			break;
		}
		json_array_append_new(names, json_stringn(key.data + 1, size - 1));
		memcpy(prefix, key.data, size);
		prefix[size++] = 1; /* beyond all that has a NUL here */
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* -- as it was known ------------------------------------------------------------ */

struct group {
	struct mention who; /* views of `names` */
	uint32_t counts[2];
	struct sight first, last;
};

struct gathering {
	const struct chy_people_filter *filter;
	json_t *names; /* keeps the texts */
	struct group *groups;
	size_t count, room;
};

static struct chy_str keep(struct gathering *g, struct chy_str text)
{
	json_t *kept = text.size ? json_stringn(text.data, text.size) : NULL;

	if (!kept)
		return CHY_STR("");
	json_array_append_new(g->names, kept);
	return (struct chy_str){json_string_value(kept), json_string_length(kept)};
}

static struct group *group_of(struct gathering *g, const struct mention *who)
{
	for (size_t i = 0; i < g->count; i++)
		if (same_mention(&g->groups[i].who, who))
			return &g->groups[i];
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct group *more = realloc(g->groups, room * sizeof(*more));

		if (!more)
			return NULL;
		g->groups = more;
		g->room = room;
	}
	g->groups[g->count] = (struct group){
		.who = {keep(g, who->code), keep(g, who->person), keep(g, who->role), false}};
	return &g->groups[g->count++];
}

static bool wanted(const struct chy_people_filter *filter, const struct mention *who)
{
	return (!filter->code.size || chy_str_equal(filter->code, who->code)) &&
	       (!filter->person.size || chy_str_equal(filter->person, who->person));
}

/* Events come in the order of their days, and keys within a day. */
static int gather(void *user, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, const struct chy_value *event)
{
	struct gathering *g = user;
	struct mention list[MENTIONS];
	size_t n = mentions_of(event, list);

	for (size_t i = 0; i < n; i++) {
		struct group *group;

		if (!wanted(g->filter, &list[i]))
			continue;
		group = group_of(g, &list[i]);
		if (!group)
			return CHY_EMEM;
		group->last.day = head->day;
		memcpy(group->last.key, key, CHY_EVENT_KEY);
		if (!group->counts[0]++)
			group->first = group->last;
		group->counts[1] += list[i].spoke;
	}
	return CHY_OK;
}

static int gather_all(
	struct chy_store_txn *txn, const struct chy_people_filter *filter, json_t *rows)
{
	struct gathering g = {.filter = filter, .names = json_array()};
	struct chy_event_filter events = CHY_EVENT_FILTER_ALL;
	int result;

	events.as_of = filter->as_of;
	events.dispute = filter->dispute;
	if (!filter->dispute.size)
		events.between[0] = filter->code;
	result = chy_each_event(txn, &events, gather, &g);
	for (size_t i = 0; i < g.count && !result; i++)
		json_array_append_new(rows, row_json(&g.groups[i].who, g.groups[i].counts,
						    &g.groups[i].first, &g.groups[i].last));
	json_decref(g.names);
	free(g.groups);
	return result;
}

/* -- questions ------------------------------------------------------------------ */

static int by_text(const json_t *a, const json_t *b, const char *key)
{
	return chy_str_compare(chy_json_str(a, key), chy_json_str(b, key));
}

/* By code, then when they were first seen, then by name. */
static int by_post(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	static const char *const keys[] = {"code", "first_seen", "person", "role"};
	int order = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && !order; i++)
		order = by_text(a, b, keys[i]);
	return order;
}

static json_t *sorted(json_t *rows)
{
	size_t n = json_array_size(rows);
	json_t **list = calloc(n + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; list && i < n; i++)
		list[i] = json_array_get(rows, i);
	if (list)
		qsort(list, n, sizeof(json_t *), by_post);
	for (size_t i = 0; list && i < n; i++)
		json_array_append(out, list[i]);
	free(list);
	json_decref(rows);
	return out;
}

static int ask(struct chy_store_txn *txn, const struct chy_people_filter *filter, json_t *rows)
{
	json_t *codes, *one;
	int result;
	size_t i;

	if (filter->as_of)
		return gather_all(txn, filter, rows);
	if (filter->dispute.size)
		return scan_what(txn, 'd', filter->dispute, rows);
	if (filter->person.size)
		return scan_what(txn, 'n', filter->person, rows);
	if (filter->code.size)
		return scan_what(txn, 'a', filter->code, rows);
	codes = json_array();
	result = scan_names(txn, 'a', codes);
	json_array_foreach(codes, i, one) if (!result) result =
		scan_what(txn, 'a', chy_str_from(json_string_value(one)), rows);
	json_decref(codes);
	return result;
}

int chy_view_people(struct chy_view *view, const struct chy_people_filter *filter, json_t **out,
	struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	json_t *rows = json_array();
	int result = chy_store_begin(view->store, false, &txn, fault);

	if (result) {
		json_decref(rows);
		return result;
	}
	result = ask(txn, filter, rows);
	chy_store_abort(txn);
	if (result) {
		json_decref(rows);
		return chy_fault_set(
			fault, result < 0 ? result : CHY_EDAMAGED, view->path, 0, NULL);
	}
	*out = sorted(rows);
	return CHY_OK;
}

int chy_view_person_names(struct chy_view *view, json_t **out, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	json_t *names = json_array();
	int result = chy_store_begin(view->store, false, &txn, fault);

	if (!result) {
		result = scan_names(txn, 'n', names);
		chy_store_abort(txn);
		if (result)
			chy_fault_set(fault, result, view->path, 0, NULL);
	}
	if (result) {
		json_decref(names);
		return result;
	}
	*out = names;
	return CHY_OK;
}
