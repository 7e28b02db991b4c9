/* Trains a language's model from treebanks. See --help. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agreeing.h"
#include "data.h"
#include "net.h"
#include "save.h"
#include "segmenting.h"
#include "tree.h"
#include "tune.h"

enum { TREEBANKS_MAX = 8, BATCH_WORDS = 900 };

/* The mean of the weights: from which part of the training on, every how many
 * steps, and with what share the weights of that step. */
#define AVERAGED_FROM 0.5
#define AVERAGED_EACH 8
#define AVERAGED_SHARE 0.005f

static const char help[] =
	"usage: chancery-train --language CODE --train FILE [--also FILE[:SHARE]]... --dev FILE\n"
	"                      --out FILE [--name NAME] [--rounds N] [--seed N]\n"
	"                      [--checkpoint FILE]\n"
	"\n"
	"Learns tags, features, lemmas and trees from FILE, says the accuracy on the\n"
	"sentences of --dev after each round and writes a model.\n"
	"  --also FILE:SHARE  another treebank that helps; of its sentences a SHARE\n"
	"                     (0 to 1) is drawn in each round\n"
	"  --checkpoint FILE  weights are kept there; when it exists, it is read and\n"
	"                     nothing is learnt but what the rest of the model needs\n"
	"  --contractions FILE  contracted forms beside those of the treebank\n"
	"  --tune             only choose anew on --dev what is chosen there, in the\n"
	"                     model that is in --out already\n"
	"  --set NAME=VALUE   hidden, layers, taglayer, taghidden, embedding, batch, buckets, "
	"rate\n";

struct options {
	const char *language, *dev, *out, *name, *checkpoint, *contractions;
	const char *train[TREEBANKS_MAX];
	float share[TREEBANKS_MAX];
	unsigned train_count, rounds, hidden, layers, tag_layer, embedding, batch, buckets,
		tag_hidden;
	float rate;
	uint64_t seed;
	bool tune;
};

struct trainer {
	struct options options;
	struct chy_arena arena, scratch;
	struct treebank train[TREEBANKS_MAX], dev;
	struct example tokens[TREEBANKS_MAX], dev_tokens;
	struct inventory inventory;
	struct net net;
	struct example **pool; /* of a round */
	size_t pool_count;
};

static void die_with_help(void)
{
	fputs(help, stderr);
	exit(2);
}

static void read_setting(struct options *o, const char *text)
{
	const char *value = strchr(text, '=');
	size_t size = value ? (size_t)(value - text) : 0;

	if (!value)
		die_with_help();
	value++;
	if (strncmp(text, "hidden", size) == 0)
		o->hidden = (unsigned)atoi(value);
	else if (strncmp(text, "layers", size) == 0)
		o->layers = (unsigned)atoi(value);
	else if (strncmp(text, "taglayer", size) == 0)
		o->tag_layer = (unsigned)atoi(value);
	else if (strncmp(text, "embedding", size) == 0)
		o->embedding = (unsigned)atoi(value);
	else if (strncmp(text, "batch", size) == 0)
		o->batch = (unsigned)atoi(value);
	else if (strncmp(text, "buckets", size) == 0)
		o->buckets = (unsigned)atoi(value);
	else if (strncmp(text, "taghidden", size) == 0)
		o->tag_hidden = (unsigned)atoi(value);
	else if (strncmp(text, "rate", size) == 0)
		o->rate = (float)atof(value);
	else
		die_with_help();
}

static void add_treebank(struct options *o, char *argument, bool also)
{
	char *share = also ? strrchr(argument, ':') : NULL;
	unsigned at = also ? o->train_count : 0;

	if (o->train_count == TREEBANKS_MAX)
		die_with_help();
	o->share[at] = 1;
	if (share) {
		*share = '\0';
		o->share[at] = (float)atof(share + 1);
	}
	o->train[at] = argument;
	o->train_count += also;
}

static const struct option options[] = {{"language", 1, 0, 'l'}, {"train", 1, 0, 't'},
	{"also", 1, 0, 'a'}, {"dev", 1, 0, 'd'}, {"out", 1, 0, 'o'}, {"name", 1, 0, 'n'},
	{"rounds", 1, 0, 'r'}, {"seed", 1, 0, 's'}, {"checkpoint", 1, 0, 'c'},
	{"contractions", 1, 0, 'C'}, {"set", 1, 0, 'S'}, {"tune", 0, 0, 'T'}, {"help", 0, 0, 'h'},
	{0}};

