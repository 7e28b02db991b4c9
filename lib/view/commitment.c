/* Promises, and what became of them, by the rules of data/views. */
#include <stdlib.h>
#include <string.h>

#include "chancery/data.h"
#include "internal.h"

enum { EARLY = 7, LATE = 365, RULES = 64 }; /* days, days, lines */

struct rule {
	struct chy_str category, cameo, kept_by, broken_by;
};

struct rules {
	struct chy_mapping file;
	struct rule list[RULES];
	size_t count;
};

static int read_rules(struct rules *out, struct chy_fault *fault)
{
	struct chy_str rest, line, parts[4] = {{NULL, 0}};
	bool header = true;
	int result = chy_data_map("commitments.tsv", &out->file, fault);

	out->count = 0;
	if (result)
		return result;
	rest = (struct chy_str){out->file.data, out->file.size};
	while (chy_str_split(&rest, '\n', &line)) {
		size_t n = 0;

		if (!line.size || line.data[0] == '#')
			continue;
		while (n < 4 && chy_str_split(&line, '\t', &parts[n]))
			n++;
		if (!header && (n != 4 || out->count == RULES))
			return chy_fault_set(fault, CHY_EINPUT, "commitments.tsv", 0,
				"a line does not have four columns, or there are too many");
		if (!header)
			out->list[out->count++] =
				(struct rule){parts[0], parts[1], parts[2], parts[3]};
		header = false;
	}
	return CHY_OK;
}

static bool begins(struct chy_str text, struct chy_str prefix)
{
	return !prefix.size ||
	       (text.size >= prefix.size && memcmp(text.data, prefix.data, prefix.size) == 0);
}

static const struct rule *rule_for(const struct rules *rules, const json_t *promise)
{
	struct chy_str category = chy_json_str(promise, "event");
	struct chy_str cameo = chy_json_str(promise, "cameo");
	const struct rule *best = NULL;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->list[i];

		if (chy_str_equal(rule->category, category) && begins(cameo, rule->cameo) &&
			(!best || rule->cameo.size > best->cameo.size))
			best = rule;
	}
	return best;
}

/* -- one promise -------------------------------------------------------------- */

struct promise {
	struct chy_view *view;
	const json_t *happening;
	int64_t made, first, last; /* its day, and its term */
	int64_t on; /* the day of which its state is told */
	uint64_t as_of;
};

static struct chy_str code_at(const json_t *happening, const char *side, size_t i)
{
	return chy_json_str(json_array_get(json_object_get(happening, side), i), "code");
}

/* Who promised, and to whom or with whom; the latter may be nobody. */
static void set_sides(const json_t *promise, struct chy_event_filter *filter)
{
	struct chy_str by = code_at(promise, "actor", 0), to = code_at(promise, "recipient", 0);

	if (!to.size)
		to = code_at(promise, "actor", 1);
	if (!by.size)
		by = code_at(promise, "recipient", 1);
	if (by.size && to.size && !chy_str_equal(by, to)) {
		filter->between[0] = by;
		filter->between[1] = to;
	} else {
		filter->actor = by.size ? by : to;
	}
}

/* The first act done of any of the categories ("CONSULT|AID") between two
 * days. */
static int find_act(const struct promise *p, struct chy_str categories, int64_t first, int64_t last,
	json_t **out, struct chy_fault *fault)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	*out = NULL;
	filter.first_day = first;
	filter.last_day = last;
	filter.as_of = p->as_of;
	set_sides(p->happening, &filter);
	return first <= last ? chy_first_act(p->view, &filter, categories,
				       chy_json_str(p->happening, "happening"), out, fault)
			     : CHY_OK;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The name of its state; *by is the act that kept or broke it, a new reference
 * or NULL. */
static int judge(const struct promise *p, const struct rule *rule, const char **state, json_t **by,
	struct chy_fault *fault)
{
	int64_t from = p->first - EARLY > p->made ? p->first - EARLY : p->made + 1;
	int result = find_act(p, rule->kept_by, from, least(p->on, p->last + LATE), by, fault);

	if (!result && *by) {
		*state = json_integer_value(json_object_get(*by, "day")) <= p->last ? "kept"
										    : "kept-late";
		return CHY_OK;
	}
	if (!result)
		result =
			find_act(p, rule->broken_by, p->made + 1, least(p->on, p->last), by, fault);
	if (!result)
		*state = *by ? "broken" : p->last >= p->on ? "pending" : "overdue";
	return result;
}

/* -- all of them ---------------------------------------------------------------- */

static bool term_of(const json_t *happening, int64_t *out_first, int64_t *out_last)
{
	struct chy_str due = chy_json_str(happening, "due");
	struct chy_edtf date;

	if (!due.size || chy_edtf_parse(due, &date))
		return false;
	chy_edtf_bounds(&date, out_first, out_last);
	return *out_last != INT64_MAX;
}

/* What was denied or only may be promises nothing. */
static bool is_promised(const json_t *happening)
{
	uint8_t standing = chy_standing_from(chy_json_str(happening, "aux"));

	return standing != CHY_STANDING_NEGATION && standing != CHY_STANDING_HYPOTHETICAL &&
	       json_is_integer(json_object_get(happening, "day"));
}

static int judge_one(struct promise *p, const struct rules *rules, json_t *happening, bool *taken,
	struct chy_fault *fault)
{
	const struct rule *rule = rule_for(rules, happening);
	const char *state = NULL;
	json_t *by = NULL;
	int result;

	p->happening = happening;
	p->made = json_integer_value(json_object_get(happening, "day"));
	*taken = rule && is_promised(happening) && p->made <= p->on &&
		 term_of(happening, &p->first, &p->last);
	if (!*taken)
		return CHY_OK;
	result = judge(p, rule, &state, &by, fault);
	if (!result) {
		json_object_set_new(happening, "state", json_string(state));
		json_object_set_new(happening, "by", by ? json_incref(by) : json_null());
	}
	json_decref(by);
	return result;
}

struct judging {
	struct promise promise;
	const struct rules *rules;
	chy_happening_visit *visit;
	void *user;
	struct chy_fault *fault;
	bool failed; /* the fault tells why */
};

static int judge_next(void *user, json_t *happening)
{
	struct judging *judging = user;
	bool taken;
	int result =
		judge_one(&judging->promise, judging->rules, happening, &taken, judging->fault);

	judging->failed = result != CHY_OK;
	if (result || !taken)
		return result;
	return judging->visit(judging->user, happening);
}

int chy_view_each_commitment(struct chy_view *view, const struct chy_event_filter *filter,
	int64_t on, chy_happening_visit *visit, void *user, struct chy_fault *fault)
{
	struct chy_event_filter promised = *filter;
	struct chy_fault own, walking;
	struct rules rules;
	struct judging judging = {{.view = view, .on = on, .as_of = filter->as_of}, &rules, visit,
		user, fault ? fault : &own, false};
	int result = read_rules(&rules, fault);

	if (result)
		return result;
	promised.by_due = true;
	result = chy_view_each_happening(view, &promised, judge_next, &judging, &walking);
	if (result < 0 && !judging.failed && fault)
		*fault = walking;
	chy_unmap(&rules.file);
	return result;
}

static int append(void *user, json_t *commitment)
{
	return json_array_append(user, commitment) ? CHY_EMEM : CHY_OK;
}

int chy_view_commitments(struct chy_view *view, const struct chy_event_filter *filter, int64_t on,
	json_t **out, struct chy_fault *fault)
{
	json_t *found = json_array();
	int result = chy_view_each_commitment(view, filter, on, append, found, fault);

	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}
