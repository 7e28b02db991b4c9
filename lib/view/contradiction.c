/* Where reports disagree: about the day or the place of an act, about whether
 * it was done, is still planned, or never was. Nothing is averaged; each
 * version is told with the events that tell it. */
#include <stdlib.h>
#include <string.h>

#include "chancery/data.h"
#include "internal.h"

/* Periods around an act's within which its neighbours lie, and how far ahead
 * is loaded for those that come next. */
enum {
	AROUND = CHY_ACT_CONTEXT + 2,
	AHEAD = 24,
	FEWEST_SLOTS = 64,
	MOST_SLOTS = 4096,
	RULES = 64,
	CLOSE = 3,
	VERSIONS = 8
};

struct rule {
	struct chy_str category, cameo, mode;
	int32_t days;
};

struct loaded {
	struct chy_acts acts;
	int32_t first, last; /* periods; nothing is loaded where first > last */
};

struct comparing {
	struct chy_store_txn *txn;
	uint64_t as_of;
	chy_same_place *same_place;
	void *user;
	struct chy_mapping file;
	struct rule rules[RULES];
	size_t rule_count;
	struct chy_scan scan;
	struct loaded *slots; /* by the cell's hash */
	size_t slot_count; /* a power of two */
	/* The happening that is looked at. */
	const struct chy_acts *acts;
	const struct chy_act *act;
	json_t *out;
};

/* -- rules ----------------------------------------------------------------------- */

static int read_rules(struct comparing *c, struct chy_fault *fault)
{
	struct chy_str rest, line, columns[4] = {{NULL, 0}};
	int result = chy_data_map("contradictions.tsv", &c->file, fault);
	bool header = true;

	rest = (struct chy_str){c->file.data, c->file.size};
	while (!result && chy_str_split(&rest, '\n', &line)) {
		size_t n = 0;

		if (!line.size || line.data[0] == '#')
			continue;
		while (n < 4 && line.data && chy_str_split(&line, '\t', &columns[n]))
			n++;
		if (n != 4 || c->rule_count == RULES)
			return chy_fault_set(fault, CHY_EINPUT, "contradictions.tsv", 0,
				"a line does not have four columns, or there are too many");
		if (!header)
			c->rules[c->rule_count++] = (struct rule){columns[0], columns[1],
				columns[2], (int32_t)strtol(columns[3].data, NULL, 10)};
		header = false;
	}
	return result;
}

/* How many days about one act there is seldom another; 0: it may be any day. */
static int32_t days_alone(const struct comparing *c, uint32_t kind)
{
	for (size_t i = 0; i < c->rule_count; i++) {
		const struct rule *rule = &c->rules[i];

		if (chy_str_is(rule->category, c->acts->category) &&
			chy_kind_is(kind, rule->mode, rule->cameo))
			return rule->days;
	}
	return 0;
}

/* -- acts ------------------------------------------------------------------------- */

static int load(struct comparing *c, const struct chy_event_head *head)
{
	struct loaded *slot = &c->slots[(head->cell[0] << 8 | head->cell[1]) % c->slot_count];
	int result;

	if (slot->first <= slot->last && memcmp(slot->acts.hash, head->cell, CHY_CELL_HASH) == 0 &&
		head->period - AROUND >= slot->first && head->period + AROUND <= slot->last) {
		c->acts = &slot->acts;
		return CHY_OK;
	}
	if (slot->first <= slot->last)
		chy_acts_fini(&slot->acts);
	slot->first = head->period - AROUND;
	slot->last = head->period + AROUND + AHEAD;
	result = chy_cell_acts(c->txn, head->cell, slot->first, slot->last, c->as_of, &slot->acts);
	if (result)
		*slot = (struct loaded){.first = 1, .last = 0};
	c->acts = &slot->acts;
	return result;
}

static const struct chy_act *act_of(
	const struct chy_acts *acts, const unsigned char key[CHY_EVENT_KEY])
{
	for (size_t i = 0; i < acts->act_count; i++)
		for (size_t j = 0; j < acts->list[i].count; j++)
			if (memcmp(acts->tellings[acts->list[i].from + j].key, key,
				    CHY_EVENT_KEY) == 0)
				return &acts->list[i];
	return NULL;
}

static const struct chy_telling *telling(
	const struct comparing *c, const struct chy_act *act, size_t i)
{
	return &c->acts->tellings[act->from + i];
}

static bool is_dated(const struct chy_telling *t)
{
	return t->first <= t->last;
}

