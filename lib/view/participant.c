/* Who acts in a dispute, and how often. */
#include <stdlib.h>
#include <string.h>

#include "phase.h"

struct gathering {
	struct chy_store_txn *txn;
	const struct chy_phase_rules *rules;
	const struct chy_event_filter *matter;
	json_t *codes; /* code → its row */
	/* The act that is looked at. */
	int32_t day;
	struct chy_act_facts facts;
};

static void add_number(json_t *row, const char *key)
{
	json_integer_set(
		json_object_get(row, key), json_integer_value(json_object_get(row, key)) + 1);
}

static bool counts(uint8_t standing)
{
	return standing != CHY_STANDING_NEGATION && standing != CHY_STANDING_HYPOTHETICAL;
}

/* The row of a code, made where there is none; NULL for one that is too long. */
static json_t *row_of(struct gathering *g, struct chy_str code)
{
	char name[128];
	json_t *row;

	if (code.size >= sizeof(name))
		return NULL;
	memcpy(name, code.data, code.size);
	name[code.size] = '\0';
	row = json_object_get(g->codes, name);
	if (!row) {
		row = json_pack("{s:s, s:i, s:i, s:I}", "code", name, "acts", 0, "mediations", 0,
			"last", (json_int_t)INT64_MIN);
		json_object_set_new(g->codes, name, row);
	}
	return row;
}

static int add_act(struct gathering *g, struct chy_str code)
{
	struct chy_str category;
	json_t *row, *last;
	int result;

	row = counts(g->facts.standing) ? row_of(g, code) : NULL;
	if (!row)
		return CHY_OK;
	result = chy_name_text(g->txn, g->facts.category, &category);
	if (result)
		return result;
	add_number(row, "acts");
	if (chy_phase_rules_mediates(g->rules, category, g->facts.kind))
		add_number(row, "mediations");
	last = json_object_get(row, "last");
	if (g->day != INT32_MIN && g->day > json_integer_value(last))
		json_integer_set(last, g->day);
	return CHY_OK;
}

/* The index has for each who acts in a dispute "s", the dispute, "," and the
 * code. */
