/* A libcurl client. Called as: handles_curl SCENARIO URL. */
#include "facts.h"

#include <curl/curl.h>

static const char *url;

static size_t body_drop(char *bytes, size_t size, size_t count, void *context)
{
	(void)bytes;
	(void)context;
	return size * count;
}

static CURL *easy_new(void)
{
	CURL *easy = curl_easy_init();

	MUST(easy != NULL);
	MUST(curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK);
	MUST(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_drop) == CURLE_OK);
	return easy;
}

/* The host by its name makes a resolver's thread. */
static void run_reuse(void)
{
	CURL *easy = easy_new();

	for (int i = 0; i < 3; i++)
		MUST(curl_easy_perform(easy) == CURLE_OK);
	curl_easy_cleanup(easy);
}

static void run_copies(void)
{
	CURL *easy = easy_new(), *copy = curl_easy_duphandle(easy);

	MUST(curl_easy_perform(easy) == CURLE_OK);
	MUST(curl_easy_perform(copy) == CURLE_OK);
	curl_easy_cleanup(easy);
	curl_easy_cleanup(copy);
}

static void run_leaked(void)
{
	MUST(curl_easy_perform(easy_new()) == CURLE_OK);
}

static void run_unused(void)
{
	curl_easy_cleanup(easy_new());
}

static void multi_run(CURLM *multi)
{
	int running = 1;

	while (running > 0) {
		MUST(curl_multi_perform(multi, &running) == CURLM_OK);
		if (running > 0)
			MUST(curl_multi_poll(multi, NULL, 0, 1000, NULL) == CURLM_OK);
	}
}

/* The easy handles are gone, one after another, and the connection lives on in the multi. */
static void run_multi(void)
{
	CURLM *multi = curl_multi_init();

	for (int i = 0; i < 3; i++) {
		CURL *easy = easy_new();

		MUST(curl_multi_add_handle(multi, easy) == CURLM_OK);
		multi_run(multi);
		MUST(curl_multi_remove_handle(multi, easy) == CURLM_OK);
		curl_easy_cleanup(easy);
	}
	usleep(200000);
	curl_multi_cleanup(multi);
}

/* The connection stays with the share when the easy handle has gone. */
static void run_share(void)
{
	CURLSH *share = curl_share_init();

	MUST(curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) == CURLSHE_OK);
	for (int i = 0; i < 2; i++) {
		CURL *easy = easy_new();

		MUST(curl_easy_setopt(easy, CURLOPT_SHARE, share) == CURLE_OK);
		MUST(curl_easy_perform(easy) == CURLE_OK);
		curl_easy_cleanup(easy);
	}
	usleep(200000);
	MUST(curl_share_cleanup(share) == CURLSHE_OK);
}

/* Names in common and nothing else: each easy handle keeps its own connection. */
static void run_share_names(void)
{
	CURLSH *share = curl_share_init();
	CURL *easy;

	MUST(curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS) == CURLSHE_OK);
	easy = easy_new();
	MUST(curl_easy_setopt(easy, CURLOPT_SHARE, share) == CURLE_OK);
	MUST(curl_easy_perform(easy) == CURLE_OK);
	curl_easy_cleanup(easy);
	MUST(curl_share_cleanup(share) == CURLSHE_OK);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"reuse", run_reuse},
		{"copies", run_copies},
		{"leaked", run_leaked},
		{"unused", run_unused},
		{"multi", run_multi},
		{"share", run_share},
		{"share-names", run_share_names},
	};

	MUST(argc == 3);
	url = argv[2];
	MUST(curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
