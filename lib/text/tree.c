#include "tree.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

#include "chancery/error.h"

/* More than any sum of scores: with it off every arc from the root, the best
 * tree has one such arc only. */
#define ROOT_COST 1e5f

/* One contraction: a cycle that became its first node. For every other node v
 * it is remembered which node of the cycle v attaches to and is attached by. */
struct contraction {
	uint32_t *cycle; /* nodes of the cycle, the first stands for all */
	uint32_t count;
	uint32_t *parents; /* of the cycle's nodes, at that time */
	uint32_t *enters; /* [v] the node of the cycle that v would govern */
	uint32_t *leaves; /* [v] the node of the cycle that would govern v */
};

/* Nodes 0 (root) to n; score of arc h → d at weight[d * size + h]. */
struct graph {
	float *weight;
	uint32_t size;
	bool *gone; /* contracted into another node */
	uint32_t *parent;
	uint32_t *mark;
	struct contraction *done;
	uint32_t done_count;
	struct chy_arena *arena;
};

static void choose_parent(struct graph *g, uint32_t d)
{
	const float *row = g->weight + (size_t)d * g->size;
	float best = -FLT_MAX;
	uint32_t parent = 0;

	for (uint32_t h = 0; h < g->size; h++) {
		if (h != d && !g->gone[h] && row[h] > best) {
			best = row[h];
			parent = h;
		}
	}
	g->parent[d] = parent;
}

/* Forgets the walk that is marked with a node, which has to be walked again. */
static void unmark(struct graph *g, uint32_t start)
{
	for (uint32_t at = start; g->mark[at] == start; at = g->parent[at])
		g->mark[at] = 0;
}

/* A node on a cycle of the chosen parents, met from *start or a later node; 0
 * where there is none. Nodes before *start lead to the root, and go on doing so
 * whatever is contracted: each contraction looks on from where the last was. */
static uint32_t find_cycle(struct graph *g, uint32_t *start)
{
	for (; *start < g->size; (*start)++) {
		uint32_t at = *start;

		if (g->gone[at])
			continue;
		while (at && !g->mark[at]) {
			g->mark[at] = *start;
			at = g->parent[at];
		}
		if (at && g->mark[at] == *start) {
			unmark(g, *start);
			return at;
		}
	}
	return 0;
}

/* The best way into and out of the cycle for the node v outside it. */
static void join(struct graph *g, struct contraction *c, uint32_t v, float cycle_weight)
{
	uint32_t size = g->size, enters = c->cycle[0], leaves = c->cycle[0];
	float best_in = -FLT_MAX, best_out = -FLT_MAX;

	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t node = c->cycle[i];
		float *into = &g->weight[(size_t)node * size];
		float in = cycle_weight + into[v] - into[c->parents[i]];
		/* Nothing governs the root, which has no row. */
		float out = v ? g->weight[(size_t)v * size + node] : -FLT_MAX;

		if (in > best_in) {
			best_in = in;
			enters = node;
		}
		if (out > best_out) {
			best_out = out;
			leaves = node;
		}
	}
	c->enters[v] = enters;
	c->leaves[v] = leaves;
	g->weight[(size_t)c->cycle[0] * size + v] = best_in;
	if (v)
		g->weight[(size_t)v * size + c->cycle[0]] = best_out;
}

/* The node that stands for a cycle chooses anew. Who was governed from within
 * the cycle is governed by it, with the same score; nobody else has reason to
 * choose again, so that all contractions together cost the square of the
 * nodes, even where all scores are the same. */
static void follow(struct graph *g, uint32_t first)
{
	for (uint32_t v = 1; v < g->size; v++) {
		if (!g->gone[v] && g->gone[g->parent[v]])
			g->parent[v] = first;
	}
	g->gone[first] = false;
	choose_parent(g, first);
}

static int contract(struct graph *g, uint32_t start)
{
	struct contraction *c = &g->done[g->done_count++];
	uint32_t at = start;
	float weight = 0;

	c->cycle = chy_arena_array(g->arena, uint32_t, 4 * (size_t)g->size);
	if (!c->cycle)
		return CHY_EMEM;
	c->parents = c->cycle + g->size;
	c->enters = c->parents + g->size;
	c->leaves = c->enters + g->size;
	do {
		c->parents[c->count] = g->parent[at];
		c->cycle[c->count++] = at;
		weight += g->weight[(size_t)at * g->size + g->parent[at]];
		at = g->parent[at];
	} while (at != start);
	for (uint32_t i = 0; i < c->count; i++)
		g->gone[c->cycle[i]] = true;
	for (uint32_t v = 0; v < g->size; v++) {
		if (!g->gone[v])
			join(g, c, v, weight);
	}
	follow(g, c->cycle[0]);
	return CHY_OK;
}

/* Takes the contractions back, the last first: the cycle is broken where the
 * tree enters it. */
static void expand(struct graph *g)
{
	while (g->done_count) {
		struct contraction *c = &g->done[--g->done_count];
		uint32_t first = c->cycle[0], head = g->parent[first];
		uint32_t entered = c->enters[head];

		for (uint32_t v = 1; v < g->size; v++) {
			if (!g->gone[v] && v != first && g->parent[v] == first)
				g->parent[v] = c->leaves[v];
		}
		for (uint32_t i = 0; i < c->count; i++) {
			g->gone[c->cycle[i]] = false;
			g->parent[c->cycle[i]] = c->parents[i];
		}
		g->parent[entered] = head;
	}
}

static bool is_tree(struct graph *g)
{
	uint32_t roots = 0, start = 1;
	bool tree;

	for (uint32_t v = 1; v < g->size; v++)
		roots += g->parent[v] == 0;
	tree = roots == 1 && !find_cycle(g, &start);
	memset(g->mark, 0, g->size * sizeof(*g->mark));
	return tree;
}

int chy_tree_decode(float *scores, size_t n, struct chy_arena *arena, int32_t *out_heads)
{
	uint32_t size = (uint32_t)n + 1, cycle, start = 1;
	struct graph g = {.size = size, .arena = arena, .weight = scores - size};

	g.gone = chy_arena_array(arena, bool, size);
	g.parent = chy_arena_array(arena, uint32_t, 2 * (size_t)size);
	g.done = chy_arena_array(arena, struct contraction, size);
	if (!g.gone || !g.parent || !g.done)
		return CHY_EMEM;
	g.mark = g.parent + size;
	for (uint32_t v = 1; v < size; v++)
		choose_parent(&g, v);
	if (!is_tree(&g)) {
		for (uint32_t v = 1; v < size; v++) {
			g.weight[(size_t)v * size] -= ROOT_COST;
			choose_parent(&g, v);
		}
		while ((cycle = find_cycle(&g, &start))) {
			if (contract(&g, cycle))
				return CHY_EMEM;
		}
		expand(&g);
	}
	for (uint32_t v = 1; v < size; v++)
		out_heads[v - 1] = (int32_t)g.parent[v] - 1;
	return CHY_OK;
}
