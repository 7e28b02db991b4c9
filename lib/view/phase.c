/* The phases of a dispute: a walk over its acts, day by day. On each day the
 * signs of that day are weighed with those of the days before it that still
 * count; docs/disputes.md tells the rules in words. */
#include "phase.h"

#include <stdlib.h>
#include <string.h>

#include "chancery/data.h"

enum { SIGNS = 160, COLUMNS = 7, KNOWN = 512, FIRST = 1, MEDIATIONS = 16 };

struct phase {
	struct chy_str name;
	unsigned needs;
	int64_t within, sleeps; /* days; INT64_MAX: never */
};

struct sign {
	struct chy_str category, cameo, mode, in;
	uint8_t standing;
	uint8_t points[CHY_PHASES];
};

/* What acts of one category, kind and standing are signs of in each phase. */
struct known {
	uint32_t category, kind;
	uint8_t standing;
	bool used;
	const struct sign *in[CHY_PHASES];
};

struct chy_phase_rules {
	struct chy_mapping file;
	struct phase phases[CHY_PHASES];
	size_t phase_count;
	struct sign signs[SIGNS];
	size_t sign_count;
	uint64_t thread;
	struct chy_str cooperative, conflictual; /* categories */
	struct mediation {
		struct chy_str category, cameo, mode;
	} mediations[MEDIATIONS];
	size_t mediation_count;
	struct known known[KNOWN]; /* looked up before, of the views that are open */
};

/* -- the rules ------------------------------------------------------------------- */

static unsigned number(struct chy_str text)
{
	unsigned value = 0;

	for (size_t i = 0; i < text.size && value < 100000; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return 0;
		value = value * 10 + (unsigned)(text.data[i] - '0');
	}
	return value;
}

static bool read_phase(struct chy_phase_rules *rules, const struct chy_str *columns)
{
	struct phase *phase = &rules->phases[rules->phase_count];

	if (rules->phase_count == CHY_PHASES)
		return false;
	*phase = (struct phase){.name = columns[1],
		.needs = number(columns[2]),
		.within = number(columns[3]),
		.sleeps = chy_str_is(columns[4], "-") ? INT64_MAX : number(columns[4])};
	rules->phase_count++;
	/* A window holds sixteen days with signs of a point each. */
	return phase->name.size && phase->needs && phase->needs <= 16 && phase->within &&
	       phase->sleeps;
}

static uint8_t phase_named(const struct chy_phase_rules *rules, struct chy_str name)
{
	for (size_t i = FIRST; i < rules->phase_count; i++)
		if (chy_str_equal(rules->phases[i].name, name))
			return (uint8_t)i;
	return CHY_DORMANT;
}

/* "talks 2|deal 1" */
static bool read_points(
	const struct chy_phase_rules *rules, struct chy_str text, uint8_t points[CHY_PHASES])
{
	struct chy_str one, name;

	while (text.size && chy_str_split(&text, '|', &one)) {
		uint8_t phase;

		chy_str_split(&one, ' ', &name);
		phase = phase_named(rules, name);
		if (phase == CHY_DORMANT || !number(one) || number(one) > 16)
			return false;
		points[phase] = (uint8_t)number(one);
	}
	return true;
}

static bool read_sign(struct chy_phase_rules *rules, const struct chy_str *columns)
{
	struct sign *sign = &rules->signs[rules->sign_count];
	bool future = chy_str_is(columns[4], "future");

	if (rules->sign_count == SIGNS || (!future && !chy_str_is(columns[4], "done")))
		return false;
	*sign = (struct sign){.category = columns[1],
		.cameo = columns[2],
		.mode = columns[3],
		.in = columns[5],
		.standing = future ? CHY_STANDING_FUTURE : CHY_STANDING_DONE};
	rules->sign_count++;
	return read_points(rules, columns[6], sign->points);
}

