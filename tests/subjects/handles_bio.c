/* Connections by OpenSSL's BIOs. Called as: handles_bio SCENARIO HOST:PORT, a port that takes TLS.
 */
#include "facts.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

static const char *peer;
static SSL_CTX *context;

static const char request[] = "GET /hello HTTP/1.0\r\n\r\n";

/* Speaks plainly to a port that takes TLS, and is refused in words. */
static void ask(BIO *bio)
{
	char answer[4096];
	int total = 0, size;

	MUST(BIO_puts(bio, request) == sizeof(request) - 1);
	while ((size = BIO_read(bio, answer, sizeof(answer))) > 0)
		total += size;
	MUST(total > 0);
}

static void run_plain(void)
{
	BIO *bio = BIO_new_connect(peer);

	MUST(BIO_do_connect(bio) == 1);
	ask(bio);
	BIO_free_all(bio);
}

static void run_told(void)
{
	BIO *bio = BIO_new(BIO_s_connect());

	MUST(BIO_set_conn_hostname(bio, peer) == 1 && BIO_do_connect(bio) == 1);
	ask(bio);
	BIO_free(bio);
}

static void run_tls(void)
{
	BIO *bio = BIO_new_ssl_connect(context);

	MUST(BIO_set_conn_hostname(bio, peer) == 1 && BIO_do_connect(bio) == 1);
	ask(bio);
	BIO_free_all(bio);
}

static void run_chain(void)
{
	BIO *bio = BIO_push(BIO_new_ssl(context, 1), BIO_new_connect(peer));

	MUST(BIO_do_handshake(bio) == 1);
	ask(bio);
	BIO_free_all(bio);
}

/* The SSL takes the BIO over and frees it. */
static void run_ssl(void)
{
	SSL *ssl = SSL_new(context);
	BIO *bio = BIO_new_connect(peer);
	char answer[4096];

	SSL_set_bio(ssl, bio, bio);
	MUST(SSL_connect(ssl) == 1);
	MUST(SSL_write(ssl, request, sizeof(request) - 1) == sizeof(request) - 1);
	MUST(SSL_read(ssl, answer, sizeof(answer)) > 0);
	SSL_free(ssl);
}

static void run_leaked(void)
{
	BIO *bio = BIO_new_connect(peer);

	MUST(BIO_do_connect(bio) == 1);
	ask(bio);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"plain", run_plain}, {"told", run_told}, {"tls", run_tls},
		{"chain", run_chain}, {"ssl", run_ssl},   {"leaked", run_leaked},
	};

	MUST(argc == 3);
	peer = argv[2];
	context = SSL_CTX_new(TLS_client_method());
	MUST(context != NULL);
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