static const struct options defaults = {.train_count = 1,
	.rounds = 30,
	.seed = 1,
	.hidden = 128,
	.layers = 3,
	.tag_layer = 1,
	.embedding = 128,
	.batch = BATCH_WORDS,
	.buckets = 24000,
	.tag_hidden = 128,
	.rate = 0.002f,
	.name = ""};

static void read_options(struct options *o, int argc, char **argv)
{
	int c;

	*o = defaults;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			o->language = optarg;
			break;
		case 't':
			add_treebank(o, optarg, false);
			break;
		case 'a':
			add_treebank(o, optarg, true);
			break;
		case 'd':
			o->dev = optarg;
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'n':
			o->name = optarg;
			break;
		case 'r':
			o->rounds = (unsigned)atoi(optarg);
			break;
		case 's':
			o->seed = strtoull(optarg, NULL, 10);
			break;
		case 'c':
			o->checkpoint = optarg;
			break;
		case 'C':
			o->contractions = optarg;
			break;
		case 'S':
			read_setting(o, optarg);
			break;
		case 'T':
			o->tune = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			die_with_help();
		}
	}
	if (!o->language || !o->train[0] || !o->dev || !o->out || optind != argc)
		die_with_help();
}

static void load(struct trainer *t)
{
	const struct options *o = &t->options;
	struct sizes sizes = {.embedding = o->embedding,
		.hidden = o->hidden,
		.layers = o->layers,
		.tag_layer = o->tag_layer,

		.tag_hidden = o->tag_hidden,
		.arc = 128,
		.label = 96,
		.ends = 48};

	chy_arena_init(&t->arena);
	chy_arena_init(&t->scratch);
	for (unsigned i = 0; i < o->train_count; i++) {
		treebank_read(&t->train[i], o->train[i], &t->arena);
		inventory_add(&t->inventory, &t->train[i]);
	}
	treebank_read(&t->dev, o->dev, &t->arena);
	inventory_close(&t->inventory, o->buckets);
	for (unsigned i = 0; i < o->train_count; i++)
		treebank_encode(&t->train[i], &t->inventory, i, &t->arena);
	treebank_encode(&t->dev, &t->inventory, 0, &t->arena);
	for (unsigned i = 0; i < o->train_count; i++)
		treebank_tokens(&t->train[i], &t->inventory, i, &t->arena, &t->tokens[i]);
	treebank_tokens(&t->dev, &t->inventory, 0, &t->arena, &t->dev_tokens);
	sizes.rows = t->inventory.row_count;
	sizes.tags = (uint32_t)t->inventory.tags.count;
	sizes.scripts = (uint32_t)t->inventory.scripts.count;
	sizes.relations = (uint32_t)t->inventory.relations.count;
	sizes.values = (uint32_t)t->inventory.values.count;
	net_init(&t->net, &sizes, t->inventory.tag_values, o->seed);
	t->net.dropout = (struct rates){
		.embedding = 0.2f, .layer = 0.3f, .recurrent = 0.25f, .mlp = 0.3f, .word = 0.4f};
	printf("%zu words, %u rows, %u tags, %u scripts, %u relations\n", t->train[0].words,
		sizes.rows, sizes.tags, sizes.scripts, sizes.relations);
}

static void shuffle(struct net *net, struct example **items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = net_random(net) % i;
		struct example *swap = items[i - 1];

		items[i - 1] = items[j];
		items[j] = swap;
	}
}

static int by_length(const void *a, const void *b)
{
	const struct example *x = *(struct example *const *)a, *y = *(struct example *const *)b;

	return (x->count > y->count) - (x->count < y->count);
}

static void draw_pool(struct trainer *t)
{
	size_t total = 0;

	for (unsigned i = 0; i < t->options.train_count; i++)
		total += t->train[i].count;
	t->pool = must_grow(t->pool, total, sizeof(void *));
	t->pool_count = 0;
	for (unsigned i = 0; i < t->options.train_count; i++) {
		float share = t->options.share[i];

		for (size_t s = 0; s < t->train[i].count; s++) {
			if (share >= 1 || (float)(net_random(&t->net) % 1000) < share * 1000)
				t->pool[t->pool_count++] = &t->train[i].examples[s];
		}
	}
	shuffle(&t->net, t->pool, t->pool_count);
}

/* The next batch of a pool: sentences of much the same length. */
static size_t batch_end(struct example **pool, size_t count, size_t from, size_t words)
{
	size_t end = from, longest = 0;

	while (end < count && end - from < 256) {
		if (pool[end]->count > longest)
			longest = pool[end]->count;
		if (end > from && longest * (end - from + 1) > words)
			break;
		end++;
	}
	return end;
}

