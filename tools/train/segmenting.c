#include "segmenting.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contractions.h"
#include "segment.h"

enum {
	WIDE_BITS = 26, /* features are told apart by so many bits while counting */
	TABLE_BITS = 19,
	ROUNDS = 12,
	RARE = 3, /* features seen less often are left out */
};

enum task { TOKENS, SENTENCES, CONTRACTIONS, TASKS };

/* Questions with their answers; features lie one after another. */
struct questions {
	uint32_t *features;
	size_t feature_count, feature_capacity;
	size_t *ends;
	uint8_t *answers, *tasks;
	size_t count, capacity;
};

/* A treebank as one long paragraph. */
struct stream {
	struct chy_buffer text;
	struct chy_piece *pieces; /* of all gold tokens */
	const struct chy_token **tokens;
	const struct chy_sentence **sentences;
	bool *last; /* of its sentence */
	size_t count;
};

static void ask(struct questions *q, enum task task, const struct chy_features *f, bool answer)
{
	if (q->count == q->capacity) {
		q->capacity = q->capacity ? 2 * q->capacity : 1 << 16;
		q->ends = must_grow(q->ends, q->capacity, sizeof(*q->ends));
		q->answers = must_grow(q->answers, q->capacity, 1);
		q->tasks = must_grow(q->tasks, q->capacity, 1);
	}
	if (q->feature_count + f->count > q->feature_capacity) {
		q->feature_capacity = 2 * q->feature_capacity + (1 << 16);
		q->features = must_grow(q->features, q->feature_capacity, sizeof(*q->features));
	}
	assert(q->features);
	memcpy(q->features + q->feature_count, f->at, f->count * sizeof(*f->at));
	q->feature_count += f->count;
	q->ends[q->count] = q->feature_count;
	q->answers[q->count] = answer;
	q->tasks[q->count++] = (uint8_t)task;
}

static void stream_add(
	struct stream *s, const struct chy_analysis *analysis, const struct chy_sentence *sentence)
{
	const char *text = analysis->text.data;
	uint32_t shift = (uint32_t)s->text.size - sentence->start;

	chy_buffer_add(&s->text, text + sentence->start, sentence->end - sentence->start);
	chy_buffer_add_char(&s->text, ' ');
	for (size_t t = 0; t < sentence->token_count; t++) {
		const struct chy_token *token = &sentence->tokens[t];
		size_t at = s->count++;

		s->pieces[at] = (struct chy_piece){.start = token->start + shift,
			.end = token->end + shift,
			.space_after = token->space_after || t + 1 == sentence->token_count};
		s->tokens[at] = token;
		s->sentences[at] = sentence;
		s->last[at] = t + 1 == sentence->token_count;
	}
}

static void stream_init(
	struct stream *s, const struct treebank *treebank, const struct chy_row_table *table)
{
	const struct chy_analysis *analysis = &treebank->analysis;
	size_t total = 0;

	*s = (struct stream){0};
	for (size_t i = 0; i < analysis->sentence_count; i++)
		total += analysis->sentences[i].token_count;
	s->pieces = must_alloc(total, sizeof(*s->pieces));
	s->tokens = must_alloc(total, sizeof(void *));
	s->sentences = must_alloc(total, sizeof(void *));
	s->last = must_alloc(total, sizeof(*s->last));
	for (size_t i = 0; i < analysis->sentence_count; i++)
		stream_add(s, analysis, &analysis->sentences[i]);
	for (size_t i = 0; i < s->count; i++)
		chy_piece_describe(table, s->text.data, &s->pieces[i]);
}

static void stream_fini(struct stream *s)
{
	chy_buffer_fini(&s->text);
	free(s->pieces);
	free(s->tokens);
	free(s->sentences);
	free(s->last);
}

/* Token ends inside chunks. */
static void ask_tokens(struct questions *q, const struct stream *s, uint32_t mask)
{
	uint32_t at = 0, end = (uint32_t)s->text.size;
	struct chy_features features;
	struct chy_chunk chunk;
	size_t piece = 0;

	while (at < end) {
		unsigned start = 0, white = chy_white(s->text.data, at, end);

		if (white) {
			at += white;
			continue;
		}
		chy_chunk_read(s->text.data, &at, end, &chunk);
		for (unsigned i = 1; i < chunk.count; i++) {
			bool split;

			while (piece < s->count && s->pieces[piece].start < chunk.offset[i])
				piece++;
			split = piece < s->count && s->pieces[piece].start == chunk.offset[i];
			if (chy_chunk_candidate(&chunk, i)) {
				chy_chunk_features(&chunk, i, start, mask, &features);
				ask(q, TOKENS, &features, split);
			}
			start = split ? i : start;
		}
	}
}

static void ask_sentences(struct questions *q, const struct stream *s, uint32_t mask)
{
	struct chy_features features;
	struct chy_open open = {0};
	size_t start = 0;

	for (size_t i = 0; i + 1 < s->count; i++) {
		chy_open_update(&open, &s->pieces[i]);
		chy_gap_features(s->pieces, s->count, i, start, &open, mask, &features);
		ask(q, SENTENCES, &features, s->last[i]);
		if (s->last[i]) {
			start = i + 1;
			open = (struct chy_open){0};
		}
	}
}

