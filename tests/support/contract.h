/*
 * What holds in every report in JSON, whatever was recorded: ids are unique and lead somewhere, no
 * time comes before the one that caused it, values that exclude each other are not both there.
 * report.schema.json has the shape; this is what a schema cannot say. Fails the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_CONTRACT_H
#define SOCKLIFE_TESTS_CONTRACT_H

#include <jansson.h>

/* A whole report: with filters, ids may lead to rows that were left out. */
void contract_expect(const json_t *report);

#endif
