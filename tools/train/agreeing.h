/* Learns which words agree in gender and number: section "agree". */
#pragma once

#include "data.h"
#include "save.h"

void learn_agreement(struct model_writer *writer, const struct treebank *treebank);
