/*
 * The golden trace: one with every kind of record and every live field set, as format version 1
 * writes it. It is kept in tests/golden so that later versions can show that they still read it,
 * and it is where the fuzzers start from.
 */
#ifndef SOCKLIFE_TESTS_GOLDEN_TRACE_H
#define SOCKLIFE_TESTS_GOLDEN_TRACE_H

struct trace_builder;

/* Initialises the builder, too. */
void golden_trace_build(struct trace_builder *builder);
/* The file that `socklife run` would have written beside it. */
void golden_trace_build_run(struct trace_builder *builder);

#endif
