/*
 * simulator.h - adit-sim with a scenario of the benchmark's own, and what it noted.
 */
#ifndef BENCH_SIMULATOR_H
#define BENCH_SIMULATOR_H

#include <stddef.h>
#include <stdint.h>

struct simulator;

/* `folder` is where its files go. steps: the answer to every question, as data/scenarios/README says. */
struct simulator *simulator_start(const char *folder, const char *steps);
/* The same with a whole scenario. */
struct simulator *simulator_start_scenario(const char *folder, const char *scenario);
void	 simulator_end(struct simulator *);
const char *simulator_url(const struct simulator *);

/* When the newest question arrived, CLOCK_MONOTONIC; -1: none since the last call. */
int64_t	 simulator_asked_at(struct simulator *);
/*
 * When each piece of the one answer was sent; *n of them, the first is piece 1. Pieces are noted
 * with a delay: call after the answer has ended. Owned by the simulator.
 */
const int64_t *simulator_pieces(struct simulator *, size_t *n);

#endif