static bool read_line(struct chy_phase_rules *rules, struct chy_str line)
{
	struct chy_str columns[COLUMNS] = {{"", 0}};

	for (size_t n = 0; n < COLUMNS; n++)
		if (!line.data || !chy_str_split(&line, '\t', &columns[n]))
			columns[n] = CHY_STR("");
	if (chy_str_is(columns[0], "phase"))
		return read_phase(rules, columns);
	if (chy_str_is(columns[0], "sign"))
		return read_sign(rules, columns);
	if (chy_str_is(columns[0], "mediation") && rules->mediation_count < MEDIATIONS) {
		rules->mediations[rules->mediation_count++] =
			(struct mediation){columns[1], columns[2], columns[3]};
		return true;
	}
	if (chy_str_is(columns[0], "side")) {
		bool together = chy_str_is(columns[1], "cooperative");

		*(together ? &rules->cooperative : &rules->conflictual) = columns[2];
		return together || chy_str_is(columns[1], "conflictual");
	}
	rules->thread = number(columns[1]);
	return chy_str_is(columns[0], "thread") && rules->thread;
}

int chy_phase_rules_open(struct chy_phase_rules **out, struct chy_fault *fault)
{
	struct chy_phase_rules *rules = calloc(1, sizeof(*rules));
	struct chy_str rest, line;
	uint64_t at = 0;
	int result;

	if (!rules)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	rules->phases[rules->phase_count++] = (struct phase){.name = CHY_STR("dormant")};
	result = chy_data_map("phases.tsv", &rules->file, fault);
	rest = (struct chy_str){rules->file.data, rules->file.size};
	while (!result && chy_str_split(&rest, '\n', &line)) {
		at++;
		if (line.size && line.data[0] != '#' && !read_line(rules, line))
			result = chy_fault_set(fault, CHY_EINPUT, "phases.tsv", at,
				"the line is not understood, or there are too many");
	}
	if (result)
		chy_phase_rules_close(rules);
	else
		*out = rules;
	return result;
}

void chy_phase_rules_close(struct chy_phase_rules *rules)
{
	if (!rules)
		return;
	chy_unmap(&rules->file);
	free(rules);
}

uint64_t chy_phase_rules_thread(const struct chy_phase_rules *rules)
{
	return rules->thread;
}

static bool listed(struct chy_str list, struct chy_str category)
{
	struct chy_str one;

	while (list.size && chy_str_split(&list, '|', &one))
		if (chy_str_equal(one, category))
			return true;
	return false;
}

int chy_phase_rules_side(const struct chy_phase_rules *rules, struct chy_str category)
{
	return listed(rules->cooperative, category)   ? 1
	       : listed(rules->conflictual, category) ? -1
						      : 0;
}

bool chy_phase_rules_mediates(
	const struct chy_phase_rules *rules, struct chy_str category, uint32_t kind)
{
	for (size_t i = 0; i < rules->mediation_count; i++) {
		const struct mediation *one = &rules->mediations[i];

		if (chy_str_equal(one->category, category) &&
			chy_kind_is(kind, one->mode, one->cameo))
			return true;
	}
	return false;
}

struct chy_str chy_phase_name(const struct chy_phase_rules *rules, uint8_t phase)
{
	return rules->phases[phase].name;
}

static bool counts_in(struct chy_str list, struct chy_str phase)
{
	return !list.size || listed(list, phase);
}

static const struct sign *sign_for(const struct chy_phase_rules *rules, uint8_t in,
	struct chy_str category, uint32_t kind, uint8_t standing)
{
	for (size_t i = 0; i < rules->sign_count; i++) {
		const struct sign *sign = &rules->signs[i];

		if (sign->standing == standing && chy_str_equal(sign->category, category) &&
			chy_kind_is(kind, sign->mode, sign->cameo) &&
			counts_in(sign->in, rules->phases[in].name))
			return sign;
	}
	return NULL;
}

unsigned chy_phase_points(const struct chy_phase_rules *rules, uint8_t in, struct chy_str category,
	uint32_t kind, uint8_t standing, uint8_t of)
{
	const struct sign *sign = sign_for(rules, in, category, kind, standing);

	return sign ? sign->points[of] : 0;
}

/* -- what acts are signs of, looked up once ------------------------------------------ */

static int fill_known(
	const struct chy_phase_walk *walk, const struct chy_tally_cell *cell, struct known *known)
{
	struct chy_str category;
	int result = chy_name_text(walk->txn, cell->category, &category);

	if (result)
		return result;
	*known = (struct known){.category = cell->category,
		.kind = cell->kind,
		.standing = cell->standing,
		.used = true};
	for (size_t i = 0; i < walk->rules->phase_count; i++)
		known->in[i] =
			sign_for(walk->rules, (uint8_t)i, category, cell->kind, cell->standing);
	return CHY_OK;
}

