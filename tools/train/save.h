/* Weights on disk. */
#pragma once

#include <stdbool.h>

#include "net.h"

/* The weights as they are, for going on or trying things; false where the
 * file is not there. */
bool checkpoint_read(struct net *net, const char *path);
void checkpoint_write(const struct net *net, const char *path);

/* A model file in the making: sections are added, then it is written. */
struct model_writer;
struct model_writer *model_writer_new(const char *language, const char *name);
void model_writer_add(struct model_writer *writer, const char *name, const void *data, size_t size);
/* Writes the file; frees the writer. */
void model_writer_write(struct model_writer *writer, const char *path);

/* The network's sections, weights in eight bits. */
void save_network(
	struct model_writer *writer, const struct net *net, const struct inventory *inventory);
/* Which script each form with its tag has, from the training treebanks. */
void save_lemmas(struct model_writer *writer, const struct inventory *inventory,
	const struct treebank *treebanks, size_t count);