struct score {
	size_t words, upos, tag, script, heads, labelled;
};

static bool same_before_colon(const char *a, const char *b)
{
	size_t x = strcspn(a, ":"), y = strcspn(b, ":");

	return x == y && memcmp(a, b, x) == 0;
}

static void score_word(struct trainer *t, const struct batch *batch, size_t b, size_t d,
	int32_t head, struct score *score)
{
	const struct example *e = batch->examples[b];
	const struct name *tags = t->inventory.tags.items;
	const struct name *relations = t->inventory.relations.items;
	const struct chy_word *word = &e->sentence->words[d - 1];
	const char *upos = chy_upos_name(word->upos);
	uint32_t tag = net_tag(&t->net, batch, b, d), relation;
	const float *scripts = net_scripts(&t->net, batch, b, d);
	bool right = true;

	score->words++;
	score->upos += strncmp(tags[tag].text, upos, strlen(upos)) == 0 &&
		       tags[tag].text[strlen(upos)] == ' ';
	score->tag += (int32_t)tag == e->tags[d];
	for (uint32_t i = 0; e->scripts[d] >= 0 && i < t->net.sizes.scripts; i++)
		right = right && scripts[i] <= scripts[e->scripts[d]];
	score->script += e->scripts[d] >= 0 && right;
	if (head + 1 != e->heads[d])
		return;
	score->heads++;
	relation = net_relation(&t->net, batch, b, d, (size_t)e->heads[d]);
	score->labelled += e->relations[d] >= 0 && same_before_colon(relations[relation].text,
							   relations[e->relations[d]].text);
}

static void score_sentence(
	struct trainer *t, const struct batch *batch, size_t b, struct score *score)
{
	size_t n = batch->examples[b]->count - 1;
	float *arcs;
	int32_t *heads;

	chy_arena_clear(&t->scratch);
	arcs = chy_arena_array(&t->scratch, float, n *(n + 1));
	heads = chy_arena_array(&t->scratch, int32_t, n);
	net_arcs(&t->net, batch, b, arcs);
	chy_tree_decode(arcs, n, &t->scratch, heads);
	for (size_t d = 1; d <= n; d++)
		score_word(t, batch, b, d, heads[d - 1], score);
}

static void say_accuracy(struct trainer *t, const char *label)
{
	struct score score = {0};
	struct treebank *dev = &t->dev;

	t->net.training = false;
	for (size_t s = 0; s < dev->count; s++) {
		struct example *one[1] = {&dev->examples[s]};
		struct batch batch = {one, 1, one[0]->count};

		net_run(&t->net, &batch);
		score_sentence(t, &batch, 0, &score);
	}
	t->net.training = true;
	printf("%s: upos %.2f tag %.2f lemma script %.2f uas %.2f las %.2f\n", label,
		100.0 * (double)score.upos / (double)score.words,
		100.0 * (double)score.tag / (double)score.words,
		100.0 * (double)score.script / (double)score.words,
		100.0 * (double)score.heads / (double)score.words,
		100.0 * (double)score.labelled / (double)score.words);
	fflush(stdout);
}

/* The rate at a part (0 to 1) of the training: a short rise, then a cosine. */
static float rate_at(const struct options *o, double part)
{
	double rise = part < 0.02 ? part / 0.02 : 1;

	return (float)(o->rate * rise * (0.02 + 0.98 * 0.5 * (1 + cos(part * 3.14159265))));
}

/* A batch of windows of the texts, at random; of the first treebank mostly. */
static void learn_windows(struct trainer *t)
{
	enum { WINDOWS = 12, LENGTH = 72 };
	struct example windows[WINDOWS], *pointers[WINDOWS];
	struct batch batch = {pointers, WINDOWS, LENGTH};

	for (int i = 0; i < WINDOWS; i++) {
		unsigned which = net_random(&t->net) % 4
					 ? 0
					 : (unsigned)(net_random(&t->net) % t->options.train_count);
		const struct example *all = &t->tokens[which];
		size_t length = LENGTH < all->count ? LENGTH : all->count;

		windows[i] = example_window(
			all, net_random(&t->net) % (all->count - length + 1), length);
		pointers[i] = &windows[i];
	}
	net_learn_ends(&t->net, &batch);
}