static int gather_now(struct gathering *g)
{
	struct chy_str id = g->matter->dispute, key, value;
	int64_t first = chy_day32(g->matter->first_day), last = chy_day32(g->matter->last_day);
	struct chy_store_cursor *cursor;
	char prefix[256];
	size_t n = id.size + 2;
	int result;

	if (n > sizeof(prefix))
		return CHY_OK;
	prefix[0] = 's';
	memcpy(prefix + 1, id.data, id.size);
	prefix[n - 1] = ',';
	result = chy_store_cursor_open(g->txn, CHY_VIEW_ACT_INDEX, &cursor);
	if (result)
		return result;
	result = chy_store_seek(cursor, (struct chy_str){prefix, n}, &key, &value);
	while (result == CHY_OK && key.size > n && memcmp(key.data, prefix, n) == 0) {
		size_t code = strnlen(key.data + n, key.size - n);

		if (key.size != n + code + 5 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			!chy_act_facts_get(value, &g->facts)) {
			result = CHY_EDAMAGED;
			break;
		}
		g->day = chy_get_day(key.data + n + code + 1);
		if (g->day >= first && g->day <= last)
			result = add_act(g, (struct chy_str){key.data + n, code});
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* -- out of the sums ----------------------------------------------------------- */

struct summing {
	struct gathering *g;
	struct chy_str code;
	json_t *row;
};

static void add_to(json_t *row, const char *key, json_int_t n)
{
	json_t *there = json_object_get(row, key);

	json_integer_set(there, json_integer_value(there) + n);
}

static int add_sum(void *user, int32_t year, const struct chy_tally_cell *cell)
{
	struct summing *summing = user;
	struct gathering *g = summing->g;
	struct chy_str category;
	int result;

	(void)year;
	if (!cell->acts || !counts(cell->standing))
		return CHY_OK;
	if (!summing->row)
		summing->row = row_of(g, summing->code);
	result = chy_name_text(g->txn, cell->category, &category);
	if (result || !summing->row)
		return result;
	add_to(summing->row, "acts", cell->acts);
	if (chy_phase_rules_mediates(g->rules, category, cell->kind))
		add_to(summing->row, "mediations", cell->acts);
	return CHY_OK;
}

/* The day of the last that counts of all under a prefix of the index, which
 * ends with NUL; left alone where none has one. */
static int find_last(struct chy_store_cursor *cursor, struct chy_str prefix, json_t *last)
{
	char past[256];
	struct chy_str key, value;
	struct chy_act_facts facts;
	int result;

	memcpy(past, prefix.data, prefix.size);
	past[prefix.size - 1] = 1;
	result = chy_store_seek(cursor, (struct chy_str){past, prefix.size}, &key, &value);
	result = result == CHY_END ? chy_store_last(cursor, &key, &value)
		 : result	   ? result
				   : chy_store_previous(cursor, &key, &value);
	for (; !result; result = chy_store_previous(cursor, &key, &value)) {
		if (key.size != prefix.size + 4 + CHY_ACT_ORDER + CHY_ACT_KEY ||
			memcmp(key.data, prefix.data, prefix.size) != 0)
			return CHY_OK;
		if (!chy_act_facts_get(value, &facts))
			return CHY_EDAMAGED;
		if (!counts(facts.standing))
			continue;
		if (chy_get_day(key.data + prefix.size) != INT32_MIN)
			json_integer_set(last, chy_get_day(key.data + prefix.size));
		return CHY_OK;
	}
	return result == CHY_END ? CHY_OK : result;
}

static int sum_code(struct gathering *g, struct chy_store_cursor *index, struct chy_str key,
	struct chy_str row, struct chy_str code)
{
	struct summing summing = {g, code, NULL};
	struct chy_str what = {key.data + 1, strlen(key.data + 1) + 1};
	int result = chy_tally_walk_row(row, add_sum, &summing);

	return result || !summing.row
		       ? result
		       : find_last(index, what, json_object_get(summing.row, "last"));
}

/* The sums of "s", the dispute, "," and each code stand beside one another. */
static int gather_sums(struct gathering *g)
{
	struct chy_str id = g->matter->dispute, key, value;
	struct chy_store_cursor *sums, *index = NULL;
	char prefix[256];
	size_t n = id.size + 3;
	int result;

	if (n + 64 > sizeof(prefix))
		return CHY_OK;
	memcpy(prefix, "ts", 2);
	memcpy(prefix + 2, id.data, id.size);
	prefix[n - 1] = ',';
	result = chy_store_cursor_open(g->txn, CHY_VIEW_TALLY, &sums);
	if (result)
		return result;
	result = chy_store_cursor_open(g->txn, CHY_VIEW_ACT_INDEX, &index);
	if (!result)
		result = chy_store_seek(sums, (struct chy_str){prefix, n}, &key, &value);
	while (result == CHY_OK && key.size > n + 3 && memcmp(key.data, prefix, n) == 0) {
		struct chy_str code = {key.data + n, key.size - n - 3};

		result = code.size > 64 || code.data[code.size] ? CHY_EDAMAGED
								: chy_unseal(key, value, &value);
		if (!result)
			result = sum_code(g, index, key, value, code);
		if (!result)
			result = chy_store_next(sums, &key, &value);
	}
	chy_store_cursor_close(index);
	chy_store_cursor_close(sums);
	return result == CHY_END ? CHY_OK : result;
}

static bool is_bounded(const struct chy_event_filter *matter)
{
	return matter->first_day != INT64_MIN || matter->last_day != INT64_MAX;
}

/* -- as of a record ---------------------------------------------------------------- */

static int add_side(void *user, struct chy_str what)
{
	struct gathering *g = user;
	size_t n = g->matter->dispute.size + 2;

	return what.data[0] == 's' ? add_act(g, (struct chy_str){what.data + n, what.size - n})
				   : CHY_OK;
}

static int gather_then(struct gathering *g)
{
	struct chy_stage stage = {.items = NULL};
	int result = chy_acts_of_then(g->txn, g->matter, &stage);

	for (size_t i = 0; i < stage.count && !result; i++) {
		struct chy_str key = chy_staged_key(&stage, i);
		const char *act = key.data + key.size - CHY_ACT_KEY;
		struct chy_act_row row;

		if (!chy_act_decode(chy_staged_value(&stage, i), &row)) {
			result = CHY_EDAMAGED;
			break;
		}
		g->day = chy_act_day(act);
		g->facts = (struct chy_act_facts){.category = row.category,
			.standing = (uint8_t)act[CHY_CELL_HASH],
			.kind = row.kind};
		result = chy_each_what(row.sides, &g->matter->dispute, 1, add_side, g);
	}
	chy_stage_fini(&stage);
	return result;
}

static int by_acts(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	json_int_t x = json_integer_value(json_object_get(a, "acts"));
	json_int_t y = json_integer_value(json_object_get(b, "acts"));

	return x != y ? (x < y ? 1 : -1)
		      : chy_str_compare(chy_json_str(a, "code"), chy_json_str(b, "code"));
}

static json_t *in_order(json_t *codes)
{
	size_t n = 0, count = json_object_size(codes);
	json_t **list = calloc(count + 1, sizeof(json_t *)), *out = json_array(), *row;
	const char *code;

	json_object_foreach(codes, code, row) if (list) list[n++] = row;
	if (n)
		qsort(list, n, sizeof(json_t *), by_acts);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, list[i]);
	free(list);
	return out;
}

int chy_view_participants(struct chy_view *view, const struct chy_event_filter *matter,
	json_t **out, struct chy_fault *fault)
{
	struct gathering gathering = {.matter = matter, .codes = NULL};
	int result = CHY_OK;

	if (!view->phases)
		result = chy_phase_rules_open(&view->phases, fault);
	if (!result)
		result = chy_view_read(view, &gathering.txn, fault);
	if (result)
		return result;
	gathering.rules = view->phases;
	gathering.codes = json_object();
	result = matter->as_of	      ? gather_then(&gathering)
		 : is_bounded(matter) ? gather_now(&gathering)
				      : gather_sums(&gathering);
	chy_view_read_end(view, gathering.txn);
	if (result)
		chy_fault_set(fault, result, view->path, 0, NULL);
	else
		*out = in_order(gathering.codes);
	json_decref(gathering.codes);
	return result;
}