static bool tells(const struct comparing *c, const struct chy_act *act, uint64_t document)
{
	for (size_t i = 0; i < act->count; i++)
		if (telling(c, act, i)->document == document)
			return true;
	return false;
}

/* Whether some paper tells the one and not the other. */
static bool has_own_witness(
	const struct comparing *c, const struct chy_act *act, const struct chy_act *other)
{
	for (size_t i = 0; i < act->count; i++)
		if (!tells(c, other, telling(c, act, i)->document))
			return true;
	return false;
}

static int32_t first_report(const struct comparing *c, const struct chy_act *act)
{
	int32_t first = INT32_MAX;

	for (size_t i = 0; i < act->count; i++)
		if (telling(c, act, i)->reported != INT32_MIN &&
			telling(c, act, i)->reported < first)
			first = telling(c, act, i)->reported;
	return first;
}

/* -- versions ---------------------------------------------------------------------- */

/* What some of the tellings say: a value, and who says so. */
static json_t *new_version(struct comparing *c, const struct chy_act *act, struct chy_str value)
{
	unsigned char key[CHY_ACT_KEY];
	char name[CHY_ACT_NAME];

	chy_act_key(c->acts, act, key);
	return json_pack("{s:s%, s:s, s:[], s:[]}", "value", value.data, value.size, "happening",
		chy_act_name((struct chy_str){(const char *)key, sizeof(key)}, name), "sources",
		"events");
}

static int read_telling(
	struct comparing *c, const struct chy_telling *t, const struct chy_value **out)
{
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_read(c->txn, t->key, &head, &json);

	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	return chy_scan_read(&c->scan, json, out) ? CHY_EDAMAGED : CHY_OK;
}

static void add_once(json_t *list, struct chy_str text)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (chy_str_is(text, json_string_value(json_array_get(list, i))))
			return;
	json_array_append_new(list, json_stringn(text.data, text.size));
}

static void add_witness(json_t *version, const struct chy_value *event)
{
	struct chy_str source = chy_value_str(event, "source"), id = chy_value_str(event, "id");

	if (source.size)
		add_once(json_object_get(version, "sources"), source);
	if (id.size)
		add_once(json_object_get(version, "events"), id);
}

/* All tellings of an act under one value. */
static int add_version(
	struct comparing *c, const struct chy_act *act, const char *value, json_t *versions)
{
	json_t *version = new_version(c, act, chy_str_from(value));
	const struct chy_value *event;
	int result = CHY_OK;

	for (size_t i = 0; i < act->count && !result; i++) {
		result = read_telling(c, telling(c, act, i), &event);
		if (!result)
			add_witness(version, event);
	}
	json_array_append_new(versions, version);
	return result;
}

static void add_contradiction(struct comparing *c, const char *about, json_t *versions)
{
	json_array_append_new(
		c->out, json_pack("{s:s, s:o}", "about", about, "versions", versions));
}

/* -- the days ------------------------------------------------------------------------ */

static bool apart(const struct chy_telling *a, const struct chy_telling *b)
{
	return is_dated(a) && is_dated(b) && (a->last < b->first || b->last < a->first);
}

static bool any_apart(const struct comparing *c, const struct chy_act *act)
{
	for (size_t i = 0; i < act->count; i++)
		for (size_t j = i + 1; j < act->count && j < i + 64; j++)
			if (apart(telling(c, act, i), telling(c, act, j)))
				return true;
	return false;
}

/* The version with a value; begun where there is none yet. */
static json_t *version_with(
	struct comparing *c, const struct chy_act *act, struct chy_str value, json_t *versions)
{
	json_t *version;

	for (size_t i = 0; i < json_array_size(versions); i++) {
		version = json_array_get(versions, i);
		if (chy_str_equal(chy_json_str(version, "value"), value))
			return version;
	}
	if (json_array_size(versions) == VERSIONS)
		return NULL;
	version = new_version(c, act, value);
	json_array_append_new(versions, version);
	return version;
}

/* The dates that an act's tellings give. */
static int add_dates(struct comparing *c, const struct chy_act *act, json_t *versions)
{
	const struct chy_value *event;
	int result = CHY_OK;

	for (size_t i = 0; i < act->count && !result; i++) {
		json_t *version;

		if (!is_dated(telling(c, act, i)))
			continue;
		result = read_telling(c, telling(c, act, i), &event);
		version = result ? NULL
				 : version_with(c, act, chy_value_str(event, "date"), versions);
		if (version)
			add_witness(version, event);
	}
	return result;
}

