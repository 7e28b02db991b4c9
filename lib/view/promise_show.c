/* A promise as it is shown: its act, what settled it, and what it renews. */
#include <stdlib.h>

#include "promise.h"

static int show_act(const struct chy_promise_acts *acts, struct chy_str key, json_t **out)
{
	struct chy_str row;
	int result = CHY_OK;

	if (!acts->rows)
		result = chy_sealed_get(acts->txn, CHY_VIEW_ACTS, key, &row);
	else if (!chy_stage_find(acts->rows, key, &row))
		result = CHY_EDAMAGED;
	return result ? result : chy_act_shown(acts->txn, key, row, acts->as_of, out);
}

/* Another promise, in few words. */
static json_t *link_of(const json_t *act)
{
	return json_pack("{s:O, s:O, s:O, s:O}", "happening", json_object_get(act, "happening"),
		"best", json_object_get(act, "best"), "due", json_object_get(act, "due"), "day",
		json_object_get(act, "day"));
}

static int by_name(const void *one, const void *other)
{
	return chy_str_compare(chy_json_str(*(json_t *const *)one, "happening"),
		chy_json_str(*(json_t *const *)other, "happening"));
}

/* The links of an array, which it takes, in order of their names. */
static json_t *sorted_links(json_t *links)
{
	size_t n = json_array_size(links);
	json_t **list = calloc(n + 1, sizeof(json_t *)), *out = json_array();

	for (size_t i = 0; i < n && list; i++)
		list[i] = json_array_get(links, i);
	if (n && list)
		qsort(list, n, sizeof(json_t *), by_name);
	for (size_t i = 0; i < n && list; i++)
		json_array_append(out, list[i]);
	free(list);
	json_decref(links);
	return out;
}

static int show_renewed(const struct chy_promise_acts *acts, struct chy_str renews, json_t *out)
{
	json_t *list = json_array(), *act;
	int result = CHY_OK;

	for (; renews.size >= CHY_ACT_KEY && !result;
		renews.data += CHY_ACT_KEY, renews.size -= CHY_ACT_KEY) {
		result = show_act(acts, (struct chy_str){renews.data, CHY_ACT_KEY}, &act);
		if (result)
			break;
		json_array_append_new(list, link_of(act));
		json_decref(act);
	}
	json_object_set_new(out, "renews", sorted_links(list));
	return result;
}

const struct chy_outcome *chy_promise_outcome(
	const struct chy_promise *promise, enum chy_promise_state state)
{
	switch (state) {
	case CHY_PROMISE_KEPT:
	case CHY_PROMISE_KEPT_LATE:
		return &promise->kept;
	case CHY_PROMISE_BROKEN:
		return &promise->broken;
	case CHY_PROMISE_WITHDRAWN:
		return &promise->withdrawn;
	case CHY_PROMISE_RENEWED:
		return &promise->renewed;
	default:
		return NULL;
	}
}

static int show_outcome(const struct chy_promise_acts *acts, const struct chy_promise *promise,
	enum chy_promise_state state, json_t *out)
{
	const struct chy_outcome *outcome = chy_promise_outcome(promise, state);
	json_t *by = NULL;
	int result = CHY_OK;

	if (outcome)
		result = show_act(
			acts, (struct chy_str){(const char *)outcome->key, CHY_ACT_KEY}, &by);
	if (result)
		return result;
	json_object_set_new(out, "state", json_string(chy_promise_state_name(state)));
	json_object_set_new(out, "by", by ? by : json_null());
	json_object_set_new(
		out, "renewed_by", state == CHY_PROMISE_RENEWED ? link_of(by) : json_null());
	return CHY_OK;
}

int chy_promise_shown(const struct chy_promise_acts *acts, struct chy_str act,
	const struct chy_promise *promise, enum chy_promise_state state, struct chy_str renews,
	json_t **out)
{
	int result = show_act(acts, act, out);

	if (result)
		return result;
	result = show_outcome(acts, promise, state, *out);
	if (!result)
		result = show_renewed(acts, renews, *out);
	if (result)
		json_decref(*out);
	return result;
}