static void ask_contractions(struct questions *q, const struct stream *s,
	const struct chy_segmenter *segmenter, uint32_t mask)
{
	struct chy_features features;

	for (size_t i = 0; i < s->count; i++) {
		struct chy_str form = {
			s->text.data + s->pieces[i].start, s->pieces[i].end - s->pieces[i].start};
		const struct chy_contraction *rule = chy_contraction_find(segmenter, form);

		if (!rule || rule->decide != 2)
			continue;
		chy_contraction_features(s->pieces, s->count, i, rule, mask, &features);
		ask(q, CONTRACTIONS, &features, s->tokens[i]->word_count > 1);
	}
}

static void ask_all(struct questions *q, const struct treebank *treebank,
	const struct chy_row_table *table, const struct chy_segmenter *segmenter, uint32_t mask)
{
	struct stream stream;

	stream_init(&stream, treebank, table);
	ask_tokens(q, &stream, mask);
	ask_sentences(q, &stream, mask);
	ask_contractions(q, &stream, segmenter, mask);
	stream_fini(&stream);
}

/* Leaves out rare features and folds the others to the table's size. */
static void prune(struct questions *q)
{
	uint8_t *seen = must_alloc((size_t)1 << WIDE_BITS, 1);
	size_t kept = 0, from = 0;

	for (size_t i = 0; i < q->feature_count; i++)
		seen[q->features[i]] += seen[q->features[i]] < RARE;
	for (size_t i = 0; i < q->count; i++) {
		for (size_t f = from; f < q->ends[i]; f++) {
			if (seen[q->features[f]] >= RARE)
				q->features[kept++] = q->features[f] & ((1u << TABLE_BITS) - 1);
		}
		from = q->ends[i];
		q->ends[i] = kept;
	}
	free(seen);
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Logistic regression by AdaGrad (Duchi et al. 2011). */
static void fit(const struct questions *q, float *weights)
{
	float *squares = must_alloc((size_t)1 << TABLE_BITS, sizeof(float));
	size_t *order = must_alloc(q->count, sizeof(*order));
	uint64_t random = 1;

	for (size_t i = 0; i < q->count; i++)
		order[i] = i;
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = q->count; i > 1; i--) {
			size_t j = next_random(&random) % i, swap = order[i - 1];

			order[i - 1] = order[j];
			order[j] = swap;
		}
		for (size_t n = 0; n < q->count; n++) {
			size_t i = order[n], from = i ? q->ends[i - 1] : 0;
			float sum = 0, d;

			for (size_t f = from; f < q->ends[i]; f++)
				sum += weights[q->features[f]];
			d = 1 / (1 + expf(-sum)) - (float)q->answers[i];
			for (size_t f = from; f < q->ends[i]; f++) {
				uint32_t w = q->features[f];
				float g = d + 1e-5f * weights[w];

				squares[w] += g * g;
				weights[w] -= 0.05f * g / sqrtf(squares[w] + 1e-4f);
			}
		}
	}
	free(order);
	free(squares);
}

static void quantise(const float *weights, int8_t *out)
{
	const float limit = CHY_WEIGHT_LIMIT; /* stronger than that is sure enough */

	for (size_t i = 0; i < (size_t)1 << TABLE_BITS; i++) {
		float w = weights[i] > limit ? limit : weights[i] < -limit ? -limit : weights[i];

		out[i] = (int8_t)lrintf(w * 127 / limit);
	}
}

static void say_answers(const struct questions *q, const struct chy_segmenter *segmenter)
{
	static const char *const names[] = {"token ends", "sentence ends", "contractions"};
	size_t right[TASKS] = {0}, found[TASKS] = {0}, gold[TASKS] = {0}, from = 0;

	for (size_t i = 0; i < q->count; i++) {
		int sum = 0;

		for (; from < q->ends[i]; from++)
			sum += segmenter->weights[q->features[from]];
		right[q->tasks[i]] += sum > 0 && q->answers[i];
		found[q->tasks[i]] += sum > 0;
		gold[q->tasks[i]] += q->answers[i];
	}
	for (int t = 0; t < TASKS; t++)
		printf("%s: %zu asked for, %zu found, %zu right, F1 %.2f\n", names[t], gold[t],
			found[t], right[t],
			200.0 * (double)right[t] / (double)(found[t] + gold[t]));
}

void learn_segmenting(struct model_writer *writer, const struct treebank *treebanks, size_t count,
	const struct treebank *dev, const struct inventory *inventory, const char *supplement)
{
	const uint32_t wide = (1u << WIDE_BITS) - 1, narrow = (1u << TABLE_BITS) - 1;
	struct questions train = {0}, test = {0};
	struct chy_segmenter segmenter = {0};
	float *weights = must_alloc((size_t)1 << TABLE_BITS, sizeof(float));
	int8_t *bytes = must_alloc((size_t)1 << TABLE_BITS, 1);
	struct contractions rules = {0};

	contractions_learn(&rules, &treebanks[0].analysis, supplement);
	contractions_use(&rules, &segmenter);
	for (size_t i = 0; i < count; i++)
		ask_all(&train, &treebanks[i], &inventory->table, &segmenter, wide);
	prune(&train);
	fit(&train, weights);
	quantise(weights, bytes);
	segmenter.weights = bytes;
	segmenter.weight_mask = narrow;
	ask_all(&test, dev, &inventory->table, &segmenter, narrow);
	say_answers(&test, &segmenter);
	model_writer_add(writer, "decide", bytes, (size_t)1 << TABLE_BITS);
	contractions_save(&rules, writer);
}