/* Whether all who date the act wrote on a day or later. */
static bool written_after(const struct comparing *c, const struct chy_act *act, int32_t day)
{
	for (size_t i = 0; i < act->count; i++)
		if (is_dated(telling(c, act, i)) && telling(c, act, i)->reported < day)
			return false;
	return true;
}

/* Whether another act is this one under another date: of the same kind, within
 * the days about it, told by others, all of whom write after both. */
static bool is_same_elsewhen(
	const struct comparing *c, const struct chy_act *other, int32_t days, uint32_t kind)
{
	const struct chy_act *act = c->act;
	int32_t later = act->first > other->first ? act->first : other->first;

	if (other == act || other->anchor != CHY_ANCHOR_DAY || other->standing != act->standing ||
		other->first == act->first || abs(other->first - act->first) > days ||
		c->acts->tellings[other->best].kind != kind)
		return false;
	for (size_t i = 0; i < act->count; i++)
		if (tells(c, other, telling(c, act, i)->document))
			return false;
	return written_after(c, act, later) && written_after(c, other, later);
}

static int compare_days(struct comparing *c)
{
	uint32_t kind = c->acts->tellings[c->act->best].kind;
	int32_t days = c->act->anchor == CHY_ANCHOR_DAY && c->act->standing == CHY_STANDING_DONE
			       ? days_alone(c, kind)
			       : 0;
	json_t *versions = json_array();
	bool differ = any_apart(c, c->act);
	int result = CHY_OK;

	for (size_t i = 0; days && i < c->acts->act_count && !result; i++) {
		if (!is_same_elsewhen(c, &c->acts->list[i], days, kind))
			continue;
		if (!differ)
			result = add_dates(c, c->act, versions);
		differ = true;
		if (!result)
			result = add_dates(c, &c->acts->list[i], versions);
	}
	if (differ && !json_array_size(versions) && !result)
		result = add_dates(c, c->act, versions);
	if (json_array_size(versions) > 1)
		add_contradiction(c, "date", versions);
	else
		json_decref(versions);
	return result;
}

/* -- the place ------------------------------------------------------------------------ */

static json_t *version_of_place(
	struct comparing *c, const struct chy_value *event, json_t *versions)
{
	struct chy_str place = chy_value_str(event, "place"), language;
	json_t *version;
	size_t i;

	language = chy_value_str(event, "language");
	json_array_foreach(versions, i,
		version) if (c->same_place(c->user, place, language, chy_json_str(version, "value"),
				     chy_json_str(version, "language"))) return version;
	if (json_array_size(versions) == VERSIONS)
		return NULL;
	version = new_version(c, c->act, place);
	json_object_set_new(version, "language", json_stringn(language.data, language.size));
	json_array_append_new(versions, version);
	return version;
}

static int compare_places(struct comparing *c)
{
	json_t *versions = json_array(), *version;
	const struct chy_value *event;
	int result = CHY_OK;
	size_t i;

	for (size_t n = 0; c->act->count > 1 && n < c->act->count && !result; n++) {
		result = read_telling(c, telling(c, c->act, n), &event);
		if (result || !chy_value_str(event, "place").size)
			continue;
		version = version_of_place(c, event, versions);
		if (version)
			add_witness(version, event);
	}
	json_array_foreach(versions, i, version) json_object_del(version, "language");
	if (json_array_size(versions) > 1)
		add_contradiction(c, "place", versions);
	else
		json_decref(versions);
	return result;
}

/* -- whether it was ---------------------------------------------------------------------- */

