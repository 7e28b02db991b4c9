#include "promise.h"

#include <stdio.h>
#include <string.h>

/* -- rules --------------------------------------------------------------------- */

static int read_line(struct chy_str line, struct chy_promise_rule *out)
{
	struct chy_str *const columns[] = {&out->category, &out->cameo, &out->kept_by,
		&out->kept_early, &out->broken_by, &out->withdrawn_by};
	enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };
	size_t n = 0;

	while (n < COLUMNS && chy_str_split(&line, '\t', columns[n]))
		n++;
	return n == COLUMNS && !line.size ? CHY_OK : CHY_EINPUT;
}

int chy_promise_rules_open(struct chy_promise_rules *out, struct chy_fault *fault)
{
	struct chy_str rest, line;
	bool header = true;
	int result = chy_data_map("commitments.tsv", &out->file, fault);

	out->count = 0;
	if (result)
		return result;
	rest = (struct chy_str){out->file.data, out->file.size};
	while (!result && chy_str_split(&rest, '\n', &line)) {
		if (!line.size || line.data[0] == '#')
			continue;
		if (!header)
			result = out->count == CHY_PROMISE_RULES
					 ? CHY_EINPUT
					 : read_line(line, &out->list[out->count++]);
		header = false;
	}
	if (!result)
		return CHY_OK;
	chy_unmap(&out->file);
	return chy_fault_set(fault, result, "commitments.tsv", 0,
		"a line does not have six columns, or there are too many");
}

void chy_promise_rules_close(struct chy_promise_rules *rules)
{
	chy_unmap(&rules->file);
	rules->count = 0;
}

void chy_promise_rules_edition(const struct chy_promise_rules *rules, char out[CHY_HASH_HEX])
{
	char hex[CHY_HASH_HEX];
	struct chy_hash hash;

	chy_hash_of(rules->file.data, rules->file.size, &hash);
	chy_hash_to_hex(&hash, hex);
	snprintf(out, CHY_HASH_HEX, "%s-%.8s", CHY_VIEW_EDITION, hex);
}

static bool begins(struct chy_str text, struct chy_str prefix)
{
	return !prefix.size ||
	       (text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0);
}

const struct chy_promise_rule *chy_promise_rule_for(
	const struct chy_promise_rules *rules, struct chy_str category, struct chy_str cameo)
{
	const struct chy_promise_rule *best = NULL;

	for (size_t i = 0; i < rules->count; i++) {
		const struct chy_promise_rule *rule = &rules->list[i];

		if (chy_str_equal(rule->category, category) && begins(cameo, rule->cameo) &&
			(!best || rule->cameo.size > best->cameo.size))
			best = rule;
	}
	return best;
}

bool chy_promise_next_act(struct chy_str *rest, struct chy_promise_act *out)
{
	struct chy_str one;

	while (chy_str_split(rest, '|', &one)) {
		struct chy_str cameo = one, kind;

		if (!one.size || !chy_str_split(&cameo, ':', &kind))
			continue;
		out->cameo = cameo.data ? cameo : CHY_STR("");
		out->mode = kind;
		chy_str_split(&out->mode, '/', &out->category);
		out->mode = out->mode.data ? out->mode : CHY_STR("");
		return true;
	}
	return false;
}

uint32_t chy_promise_kind(struct chy_str category, struct chy_str cameo, struct chy_str sides)
{
	struct chy_hasher hasher;
	struct chy_hash hash;

	chy_hasher_init(&hasher);
	chy_hasher_add(&hasher, category.data, category.size);
	chy_hasher_add(&hasher, "/", 1);
	chy_hasher_add(&hasher, cameo.data, cameo.size);
	chy_hasher_add(&hasher, "/", 1);
	chy_hasher_add(&hasher, sides.data, sides.size);
	chy_hasher_finish(&hasher, &hash);
	return (uint32_t)chy_get_be((const char *)hash.bytes, 4) | 0x80000000u;
}

/* -- sides ---------------------------------------------------------------------- */

/* The next code of "+JPN+RUS"; false at the end. */
static bool next_code(struct chy_str *rest, struct chy_str *out)
{
	while (rest->size && rest->data[0] == '+') {
		rest->data++;
		rest->size--;
	}
	return rest->size && chy_str_split(rest, '+', out);
}

static void part(struct chy_str sides, struct chy_str *out_acting, struct chy_str *out_other)
{
	*out_other = sides;
	if (!chy_str_split(out_other, '>', out_acting))
		*out_acting = (struct chy_str){"", 0};
}

size_t chy_promise_what(struct chy_str sides, char out[CHY_PROMISE_WHAT])
{
	struct chy_str acting, other, codes[4] = {{"", 0}}, by, to;
	enum { LONGEST = 60 };
	int n;

	part(sides, &acting, &other);
	for (size_t i = 0; i < 4; i++)
		if (!next_code(i < 2 ? &acting : &other, &codes[i]))
			codes[i] = (struct chy_str){"", 0};
	to = codes[2].size ? codes[2] : codes[1];
	by = codes[0].size ? codes[0] : codes[3];
	/* Where nobody is told to have promised it, nobody can keep it. */
	if (by.size > LONGEST || to.size > LONGEST || !by.size)
		return (size_t)snprintf(out, CHY_PROMISE_WHAT, "-");
	if (by.size && to.size && !chy_str_equal(by, to)) {
		struct chy_str first = chy_str_compare(by, to) < 0 ? by : to;
		struct chy_str second = chy_str_compare(by, to) < 0 ? to : by;

		n = snprintf(out, CHY_PROMISE_WHAT, "p%.*s,%.*s", (int)first.size, first.data,
			(int)second.size, second.data);
	} else {
		n = snprintf(out, CHY_PROMISE_WHAT, "a%.*s", (int)by.size, by.data);
	}
	return (size_t)n;
}

