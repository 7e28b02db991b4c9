/* Threads that work beside the main one. */
#pragma once

#include <pthread.h>

/* Starts a thread that takes no signals that are sent to the program: they are
 * the main thread's. 0, or a number of errno.h. */
int chy_thread_start(pthread_t *out, void *(*run)(void *), void *user);