static bool overlap(const struct chy_act *a, const struct chy_act *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* Whether a denial is of an act: of its days, or, without a date, written on
 * them or soon after. */
static bool denies(
	const struct comparing *c, const struct chy_act *denial, const struct chy_act *act)
{
	if (denial->anchor == CHY_ANCHOR_DOCUMENT || act->anchor == CHY_ANCHOR_DOCUMENT ||
		!has_own_witness(c, denial, act))
		return false;
	if (denial->anchor != CHY_ANCHOR_REPORT)
		return overlap(denial, act);
	return denial->first >= act->first && denial->first - CLOSE <= act->last;
}

static bool is_told_as_act(uint8_t standing)
{
	return standing == CHY_STANDING_DONE || standing == CHY_STANDING_FUTURE;
}

static bool contradict_by_denial(const struct comparing *c, const struct chy_act *other)
{
	if (c->act->standing == CHY_STANDING_NEGATION)
		return is_told_as_act(other->standing) && denies(c, c->act, other);
	return is_told_as_act(c->act->standing) && other->standing == CHY_STANDING_NEGATION &&
	       denies(c, other, c->act);
}

/* Whether one paper still has planned what another told as done before. */
static bool still_planned(
	const struct comparing *c, const struct chy_act *planned, const struct chy_act *done)
{
	int32_t told = first_report(c, done);

	if (planned->anchor > CHY_ANCHOR_SPAN || done->anchor > CHY_ANCHOR_SPAN ||
		!overlap(planned, done))
		return false;
	for (size_t i = 0; i < planned->count; i++)
		if (telling(c, planned, i)->reported > told &&
			!tells(c, done, telling(c, planned, i)->document))
			return true;
	return false;
}

static bool contradict_by_standing(const struct comparing *c, const struct chy_act *other)
{
	if (c->act->standing == CHY_STANDING_DONE && other->standing == CHY_STANDING_FUTURE)
		return still_planned(c, other, c->act);
	return c->act->standing == CHY_STANDING_FUTURE && other->standing == CHY_STANDING_DONE &&
	       still_planned(c, c->act, other);
}

static const char *standing_name(uint8_t standing)
{
	return standing == CHY_STANDING_NEGATION ? "negation"
	       : standing == CHY_STANDING_FUTURE ? "future"
						 : "done";
}

typedef bool contradicts(const struct comparing *c, const struct chy_act *other);

static int compare_standing(struct comparing *c, contradicts *differ, const char *about)
{
	json_t *versions = json_array();
	int result = CHY_OK;

	for (size_t i = 0; i < c->acts->act_count && !result; i++) {
		const struct chy_act *other = &c->acts->list[i];

		if (!differ(c, other) || json_array_size(versions) == VERSIONS)
			continue;
		if (!json_array_size(versions))
			result = add_version(c, c->act, standing_name(c->act->standing), versions);
		if (!result)
			result = add_version(c, other, standing_name(other->standing), versions);
	}
	if (json_array_size(versions))
		add_contradiction(c, about, versions);
	else
		json_decref(versions);
	return result;
}

/* -- all of them ---------------------------------------------------------------------------- */

static int compare(struct comparing *c, json_t *happening)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_event_head head;
	struct chy_str json;
	int result = chy_event_parse(chy_json_str(happening, "best"), key);

	if (!result)
		result = chy_event_read(c->txn, key, &head, &json);
	if (!result)
		result = load(c, &head);
	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	c->act = act_of(c->acts, key);
	if (!c->act)
		return CHY_EDAMAGED;
	c->out = json_array();
	json_object_set_new(happening, "contradictions", c->out);
	result = compare_days(c);
	if (!result)
		result = compare_places(c);
	if (!result)
		result = compare_standing(c, contradict_by_denial, "denial");
	if (!result)
		result = compare_standing(c, contradict_by_standing, "standing");
	return result;
}

static struct comparing *new_comparing(size_t happenings)
{
	struct comparing *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->slot_count = FEWEST_SLOTS;
	while (c->slot_count < MOST_SLOTS && c->slot_count < 4 * happenings)
		c->slot_count *= 2;
	c->slots = calloc(c->slot_count, sizeof(*c->slots));
	if (!c->slots) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < c->slot_count; i++)
		c->slots[i].first = 1; /* > last: none is loaded */
	chy_scan_init(&c->scan);
	return c;
}

static void free_comparing(struct comparing *c)
{
	for (size_t i = 0; i < c->slot_count; i++)
		if (c->slots[i].first <= c->slots[i].last)
			chy_acts_fini(&c->slots[i].acts);
	free(c->slots);
	chy_scan_fini(&c->scan);
	chy_unmap(&c->file);
	free(c);
}

int chy_view_contradictions(struct chy_view *view, json_t *happenings, uint64_t as_of,
	chy_same_place *same_place, void *user, struct chy_fault *fault)
{
	struct comparing *c = new_comparing(json_array_size(happenings));
	json_t *happening;
	size_t i;
	int result;

	if (!c)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	c->as_of = as_of;
	c->same_place = same_place;
	c->user = user;
	result = read_rules(c, fault);
	if (!result)
		result = chy_view_read(view, &c->txn, fault);
	if (!result) {
		json_array_foreach(happenings, i, happening) if (!result) result =
			compare(c, happening);
		chy_view_read_end(view, c->txn);
		if (result)
			chy_fault_set(fault, result, view->path, 0, NULL);
	}
	free_comparing(c);
	return result;
}