static int sign_of(const struct chy_phase_walk *walk, const struct chy_tally_cell *cell,
	const struct sign **out)
{
	uint32_t hash =
		(cell->category * 31 + cell->standing) * 0x9e3779b1u ^ cell->kind * 0x85ebca6bu;
	struct known *known = &walk->rules->known[(hash >> 16) % KNOWN];
	int result = CHY_OK;

	if (!known->used || known->category != cell->category || known->kind != cell->kind ||
		known->standing != cell->standing)
		result = fill_known(walk, cell, known);
	*out = result ? NULL : known->in[walk->phase];
	return result;
}

/* -- the walk --------------------------------------------------------------------- */

void chy_phase_walk_init(
	struct chy_phase_walk *walk, struct chy_phase_rules *rules, struct chy_store_txn *txn)
{
	*walk = (struct chy_phase_walk){.rules = rules,
		.txn = txn,
		.since = INT64_MIN,
		.day = INT64_MIN,
		.last = INT64_MIN};
}

void chy_phase_walk_fini(struct chy_phase_walk *walk)
{
	free(walk->steps);
}

static int enter(struct chy_phase_walk *walk, uint8_t phase, int64_t since)
{
	if (walk->step_count == walk->step_room) {
		size_t room = walk->step_room ? 2 * walk->step_room : 16;
		struct chy_phase_step *more = realloc(walk->steps, room * sizeof(*more));

		if (!more)
			return CHY_EMEM;
		walk->steps = more;
		walk->step_room = room;
	}
	walk->steps[walk->step_count++] = (struct chy_phase_step){phase, walk->phase, since};
	walk->phase = phase;
	walk->since = since;
	return CHY_OK;
}

/* Points of a phase that still count on the day, today's among them. */
static unsigned weigh(struct chy_phase_walk *walk, size_t phase)
{
	struct chy_phase_window *window = &walk->windows[phase];
	int64_t from = walk->day - walk->rules->phases[phase].within;
	unsigned sum = 0;
	size_t kept = 0;

	for (size_t i = 0; i < window->count; i++)
		if (window->list[i].day > from)
			window->list[kept++] = window->list[i];
	window->count = kept;
	if (walk->today[phase] && kept == sizeof(window->list) / sizeof(window->list[0]))
		memmove(window->list, window->list + 1, --window->count * sizeof(window->list[0]));
	if (walk->today[phase]) {
		window->list[window->count].day = walk->day;
		window->list[window->count++].points = walk->today[phase];
	}
	for (size_t i = 0; i < window->count; i++)
		sum += window->list[i].points;
	return sum;
}

/* The phase that the day tells of: one whose signs of the day suffice alone,
 * else one for which signs of the days before suffice with them. */
static uint8_t told_today(struct chy_phase_walk *walk)
{
	uint8_t alone = CHY_DORMANT, together = CHY_DORMANT;

	for (size_t i = FIRST; i < walk->rules->phase_count; i++) {
		unsigned needs = walk->rules->phases[i].needs;
		bool enough = weigh(walk, i) >= needs && walk->today[i];

		together = enough ? (uint8_t)i : together;
		alone = walk->today[i] >= needs ? (uint8_t)i : alone;
	}
	return alone != CHY_DORMANT ? alone : together;
}

/* Entering a phase, what told of others is spent; within it, each sign of it
 * outdoes what told of lesser ones. */
static int end_day(struct chy_phase_walk *walk)
{
	bool any = false, entered;
	uint8_t told;
	int result = CHY_OK;

	for (size_t i = FIRST; i < walk->rules->phase_count; i++)
		any |= walk->today[i] > 0;
	if (!any)
		return CHY_OK;
	walk->last = walk->day;
	told = told_today(walk);
	entered = told != CHY_DORMANT && told != walk->phase;
	if (entered)
		result = enter(walk, told, walk->day);
	for (size_t i = FIRST; told != CHY_DORMANT && i < walk->rules->phase_count; i++)
		if (i < told || (entered && i != told))
			walk->windows[i].count = 0;
	memset(walk->today, 0, sizeof(walk->today));
	return result;
}

