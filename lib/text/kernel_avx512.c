/* For processors with AVX-512 and its neural network instructions (VNNI). */
#define KERNEL chy_kernel_avx512
#include "kernel.inc"
