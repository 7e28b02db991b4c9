/* Where on a page the story is, and its paragraphs.
 *
 * The page is cut into blocks of running text at every element that parts
 * paragraphs. Each block that is long enough and not mostly links counts for
 * the element that holds it, and half for the one around that (the idea is
 * Readability's); the best, less its share of links, is the story, or the
 * article element around it. */
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>

#include "page.h"

enum { SHORTEST_BLOCK = 25, LONGEST_SCORE = 1000, BLOCK_SCORE = 50, SURELY_TEXT = 80 };

struct block {
	struct node *owner; /* the element that parts it from others */
	struct trace text; /* as it stands */
	size_t links; /* bytes of it that are inside links */
};

typedef int block_function(void *data, struct block *block);

/* The words of the page below root, block by block. */
struct flow {
	const struct page *page;
	struct block block;
	block_function *give;
	void *data;
	bool by_class; /* leave out what its class gives away */
};

static int end_block(struct flow *flow, struct node *owner)
{
	struct chy_str text = chy_str_trim(trace_str(&flow->block.text));
	int result = text.size ? flow->give(flow->data, &flow->block) : CHY_OK;

	trace_clear(&flow->block.text);
	flow->block.links = 0;
	flow->block.owner = owner;
	return result;
}

static bool left_out(const struct flow *flow, const struct node *node)
{
	return node->layout == CHY_OUT || (node->layout == CHY_OUT_BY_CLASS && flow->by_class);
}

/* As deep as the page's limit allows. */
static int walk(struct flow *flow, struct node *node, bool link)
{
	bool parts = node->layout == CHY_BLOCK || node->layout == CHY_OUT_BY_CLASS;
	struct node *owner = flow->block.owner;
	int result = parts ? end_block(flow, chy_node_is(node, "br") ? owner : node) : CHY_OK;

	link = link || chy_node_is(node, "a");
	for (struct node *child = node->first; child && !result; child = child->next) {
		if (child->name) {
			if (!left_out(flow, child))
				result = walk(flow, child, link);
			continue;
		}
		trace_add_slice(&flow->block.text, &flow->page->text, child->from, child->to);
		flow->block.links += link ? child->to - child->from : 0;
	}
	return !result && parts ? end_block(flow, owner) : result;
}

static int each_block(
	const struct page *page, struct node *root, bool by_class, block_function *give, void *data)
{
	struct flow flow = {.page = page, .give = give, .data = data, .by_class = by_class};
	int result;

	trace_init(&flow.block.text);
	flow.block.owner = root;
	result = walk(&flow, root, false);
	if (!result)
		result = end_block(&flow, root);
	trace_fini(&flow.block.text);
	return result;
}

/* -- which element holds the story ----------------------------------------- */

