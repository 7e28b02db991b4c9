/* From the bytes of an article to its events: whatever the text, the coder
 * ends, stays within its memory, and points inside the text. */
#include <stdlib.h>

#include "chancery/coder.h"

static void check(const struct chy_events *events, struct chy_str text)
{
	for (size_t i = 0; i < events->count; i++) {
		const struct chy_event *event = &events->events[i];

		if (event->start > event->end || event->end > text.size || !event->actor_count)
			abort();
		json_decref(chy_event_to_json(event, "pt", event->start, event->end));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct chy_text_model *model;
	static struct chy_coder *coder;
	struct chy_str text = {(const char *)data, size};
	struct chy_coder_input input = {.text = text, .date = CHY_STR("2013-11-03")};
	struct chy_analysis analysis;
	struct chy_events events;
	struct chy_arena arena;

	if (!model && (chy_text_open("pt", &model, NULL) || chy_coder_open("pt", &coder, NULL)))
		abort();
	if (size > 20000)
		return 0;
	chy_arena_init(&arena);
	input.analysis = &analysis;
	if (!chy_text_analyse(model, text, &arena, &analysis) &&
		!chy_coder_code(coder, &input, &arena, &events))
		check(&events, text);
	chy_arena_fini(&arena);
	return 0;
}