bool chy_sides_act(struct chy_str sides, struct chy_str code)
{
	struct chy_str acting, other, one;

	part(sides, &acting, &other);
	while (next_code(&acting, &one))
		if (chy_str_equal(one, code))
			return true;
	return false;
}

bool chy_sides_meet(struct chy_str sides, struct chy_str others)
{
	struct chy_str acting, other, one;

	part(sides, &acting, &other);
	while (next_code(&acting, &one))
		if (chy_sides_act(others, one))
			return true;
	return false;
}

/* -- states ---------------------------------------------------------------------- */

bool chy_is_promised(uint8_t standing)
{
	return standing != CHY_STANDING_NEGATION && standing != CHY_STANDING_HYPOTHETICAL;
}

bool chy_is_done(uint8_t standing)
{
	return standing == CHY_STANDING_DONE || standing == CHY_STANDING_HISTORICAL;
}

enum chy_promise_state chy_state_on(const struct chy_settled *s, int32_t last, int32_t on)
{
	if (s->renewed <= on && s->renewed != CHY_NEVER)
		return CHY_PROMISE_RENEWED;
	if (s->kept <= on && s->kept != CHY_NEVER)
		return s->kept <= last ? CHY_PROMISE_KEPT : CHY_PROMISE_KEPT_LATE;
	if (s->withdrawn <= on && s->withdrawn != CHY_NEVER && s->withdrawn <= s->broken)
		return CHY_PROMISE_WITHDRAWN;
	if (s->broken <= on && s->broken != CHY_NEVER)
		return CHY_PROMISE_BROKEN;
	return last >= on ? CHY_PROMISE_PENDING : CHY_PROMISE_OVERDUE;
}

/* -- as rows ---------------------------------------------------------------------- */

static struct chy_outcome *outcome(struct chy_promise *promise, size_t i)
{
	struct chy_outcome *const all[] = {
		&promise->kept, &promise->broken, &promise->withdrawn, &promise->renewed};

	return all[i];
}

void chy_promise_encode(const struct chy_promise *promise, unsigned char out[CHY_PROMISE_ROW])
{
	struct chy_promise copy = *promise;
	unsigned char *at = out;

	chy_put_day(at, promise->made);
	chy_put_day(at + 4, promise->first);
	chy_put_day(at + 8, promise->last);
	chy_put_be(at + 12, promise->kind, 4);
	at[16] = promise->rule;
	at += 17;
	for (size_t i = 0; i < 4; i++, at += 4 + CHY_ACT_KEY) {
		chy_put_day(at, outcome(&copy, i)->day);
		memcpy(at + 4, outcome(&copy, i)->key, CHY_ACT_KEY);
	}
}

bool chy_promise_decode(struct chy_str row, struct chy_promise *out)
{
	const char *at = row.data;

	if (row.size != CHY_PROMISE_ROW)
		return false;
	out->made = chy_get_day(at);
	out->first = chy_get_day(at + 4);
	out->last = chy_get_day(at + 8);
	out->kind = (uint32_t)chy_get_be(at + 12, 4);
	out->rule = (uint8_t)at[16];
	at += 17;
	for (size_t i = 0; i < 4; i++, at += 4 + CHY_ACT_KEY) {
		outcome(out, i)->day = chy_get_day(at);
		memcpy(outcome(out, i)->key, at + 4, CHY_ACT_KEY);
	}
	return true;
}

struct chy_settled chy_promise_settled(const struct chy_promise *promise)
{
	return (struct chy_settled){promise->kept.day, promise->broken.day, promise->withdrawn.day,
		promise->renewed.day};
}

char chy_promise_letter(enum chy_promise_state state)
{
	static const char letters[CHY_PROMISE_STATES] = {[CHY_PROMISE_PENDING] = 'u',
		[CHY_PROMISE_OVERDUE] = 'u',
		[CHY_PROMISE_KEPT] = 'k',
		[CHY_PROMISE_KEPT_LATE] = 'l',
		[CHY_PROMISE_BROKEN] = 'b',
		[CHY_PROMISE_WITHDRAWN] = 'w',
		[CHY_PROMISE_RENEWED] = 'r'};

	return letters[state];
}

const char *chy_promise_state_name(enum chy_promise_state state)
{
	static const char *const names[CHY_PROMISE_STATES] = {
		"pending", "overdue", "kept", "kept-late", "broken", "withdrawn", "renewed"};

	return names[state];
}

struct chy_str chy_promise_key(
	unsigned char out[CHY_PROMISE_KEY], struct chy_str what, int32_t last, struct chy_str act)
{
	unsigned char *at = out;

	*at++ = 'l';
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_day(at, last);
	at = mempcpy(at + 4, act.data, act.size);
	return (struct chy_str){(const char *)out, (size_t)(at - out)};
}

struct chy_str chy_promise_made_key(unsigned char out[CHY_PROMISE_KEY], struct chy_str what,
	uint32_t kind, int32_t made, struct chy_str act)
{
	unsigned char *at = out;

	*at++ = 'm';
	at = mempcpy(at, what.data, what.size);
	*at++ = 0;
	chy_put_be(at, kind, 4);
	chy_put_day(at + 4, made);
	at = mempcpy(at + 8, act.data, act.size);
	return (struct chy_str){(const char *)out, (size_t)(at - out)};
}
