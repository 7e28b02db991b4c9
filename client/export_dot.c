/* export dot: who dealt with whom, for Graphviz. An edge's width is how many
 * happenings it stands for, its colour how these went. It takes room for the
 * pairs, not for the happenings. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"

/* A table of pairs of codes. */
struct edge {
	char *from, *to;
	bool joint;
	uint64_t count;
	double score; /* sum */
};

struct graph {
	struct export *export;
	struct edge *slots; /* by hash; from NULL: free */
	size_t room, count;
	double score; /* of the happening that is being taken in */
};

static uint64_t hash_of(struct chy_str from, struct chy_str to, bool joint)
{
	return (chy_str_hash(from) * 31 + chy_str_hash(to)) * 31 + joint;
}

static struct edge *slot_for(
	const struct graph *graph, struct chy_str from, struct chy_str to, bool joint)
{
	size_t at = hash_of(from, to, joint) % graph->room;

	while (graph->slots[at].from &&
		!(chy_str_is(from, graph->slots[at].from) && chy_str_is(to, graph->slots[at].to) &&
			graph->slots[at].joint == joint))
		at = (at + 1) % graph->room;
	return &graph->slots[at];
}

static bool grow(struct graph *graph)
{
	struct graph more = *graph;

	if (2 * graph->count < graph->room)
		return true;
	more.room = graph->room ? 2 * graph->room : 256;
	more.slots = calloc(more.room, sizeof(*more.slots));
	if (!more.slots)
		return false;
	for (size_t i = 0; i < graph->room; i++) {
		const struct edge *edge = &graph->slots[i];

		if (edge->from)
			*slot_for(&more, chy_str_from(edge->from), chy_str_from(edge->to),
				edge->joint) = *edge;
	}
	free(graph->slots);
	*graph = more;
	return true;
}

static int out_of_memory(struct export *export)
{
	struct chy_fault fault;

	chy_fault_set(&fault, CHY_EMEM, NULL, 0, NULL);
	export->status = tell(&fault);
	return 1;
}

/* Joint acts have no direction: each is told from both sides, and taken once. */
static int add_pair(void *user, const struct pair *pair)
{
	struct graph *graph = user;
	struct chy_str from = chy_json_str(pair->from, "code"), to = chy_json_str(pair->to, "code");
	struct edge *edge;

	if (!from.size || !to.size || (pair->joint && chy_str_compare(from, to) > 0))
		return CHY_OK;
	if (!grow(graph))
		return out_of_memory(graph->export);
	edge = slot_for(graph, from, to, pair->joint);
	if (!edge->from) {
		edge->from = strndup(from.data, from.size);
		edge->to = strndup(to.data, to.size);
		edge->joint = pair->joint;
		graph->count++;
		if (!edge->from || !edge->to)
			return out_of_memory(graph->export);
	}
	edge->count++;
	edge->score += graph->score;
	return CHY_OK;
}

static int add_happening(void *user, json_t *happening)
{
	struct graph *graph = user;

	if (graph->export->done_only && !is_done(happening))
		return CHY_OK;
	graph->score = json_number_value(json_object_get(happening, "score"));
	return each_pair(happening, add_pair, graph);
}

/* -- what is written ------------------------------------------------------------------ */

/* In order of the codes; what is free goes to the end. */
static int by_codes(const void *one, const void *other)
{
	const struct edge *a = one, *b = other;
	int order;

	if (!a->from || !b->from)
		return !a->from - !b->from;
	order = strcmp(a->from, b->from);
	if (!order)
		order = strcmp(a->to, b->to);
	return order ? order : a->joint - b->joint;
}

static void put_quoted(FILE *out, struct chy_str text)
{
	putc('"', out);
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			putc('\\', out);
		putc((unsigned char)text.data[i] < ' ' ? ' ' : text.data[i], out);
	}
	putc('"', out);
}

/* From red over grey to blue. */
static void put_colour(FILE *out, double mean)
{
	int part = (int)lround(fmin(fabs(mean), 10) * 11), low = 140 - part;

	if (mean < 0)
		fprintf(out, "\"#%02x%02x%02x\"", 140 + part, low, low);
	else
		fprintf(out, "\"#%02x%02x%02x\"", low, low, 140 + part);
}

static void put_edge(FILE *out, const struct edge *edge)
{
	double mean = edge->score / (double)edge->count;

	fputs("  ", out);
	put_quoted(out, chy_str_from(edge->from));
	fputs(" -> ", out);
	put_quoted(out, chy_str_from(edge->to));
	fprintf(out, " [weight=%llu, label=\"%llu\", penwidth=%.1f, color=",
		(unsigned long long)edge->count, (unsigned long long)edge->count,
		1 + log2((double)edge->count));
	put_colour(out, mean);
	fprintf(out, ", tooltip=\"%.1f\"%s];\n", mean, edge->joint ? ", dir=none" : "");
}

static int by_text(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static int put_nodes(const struct graph *graph)
{
	char **codes = calloc(2 * graph->count + 1, sizeof(*codes));
	struct chy_buffer name;
	size_t n = 0;

	if (!codes)
		return out_of_memory(graph->export);
	for (size_t i = 0; i < graph->count; i++) {
		codes[n++] = graph->slots[i].from;
		codes[n++] = graph->slots[i].to;
	}
	if (n)
		qsort(codes, n, sizeof(*codes), by_text);
	chy_buffer_init(&name);
	for (size_t i = 0; i < n; i++) {
		if (i && strcmp(codes[i], codes[i - 1]) == 0)
			continue;
		chy_buffer_clear(&name);
		name_of_code(graph->export->client, chy_str_from(codes[i]), &name);
		fputs("  ", graph->export->out);
		put_quoted(graph->export->out, chy_str_from(codes[i]));
		fputs(" [label=", graph->export->out);
		put_quoted(graph->export->out, (struct chy_str){name.data, name.size});
		fputs("];\n", graph->export->out);
	}
	chy_buffer_fini(&name);
	free(codes);
	return 0;
}

static void put_graph(struct graph *graph)
{
	FILE *out = graph->export->out;

	if (graph->room)
		qsort(graph->slots, graph->room, sizeof(*graph->slots), by_codes);
	fputs("digraph chancery {\n  node [shape=box, fontname=\"sans-serif\"];\n"
	      "  edge [fontname=\"sans-serif\", fontsize=9];\n",
		out);
	if (put_nodes(graph))
		return;
	for (size_t i = 0; i < graph->count; i++) {
		put_edge(out, &graph->slots[i]);
		graph->export->rows++;
	}
	fputs("}\n", out);
}

int export_dot(struct export *export)
{
	struct graph graph = {.export = export};
	struct chy_fault fault;
	int result = chy_view_each_happening(
		export->client->view, &export->filter, add_happening, &graph, &fault);

	if (result < 0)
		export->status = tell(&fault);
	if (!export->status)
		put_graph(&graph);
	for (size_t i = 0; i < graph.room; i++) {
		free(graph.slots[i].from);
		free(graph.slots[i].to);
	}
	free(graph.slots);
	return export->status;
}