static void say_ends(struct trainer *t)
{
	enum { STEP = 60, LENGTH = 100, EDGE = 20 };
	size_t right = 0, found = 0, gold = 0;

	t->net.training = false;
	for (size_t from = 0; from + LENGTH < t->dev_tokens.count; from += STEP) {
		struct example window = example_window(&t->dev_tokens, from, LENGTH);
		struct example *one[1] = {&window};
		struct batch batch = {one, 1, LENGTH};

		net_run_ends(&t->net, &batch);
		for (size_t i = from ? EDGE : 0; i < EDGE + STEP; i++) {
			bool yes = t->net.end_logits[i] > 0;

			right += yes && window.ends[i];
			found += yes;
			gold += (size_t)window.ends[i];
		}
	}
	t->net.training = true;
	printf("    sentence ends: precision %.2f recall %.2f\n",
		100.0 * (double)right / (double)(found ? found : 1),
		100.0 * (double)right / (double)gold);
	fflush(stdout);
}

static void learn_round(struct trainer *t, unsigned round)
{
	size_t batches = 0, done = 0, *starts;
	struct example **order;

	draw_pool(t);
	/* Batches of like length, in random order: sort in chunks. */
	for (size_t i = 0; i < t->pool_count; i += 2000)
		qsort(t->pool + i, t->pool_count - i < 2000 ? t->pool_count - i : 2000,
			sizeof(void *), by_length);
	starts = must_alloc(t->pool_count + 1, sizeof(*starts));
	for (size_t at = 0; at < t->pool_count;) {
		starts[batches++] = at;
		at = batch_end(t->pool, t->pool_count, at, t->options.batch);
	}
	starts[batches] = t->pool_count;
	order = must_alloc(batches, sizeof(void *));
	for (size_t i = 0; i < batches; i++)
		order[i] = (struct example *)&starts[i];
	shuffle(&t->net, order, batches);
	for (size_t i = 0; i < batches; i++) {
		const size_t *range = (const size_t *)order[i];
		struct batch batch = {t->pool + range[0], range[1] - range[0], 0};
		double part;

		for (size_t b = 0; b < batch.count; b++) {
			if (batch.examples[b]->count > batch.length)
				batch.length = batch.examples[b]->count;
		}
		net_learn(&t->net, &batch);
		learn_windows(t);
		part = (round + (double)done++ / (double)batches) / t->options.rounds;
		net_update(&t->net, rate_at(&t->options, part));
		if (part >= AVERAGED_FROM && done % AVERAGED_EACH == 0)
			net_average(&t->net, AVERAGED_SHARE);
	}
	free(order);
	free(starts);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void report(struct trainer *t, const char *label)
{
	say_accuracy(t, label);
	say_ends(t);
}

static void learn(struct trainer *t)
{
	char label[96];

	t->net.training = true;
	for (unsigned round = 0; round < t->options.rounds; round++) {
		double start = seconds();

		memset(t->net.loss, 0, sizeof(t->net.loss));
		learn_round(t, round);
		snprintf(label, sizeof(label),
			"round %u of %u (%.0f s, loss %.0f %.0f %.0f %.0f %.0f)", round + 1,
			t->options.rounds, seconds() - start, t->net.loss[0], t->net.loss[1],
			t->net.loss[2], t->net.loss[3], t->net.loss[4]);
		if (round % 3 == 2 || round + 1 == t->options.rounds || round < 3)
			report(t, label);
	}
	net_settle(&t->net);
	report(t, "mean of the weights");
}

static void save(struct trainer *t)
{
	struct model_writer *writer = model_writer_new(t->options.language, t->options.name);

	save_network(writer, &t->net, &t->inventory);
	save_lemmas(writer, &t->inventory, t->train, 1);
	learn_agreement(writer, &t->train[0]);
	learn_segmenting(writer, t->train, 1, &t->dev, &t->inventory, t->options.contractions);
	model_writer_write(writer, t->options.out);
	tune_lost_lines(t->options.out, &t->dev);
}

int main(int argc, char **argv)
{
	static struct trainer trainer;
	const struct options *o = &trainer.options;

	read_options(&trainer.options, argc, argv);
	if (o->tune) {
		treebank_read(&trainer.dev, o->dev, &trainer.arena);
		tune_lost_lines(o->out, &trainer.dev);
		return 0;
	}
	load(&trainer);
	if (o->checkpoint && checkpoint_read(&trainer.net, o->checkpoint)) {
		say_accuracy(&trainer, "checkpoint");
	} else {
		learn(&trainer);
		if (o->checkpoint)
			checkpoint_write(&trainer.net, o->checkpoint);
	}
	save(&trainer);
	return 0;
}
