/*
 * What every system test suite ends with: kills what is still running and removes scratch
 * directories. Criterion calls it after a failed test too.
 */
#ifndef SOCKLIFE_TESTS_FIXTURE_H
#define SOCKLIFE_TESTS_FIXTURE_H

#include <criterion/criterion.h>

void fixture_release(void);

#define FIXTURE_SUITE(name) TestSuite(name, .fini = fixture_release, .timeout = 150)

#endif
