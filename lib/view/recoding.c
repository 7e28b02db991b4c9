/* Coding documents again: which are meant, and what a new coding changes. */
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "chancery/fold.h"
#include "internal.h"

static bool dated_within(const struct chy_recoding_filter *filter, struct chy_str text)
{
	struct chy_edtf date;
	int64_t first, last;

	if (filter->first_day == INT64_MIN && filter->last_day == INT64_MAX)
		return true;
	if (!text.size || chy_edtf_parse(text, &date))
		return false;
	chy_edtf_bounds(&date, &first, &last);
	return last >= filter->first_day && first <= filter->last_day;
}

bool chy_recoding_wants(const struct chy_recoding_filter *filter, const json_t *document)
{
	if (filter->language.size &&
		!chy_str_equal(chy_json_str(document, "language"), filter->language))
		return false;
	if (filter->source.size &&
		!chy_fold_equal(chy_json_str(document, "source"), filter->source))
		return false;
	return dated_within(filter, chy_json_str(document, "date"));
}

/* -- what differs ----------------------------------------------------------- */

/* Lists of canonical texts: numbers are compared as they are written. */
static char **texts_of(const json_t *events, size_t n)
{
	char **out = calloc(n + 1, sizeof(*out));

	for (size_t i = 0; out && i < n; i++) {
		struct chy_buffer text;

		chy_buffer_init(&text);
		chy_json_canonical(json_array_get(events, i), &text);
		chy_buffer_add_char(&text, '\0');
		out[i] = chy_buffer_take(&text, NULL);
	}
	return out;
}

static void free_texts(char **texts, size_t n)
{
	for (size_t i = 0; texts && i < n; i++)
		free(texts[i]);
	free(texts);
}

/* Two codings side by side: the texts of their events, NULL once paired. */
struct sides {
	const json_t *before, *after;
	char **old, **new;
	size_t olds, news;
};

typedef bool same_event(const struct sides *sides, size_t i, size_t j);

static bool same_text(const struct sides *sides, size_t i, size_t j)
{
	return strcmp(sides->old[i], sides->new[j]) == 0;
}

static bool same_member(const struct sides *sides, size_t i, size_t j, const char *key)
{
	return chy_str_equal(chy_json_str(json_array_get(sides->before, i), key),
		chy_json_str(json_array_get(sides->after, j), key));
}

/* The same act told otherwise: of one sentence, and of one word or category. */
static bool same_act(const struct sides *sides, size_t i, size_t j)
{
	return same_member(sides, i, j, "sentence") &&
	       (same_member(sides, i, j, "trigger") || same_member(sides, i, j, "event"));
}

/* Takes away one pair; whether there was one. */
static bool take_pair(struct sides *sides, size_t i, same_event *same)
{
	for (size_t j = 0; j < sides->news; j++) {
		if (!sides->new[j] || !same(sides, i, j))
			continue;
		free(sides->old[i]);
		free(sides->new[j]);
		sides->old[i] = sides->new[j] = NULL;
		return true;
	}
	return false;
}

static size_t pair(struct sides *sides, same_event *same)
{
	size_t pairs = 0;

	for (size_t i = 0; i < sides->olds; i++)
		if (sides->old[i])
			pairs += take_pair(sides, i, same);
	return pairs;
}

static size_t left(char *const *texts, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += texts[i] != NULL;
	return count;
}

static bool complete(char *const *texts, size_t n)
{
	return texts && left(texts, n) == n;
}

static int compare(const json_t *before, const json_t *after, struct chy_recoding *out)
{
	struct sides sides = {.before = before,
		.after = after,
		.olds = json_array_size(before),
		.news = json_array_size(after)};
	int result = CHY_EMEM;

	sides.old = texts_of(before, sides.olds);
	sides.new = texts_of(after, sides.news);
	if (complete(sides.old, sides.olds) && complete(sides.new, sides.news)) {
		out->kept = pair(&sides, same_text);
		out->changed = pair(&sides, same_act);
		out->gone = left(sides.old, sides.olds);
		out->added = left(sides.new, sides.news);
		result = CHY_OK;
	}
	free_texts(sides.old, sides.olds);
	free_texts(sides.new, sides.news);
	return result;
}

/* -- against what is in force ----------------------------------------------- */

/* The record that was in force before `job` coded the document, 0 for none.
 * What the job itself wrote in an earlier life is told by its name. */
static int find_before(struct chy_snapshot *snapshot, const json_t *row, struct chy_str job,
	json_t **out_body, struct chy_recoding *out, struct chy_fault *fault)
{
	const json_t *codings = json_object_get(row, "codings");
	size_t n = json_array_size(codings);
	struct chy_record record;
	int result = CHY_OK;

	*out_body = NULL;
	for (; n && !result; n--) {
		json_t *body = NULL;

		result = chy_snapshot_record(snapshot,
			(uint64_t)json_integer_value(json_array_get(codings, n - 1)), &record,
			fault);
		if (!result)
			result = chy_record_body(&record, &body, fault);
		if (!result && (!job.size || !chy_str_equal(chy_json_str(body, "recoding"), job))) {
			out->before = record.seq;
			*out_body = body;
			break;
		}
		out->written = !result;
		json_decref(body);
	}
	return result == CHY_NOT_FOUND ? CHY_EDAMAGED : result;
}

static int count_orphans(struct chy_view *view, const struct chy_hash *id, const json_t *row,
	const json_t *events, size_t *out)
{
	json_t *copy = json_deep_copy(row), *made = json_deep_copy(events);
	struct chy_store_txn *txn;
	int result = copy && made ? CHY_OK : CHY_EMEM;

	if (!result)
		result = chy_store_begin(view->store, false, &txn, NULL);
	if (!result) {
		result = chy_corrections_apply(txn, id, made, copy);
		chy_store_abort(txn);
		*out = json_array_size(json_object_get(copy, "orphaned"));
	}
	json_decref(copy);
	json_decref(made);
	return result;
}

static int weigh(struct chy_view *view, struct chy_archive *archive, const struct chy_hash *id,
	const json_t *row, const json_t *events, struct chy_str job, struct chy_recoding *out,
	struct chy_fault *fault)
{
	struct chy_snapshot *snapshot;
	json_t *body;
	int result = chy_snapshot_open(archive, &snapshot, fault);

	if (result)
		return result;
	result = find_before(snapshot, row, job, &body, out, fault);
	chy_snapshot_close(snapshot);
	if (!result && events)
		result = compare(json_object_get(body, "events"), events, out);
	else if (!result)
		out->kept = json_array_size(json_object_get(body, "events"));
	json_decref(body);
	if (!result && events && json_object_get(row, "corrections"))
		result = count_orphans(view, id, row, events, &out->orphaned);
	return result < 0 ? chy_fault_set(fault, result, "coding", out->before, NULL) : result;
}

int chy_view_recoding(struct chy_view *view, struct chy_archive *archive, const struct chy_hash *id,
	const json_t *events, struct chy_str job, struct chy_recoding *out, struct chy_fault *fault)
{
	json_t *row;
	int result = chy_view_document(view, id, &row, fault);

	if (result)
		return result;
	*out = (struct chy_recoding){.withdrawn = json_object_get(row, "withdrawn") != NULL};
	if (!out->withdrawn)
		result = weigh(view, archive, id, row, events, job, out, fault);
	json_decref(row);
	return result;
}
