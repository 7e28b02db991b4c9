/* What settles a promise: said once, for the promises that the tables keep
 * (fate.c) and for those of an earlier moment (promise_then.c). */
#include <string.h>

#include "promise.h"

bool chy_promise_read(const struct chy_promise_rules *rules, struct chy_str category, uint32_t kind,
	struct chy_str sides, struct chy_promise *out)
{
	char text[CHY_KIND_CAMEO];
	struct chy_str cameo = chy_str_from(chy_kind_cameo(kind, text));
	const struct chy_promise_rule *rule = chy_promise_rule_for(rules, category, cameo);

	if (!rule)
		return false;
	out->rule = (uint8_t)(rule - rules->list);
	out->kind = chy_promise_kind(category, cameo, sides);
	return true;
}

/* -- the acts that rules list ---------------------------------------------------- */

static int number_list(struct chy_store_txn *txn, struct chy_str acts, struct chy_listed *out)
{
	struct chy_promise_act act;

	while (out->count < CHY_PROMISE_LISTED && chy_promise_next_act(&acts, &act)) {
		uint32_t number;
		int result = chy_name_known(txn, act.category, &number);

		if (result < 0)
			return result;
		if (result)
			continue;
		out->list[out->count].category = number;
		out->list[out->count++].act = act;
	}
	return CHY_OK;
}

int chy_rules_number(struct chy_store_txn *txn, const struct chy_promise_rules *rules,
	struct chy_numbered_rules *out)
{
	int result = CHY_OK;

	for (size_t i = 0; i < rules->count && !result; i++) {
		const struct chy_promise_rule *rule = &rules->list[i];
		struct chy_numbered_rule *numbered = &out->list[i];

		result = number_list(txn, rule->kept_by, &numbered->kept);
		if (!result)
			result = number_list(txn, rule->kept_early, &numbered->early);
		if (!result)
			result = number_list(txn, rule->broken_by, &numbered->broken);
		if (!result)
			result = number_list(txn, rule->withdrawn_by, &numbered->withdrawn);
	}
	out->count = rules->count;
	return result;
}

bool chy_is_listed(const struct chy_listed *listed, uint32_t category, uint32_t kind)
{
	for (size_t i = 0; i < listed->count; i++)
		if (listed->list[i].category == category &&
			chy_kind_is(kind, listed->list[i].act.mode, listed->list[i].act.cameo))
			return true;
	return false;
}

/* -- ways ------------------------------------------------------------------------- */

static int32_t kept_from(const struct chy_promise *promise)
{
	int64_t early = (int64_t)promise->first - CHY_PROMISE_EARLY;

	return early > promise->made ? chy_day32(early) : promise->made + 1;
}

void chy_promise_ways(const struct chy_numbered_rules *rules, struct chy_promise *promise,
	struct chy_str what, struct chy_way out[CHY_WAYS])
{
	const struct chy_numbered_rule *rule = &rules->list[promise->rule];
	struct chy_promise *p = promise;
	int32_t from = kept_from(p), late = chy_day32((int64_t)p->last + CHY_PROMISE_LATE);
	bool alone = what.data[0] == 'a'; /* one side's promise is kept by what that side does */

	out[0] = (struct chy_way){&rule->kept, &p->kept, from, late, alone};
	out[1] = (struct chy_way){&rule->early, &p->kept, p->made + 1, from - 1, alone};
	out[2] = (struct chy_way){&rule->broken, &p->broken, p->made + 1, p->last, alone};
	out[3] = (struct chy_way){&rule->withdrawn, &p->withdrawn, p->made + 1, p->last, true};
	out[CHY_WAY_RENEWED] = (struct chy_way){NULL, &p->renewed, p->made + 1, late, false};
}

bool chy_way_takes(const struct chy_way *way, int32_t day, uint32_t category, uint32_t kind)
{
	return day >= way->first && day <= way->last && chy_is_listed(way->listed, category, kind);
}

/* -- outcomes ---------------------------------------------------------------------- */

bool chy_outcome_after(const struct chy_outcome *outcome, int32_t day, const char *key)
{
	char one[CHY_ACT_NAME], other[CHY_ACT_NAME];
	int order;

	if (day != outcome->day || day == CHY_NEVER)
		return day < outcome->day;
	order = strcmp(chy_act_name((struct chy_str){key, CHY_ACT_KEY}, one),
		chy_act_name((struct chy_str){(const char *)outcome->key, CHY_ACT_KEY}, other));
	return order ? order < 0 : memcmp(key, outcome->key, CHY_ACT_KEY) < 0;
}

void chy_outcome_take(struct chy_outcome *outcome, int32_t day, const char *key)
{
	if (!chy_outcome_after(outcome, day, key))
		return;
	outcome->day = day;
	memcpy(outcome->key, key, CHY_ACT_KEY);
}

static void strike(struct chy_outcome *outcome)
{
	*outcome = (struct chy_outcome){.day = CHY_NEVER};
}

void chy_promise_unsettle(struct chy_promise *p)
{
	strike(&p->kept);
	strike(&p->broken);
	strike(&p->withdrawn);
	strike(&p->renewed);
}

void chy_promise_settle(struct chy_promise *p)
{
	/* What is kept is kept, though somebody spoke against it later. */
	if (p->broken.day >= p->kept.day)
		strike(&p->broken);
	if (p->withdrawn.day >= p->kept.day)
		strike(&p->withdrawn);
	/* What is kept cannot be put off; what was taken back can be promised anew. */
	if (p->renewed.day >= p->kept.day)
		strike(&p->renewed);
}
