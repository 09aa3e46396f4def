/*
 * libFuzzer: any bytes as a file that a check reads. The first byte chooses which: a configuration,
 * suppressions or a baseline. Each must be taken or refused with a reason, and what was taken must
 * be safe to use.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "model.h"
#include "policy.h"
#include "policy_baseline.h"
#include "policy_config.h"
#include "policy_suppressions.h"
#include "symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check(int is_true)
{
	if (!is_true)
		abort();
}

static void refusal_check(enum status status, const struct error *error)
{
	check(status == STATUS_CORRUPT || status == STATUS_NO_MEMORY);
	check(error->reason[0] != '\0' && strpbrk(error->reason, "\n\x1b") == NULL);
}

static void config_try(const char *bytes, size_t size_bytes)
{
	struct policy policy;
	struct error error;
	enum status status;

	policy_init(&policy);
	status = policy_config_parse(&policy, "fuzz.ini", bytes, size_bytes, &error);
	if (status != STATUS_OK)
		refusal_check(status, &error);
	for (size_t i = 0; i < policy.max_connections.count; i++)
		check(strlen(policy.max_connections.rows[i].glob) != 0);
	check(policy.settings.grace_ns >= 0 && policy.settings.close_wait_ns >= 0);
	policy_release(&policy);
}

/* What has a suppression fits a finding or not, and one that is generated is taken. */
static void suppressions_try(const char *bytes, size_t size_bytes)
{
	static const struct finding finding = {.message = "m", .stack = MODEL_NONE};
	static struct model model;
	struct suppressions suppressions;
	struct symbols *symbols;
	struct error error;
	enum status status = suppressions_parse(&suppressions, "fuzz.supp", bytes, size_bytes,
						&error);

	if (status != STATUS_OK) {
		refusal_check(status, &error);
		return;
	}
	for (uint32_t i = 0; i < suppressions.count; i++)
		check(suppressions.rows[i].why != NULL && suppressions.rows[i].line != 0);
	if (symbols_new(&symbols, &model, &error) == STATUS_OK) {
		suppressions_match(&suppressions, &finding, symbols);
		symbols_free(symbols);
	}
	suppressions_release(&suppressions);
}

static void baseline_try(const char *bytes, size_t size_bytes)
{
	struct baseline baseline;
	struct error error;
	enum status status = baseline_parse(&baseline, "fuzz.json", bytes, size_bytes, &error);

	if (status != STATUS_OK) {
		refusal_check(status, &error);
		return;
	}
	for (size_t i = 0; i < baseline.count; i++) {
		const struct baseline_entry *entry = &baseline.entries[i];

		check(i == 0 || baseline.entries[i - 1].fingerprint < entry->fingerprint);
		check(baseline_find(&baseline, entry->fingerprint) == entry && entry->count != 0);
	}
	baseline_release(&baseline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	/* exactly as large as the input, so that reading one byte too many is found */
	char *bytes;

	if (size_bytes == 0 || (bytes = malloc(size_bytes - 1)) == NULL)
		return 0;
	memcpy(bytes, data + 1, size_bytes - 1);
	switch (data[0] % 3) {
	case 0:
		config_try(bytes, size_bytes - 1);
		break;
	case 1:
		suppressions_try(bytes, size_bytes - 1);
		break;
	default:
		baseline_try(bytes, size_bytes - 1);
	}
	free(bytes);
	return 0;
}