static int fall_asleep(struct chy_phase_walk *walk, int64_t day)
{
	int64_t after = walk->rules->phases[walk->phase].sleeps;

	if (walk->phase == CHY_DORMANT || after == INT64_MAX || day - walk->last < after)
		return CHY_OK;
	for (size_t i = FIRST; i < walk->rules->phase_count; i++)
		walk->windows[i].count = 0;
	return enter(walk, CHY_DORMANT, walk->last + after);
}

static int begin_day(struct chy_phase_walk *walk, int64_t day)
{
	int result = end_day(walk);

	walk->day = day;
	return result ? result : fall_asleep(walk, day);
}

int chy_phase_add(struct chy_phase_walk *walk, int64_t day, const struct chy_tally_cell *cell)
{
	const struct sign *sign;
	int result = CHY_OK;

	if (cell->acts <= 0 || cell->standing > CHY_STANDING_FUTURE)
		return CHY_OK;
	if (day != walk->day)
		result = begin_day(walk, day);
	if (!result)
		result = sign_of(walk, cell, &sign);
	if (result || !sign)
		return result;
	for (size_t i = FIRST; i < walk->rules->phase_count; i++)
		walk->today[i] += sign->points[i] * (unsigned)cell->acts;
	return CHY_OK;
}

int chy_phase_end(struct chy_phase_walk *walk, int64_t day)
{
	int result = end_day(walk);

	walk->day = day;
	return result ? result : fall_asleep(walk, day);
}

int chy_phase_end_day(struct chy_phase_walk *walk)
{
	return end_day(walk);
}

/* -- where a walk is ----------------------------------------------------------------- */

static void put(struct chy_buffer *out, uint64_t value, unsigned size)
{
	unsigned char bytes[8];

	chy_put_be(bytes, value, size);
	chy_buffer_add(out, bytes, size);
}

static void put_day(struct chy_buffer *out, int64_t day)
{
	unsigned char bytes[4];

	chy_put_day(bytes, chy_day32(day));
	chy_buffer_add(out, bytes, sizeof(bytes));
}

void chy_phase_pack(const struct chy_phase_walk *walk, struct chy_buffer *out)
{
	uint8_t before = walk->step_count ? walk->steps[walk->step_count - 1].before : CHY_PHASES;

	put(out, walk->phase, 1);
	put(out, before, 1);
	put_day(out, walk->since);
	put_day(out, walk->last);
	for (size_t i = FIRST; i < walk->rules->phase_count; i++) {
		put(out, walk->windows[i].count, 1);
		for (size_t j = 0; j < walk->windows[i].count; j++) {
			put_day(out, walk->windows[i].list[j].day);
			put(out, walk->windows[i].list[j].points, 4);
		}
	}
}

/* 0 where the bytes have ended, and *ok is false from then on. */
static uint64_t take(struct chy_str *bytes, unsigned size, bool *ok)
{
	uint64_t value;

	*ok = *ok && bytes->size >= size;
	if (!*ok)
		return 0;
	value = chy_get_be(bytes->data, size);
	bytes->data += size;
	bytes->size -= size;
	return value;
}

static int64_t take_day(struct chy_str *bytes, bool *ok)
{
	int32_t day = (int32_t)((uint32_t)take(bytes, 4, ok) ^ 0x80000000u);

	return day == INT32_MIN ? INT64_MIN : day;
}

int chy_phase_unpack(struct chy_phase_walk *walk, struct chy_str *bytes)
{
	bool ok = true;
	uint8_t phase = (uint8_t)take(bytes, 1, &ok), before = (uint8_t)take(bytes, 1, &ok);
	int64_t since = take_day(bytes, &ok);

	walk->last = take_day(bytes, &ok);
	for (size_t i = FIRST; i < walk->rules->phase_count && ok; i++) {
		struct chy_phase_window *window = &walk->windows[i];

		window->count = take(bytes, 1, &ok);
		ok = ok && window->count <= sizeof(window->list) / sizeof(window->list[0]);
		for (size_t j = 0; ok && j < window->count; j++) {
			window->list[j].day = take_day(bytes, &ok);
			window->list[j].points = (unsigned)take(bytes, 4, &ok);
		}
	}
	if (!ok || phase >= walk->rules->phase_count || before > CHY_PHASES)
		return CHY_EDAMAGED;
	if (before == CHY_PHASES)
		return CHY_OK; /* it never left the first */
	walk->phase = before;
	return enter(walk, phase, since);
}
