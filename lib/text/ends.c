/* Two judges: a linear classifier that knows what stands around a place, and
 * a small network over the same embeddings, which reads far. The second is heard only where
 * the first is in doubt, which in well-set text is seldom. */
#include "ends.h"

#include <stdlib.h>

#include "chancery/error.h"

enum {
	EDGE = 24, /* tokens at a window's end that are judged again */
	LONG = 400, /* tokens: a paragraph of so many has lost its line ends */
};

/* Log odds; the shares and the doubt were chosen on the treebanks. */
#define NEAR_SHARE 0.65f
#define DOUBT 2.5f

struct judging {
	const struct chy_text_model *model;
	struct chy_workspace *space;
	const struct chy_pieces *pieces;
	struct chy_buffer *out;
	const float *far; /* what the network says; NULL where it was not asked */
	float least; /* the least sure that the near judge was */
	float prior; /* log odds that sentences end, beyond what the judges say */
};

/* In text with line ends a headline or a dateline ends with its line, so that
 * a sentence inside a line seldom ends without a stop. Where thousands of words
 * stand in one line, somebody has joined the lines, headlines among them. */
static float prior_of(const struct chy_text_model *model, size_t tokens)
{
	return tokens < LONG ? 0 : (float)model->sizes.lost_lines / 100;
}

static bool ends_here(struct judging *j, size_t i, size_t start, const struct chy_open *open)
{
	const struct chy_segmenter *segmenter = &j->model->segmenter;
	struct chy_features features;
	float near, sure;

	if (i + 1 == j->pieces->count)
		return true;
	chy_gap_features(j->pieces->items, j->pieces->count, i, start, open, segmenter->weight_mask,
		&features);
	near = (float)chy_segmenter_score(segmenter, &features) * CHY_WEIGHT_LIMIT / 127;
	sure = near < 0 ? -near : near;
	j->least = sure < j->least ? sure : j->least;
	if (j->far)
		near = NEAR_SHARE * near + (1 - NEAR_SHARE) * j->far[i];
	return near + j->prior > 0;
}

static int decide(struct judging *j)
{
	struct chy_open open = {0};
	size_t start = 0;

	chy_buffer_clear(j->out);
	for (size_t i = 0; i < j->pieces->count; i++) {
		bool end;

		chy_open_update(&open, &j->pieces->items[i]);
		end = ends_here(j, i, start, &open);
		chy_buffer_add_char(j->out, end ? 1 : 0);
		if (!end)
			continue;
		start = i + 1;
		open = (struct chy_open){0};
	}
	return j->out->failed ? CHY_EMEM : CHY_OK;
}

static void fill_rows(const struct judging *j, size_t from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct chy_piece *piece = &j->pieces->items[from + i];
		struct chy_folded folded;

		chy_fold_form(
			(struct chy_str){j->pieces->text + piece->start, piece->end - piece->start},
			&folded);
		j->space->row_count[i] = (uint8_t)chy_word_rows(
			&j->model->rows, &folded, false, 0, j->space->rows[i]);
	}
}

/* The network reads windows that overlap, so that each token is seen with what
 * is around it. */
static void ask_network(const struct judging *j, float *far)
{
	size_t count = j->pieces->count, done = 0;
	float logits[CHY_SPAN];

	while (done < count) {
		size_t before = done < EDGE ? done : EDGE, from = done - before;
		size_t n = count - from < CHY_SPAN ? count - from : CHY_SPAN;
		size_t sure = from + n == count ? n : n - EDGE;

		fill_rows(j, from, n);
		chy_network_ends(j->model, j->space, n, logits);
		for (size_t i = before; i < sure; i++)
			far[from + i] = logits[i];
		done = from + sure;
	}
}

int chy_ends_find(const struct chy_text_model *model, struct chy_workspace *space,
	const struct chy_pieces *pieces, struct chy_buffer *out)
{
	struct judging judging = {
		model, space, pieces, out, NULL, DOUBT, prior_of(model, pieces->count)};
	int result = decide(&judging);
	float *far;

	if (result || judging.least >= DOUBT || !pieces->count)
		return result;
	far = malloc(pieces->count * sizeof(*far));
	if (!far)
		return CHY_EMEM;
	ask_network(&judging, far);
	judging.far = far;
	result = decide(&judging);
	free(far);
	return result;
}