static bool paragraph_like(const struct node *node)
{
	static const char *const names[] = {"p", "li", "blockquote", "h2", "h3", "h4", "dd", "pre"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (chy_node_is(node, names[i]))
			return true;
	return false;
}

static bool mostly_links(const struct block *block)
{
	return block->links * 2 > chy_str_trim(trace_str(&block->text)).size;
}

static int count_block(void *data, struct block *block)
{
	size_t size = chy_str_trim(trace_str(&block->text)).size;
	struct node *holder = block->owner;
	int points = BLOCK_SCORE + (int)(size < LONGEST_SCORE ? size : LONGEST_SCORE);

	(void)data;
	if (size < SHORTEST_BLOCK || mostly_links(block))
		return CHY_OK;
	if (paragraph_like(holder) && holder->parent)
		holder = holder->parent;
	/* As many points as a page can have are far below what an int holds, but
	 * for a page made so. */
	if (holder->score < INT32_MAX / 4)
		holder->score += points;
	if (holder->parent && holder->parent->score < INT32_MAX / 4)
		holder->parent->score += points / 2;
	return CHY_OK;
}

static int64_t worth(const struct node *node)
{
	int64_t score = node->score;

	if (node->text_size)
		score -= score * (int64_t)node->link_size / (int64_t)node->text_size;
	if (node->body || chy_node_is(node, "article") || chy_node_is(node, "main"))
		score += score / 4;
	return score;
}

static struct node *best_holder(struct page *page)
{
	struct node *best = NULL;

	for (struct node *node = page->root; node; node = chy_node_next(node, page->root, true))
		if (node->name && node->score && (!best || worth(node) > worth(best)))
			best = node;
	return best;
}

/* The body or the article element around the best holder, if there is one. */
static struct node *widened(struct node *best)
{
	for (struct node *node = best; node; node = node->parent)
		if (chy_str_is(chy_node_attribute(node, "itemprop"), "articleBody"))
			return node;
	for (struct node *node = best; node; node = node->parent)
		if (chy_node_is(node, "article"))
			return node;
	return best;
}

/* -- its paragraphs -------------------------------------------------------- */

struct story {
	const struct node *heading; /* given apart; NULL for none */
	struct trace *out;
	size_t good_end; /* of out: after the last block that is surely text */
	bool trimmed; /* leave out what stands before and after the text */
};

static bool heading(const struct node *node)
{
	return chy_node_is(node, "h2") || chy_node_is(node, "h3") || chy_node_is(node, "h4");
}

/* Running text: a sentence, or long; a date, a name or a label is neither. */
static bool surely_text(struct chy_str text)
{
	static const char *const ends[] = {".", "!", "?", "\xe2\x80\xa6", ".\"", ".\xe2\x80\x9d",
		".\xc2\xbb", ".)", "\xe2\x80\x9d.", "\xc2\xbb."};
	size_t words = 0;

	for (size_t i = 0; i < text.size; i++)
		words += text.data[i] == ' ';
	if (text.size >= SURELY_TEXT)
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (words >= 3 && chy_str_ends(text, ends[i]))
			return true;
	return false;
}

static bool below(const struct node *node, const struct node *ancestor)
{
	while (node && node != ancestor)
		node = node->parent;
	return node != NULL;
}

static int take_block(void *data, struct block *block)
{
	struct story *story = data;
	struct trace *out = story->out;
	size_t before = out->text.size, start;
	struct chy_str text;
	int result;

	if (mostly_links(block) || (story->heading && below(block->owner, story->heading)))
		return CHY_OK;
	if (before)
		trace_add_free(out, "\n\n", 2);
	start = out->text.size;
	result = chy_add_clean(out, &block->text);
	text = (struct chy_str){trace_str(out).data + start, out->text.size - start};
	if (!result && !text.size)
		trace_cut(out, before);
	else if (!result && surely_text(text))
		story->good_end = out->text.size;
	else if (!result && story->trimmed && !story->good_end && !heading(block->owner))
		trace_cut(out, before);
	return result;
}

int chy_page_paragraphs(struct page *page, struct node *root, struct trace *out)
{
	struct story story = {.out = out};

	return each_block(page, root, false, take_block, &story);
}

static struct node *body_of(struct page *page)
{
	for (struct node *node = page->root; node; node = chy_node_next(node, page->root, true))
		if (chy_node_is(node, "body"))
			return node;
	return page->root;
}

int chy_page_story(
	struct chy_reading *reading, struct page *page, const struct node *title, struct trace *out)
{
	struct story story = {.heading = title, .out = out, .trimmed = true};
	struct node *body = body_of(page), *best;
	int result = each_block(page, body, true, count_block, NULL);

	(void)reading;
	best = result ? NULL : best_holder(page);
	if (best)
		result = each_block(page, widened(best), true, take_block, &story);
	if (!result && story.good_end) {
		trace_cut(out, story.good_end);
		return CHY_OK;
	}
	/* No running text: whatever the page shows. */
	trace_cut(out, 0);
	story.trimmed = false;
	return result ? result : each_block(page, body, true, take_block, &story);
}
