/* For every processor of the architecture. */
#define KERNEL chy_kernel_plain
#include "kernel.inc"
