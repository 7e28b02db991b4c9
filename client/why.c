/* why: the rule behind an event. What the archive has is shown first; then its
 * document is read again and the coder tells what it matched. */
#include <string.h>

#include "chancery/text.h"
#include "client.h"

static const struct chy_reason *same_event(const struct chy_events *events, const json_t *event)
{
	struct chy_str sentence = chy_json_str(event, "sentence");
	struct chy_str trigger = chy_json_str(event, "trigger");
	const struct chy_reason *found = NULL;

	for (size_t i = 0; i < events->count; i++) {
		const struct chy_event *one = &events->events[i];

		if (!chy_str_equal(one->sentence_text, sentence))
			continue;
		if (chy_str_equal(one->trigger, trigger))
			return one->reason;
		found = found ? found : one->reason;
	}
	return found;
}

/* Where the sentence codes nothing today: the nearest miss, by its number. */
static const struct chy_reason *miss_of(const struct chy_analysis *analysis, struct chy_str text,
	const struct chy_events *events, struct chy_str sentence)
{
	for (size_t i = 0; i < events->miss_count; i++) {
		const struct chy_sentence *s = &analysis->sentences[events->misses[i].sentence - 1];

		if (chy_str_equal(
			    (struct chy_str){text.data + s->start, s->end - s->start}, sentence))
			return &events->misses[i];
	}
	return NULL;
}

/* Codes the document of an event again; *out is the reason, NULL for none. */
static int explain(struct chy_str language, const json_t *article, const json_t *event,
	struct chy_arena *arena, json_t **out)
{
	char code[8] = "";
	struct chy_text_model *model = NULL;
	struct chy_coder *coder = NULL;
	struct chy_analysis analysis;
	struct chy_coder_input input = {.text = chy_json_str(article, "text"),
		.date = chy_json_str(event, "reported"),
		.analysis = &analysis,
		.explain = true};
	const struct chy_reason *reason = NULL;
	struct chy_events events;
	struct chy_fault fault = {0};
	int result;

	if (!language.size || language.size >= sizeof(code))
		return CHY_OK;
	memcpy(code, language.data, language.size);
	result = chy_text_open(code, &model, &fault);
	if (!result)
		result = chy_coder_open(code, &coder, &fault);
	if (!result)
		result = chy_text_analyse(model, input.text, arena, &analysis);
	if (!result)
		result = chy_coder_code(coder, &input, arena, &events);
	if (!result) {
		reason = same_event(&events, event);
		if (!reason)
			reason = miss_of(
				&analysis, input.text, &events, chy_json_str(event, "sentence"));
		*out = reason ? chy_reason_to_json(reason) : NULL;
	}
	chy_coder_close(coder);
	chy_text_close(model);
	return result;
}

static void print_reason(struct client *client, const json_t *reason)
{
	static const char *const keys[] = {
		"condition", "wanted", "fragment", "actors", "recipients", "date"};

	if (!reason) {
		printf("\nRead again, no rule comes near this sentence.\n");
		return;
	}
	printf("\n%s\n", json_is_true(json_object_get(reason, "met"))
				 ? "Read again:"
				 : "Read again, the sentence codes nothing; the nearest rule:");
	print_member(client, reason, "rule");
	print_member(client, reason, "trigger");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_is_string(json_object_get(reason, keys[i])))
			print_member(client, reason, keys[i]);
}

int run_why(struct client *client, int argc, char **argv)
{
	static const char *const keys[] = {"event", "rule", "trigger", "actor", "recipient", "date",
		"date_text", "aux", "speaker", "confidence", "sentence"};
	json_t *event = NULL, *article = NULL, *reason = NULL;
	struct chy_arena arena;
	int status = begin_one(client, "why", NULL, 0, argc, argv);

	if (!status)
		status = find_event(client, argv[0], &event);
	if (status)
		return status < 0 ? 0 : status;
	if (!print_as_json(client, event)) {
		print_members(client, event, keys, sizeof(keys) / sizeof(keys[0]));
		status = article_of(client, chy_json_str(event, "document"), &article);
		chy_arena_init(&arena);
		/* Where it cannot be read again, what is recorded is the answer. */
		if (!status &&
			!explain(chy_json_str(event, "language"), article, event, &arena, &reason))
			print_reason(client, reason);
		chy_arena_fini(&arena);
	}
	json_decref(reason);
	json_decref(article);
	json_decref(event);
	return status;
}
