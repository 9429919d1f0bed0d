// The epoll echo with TLS 1.3 by OpenSSL on the socket itself.
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum
{
    // A record's plaintext is no larger: each SSL_read takes a whole one, and nothing decrypted stays inside OpenSSL.
    RECORD_BYTES = 16 * 1024,

    // Then the others have their turn, even if the peer sends faster than we echo.
    RECORDS_A_TURN = 16,
};

struct connection
{
    int fd;
    SSL *ssl;
    uint32_t watched;
    char *rest; // what SSL_write did not take; NULL most of the time
    size_t rest_bytes;
    size_t rest_sent;
    struct connection *next; // in the list of those whose turn was too short
    bool in_list;
};

static int epoll;
static SSL_CTX *context;
static char buffer[RECORD_BYTES];
static struct connection *unfinished;

// Their addresses mark the two descriptors that are no connections.
static char listener_mark, stdin_mark;

static _Noreturn void die_tls(const char *what)
{
    fprintf(stderr, "%s:\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

// OpenSSL makes the calls of the socket, one for each call of its BIO.
static long count_call(BIO *bio, int operation, const char *bytes, size_t count, int number, long wide, int result, size_t *done)
{
    (void)bio;
    (void)bytes;
    (void)count;
    (void)number;
    (void)wide;
    (void)done;
    if (operation == BIO_CB_READ || operation == BIO_CB_WRITE)
    {
        counters.syscalls++;
    }

    return result;
}

static void watch(int operation, int fd, uint32_t events, void *mark)
{
    struct epoll_event event = {.events = events, .data.ptr = mark};
    counters.syscalls++;
    if (epoll_ctl(epoll, operation, fd, &event) != 0)
    {
        die("epoll_ctl");
    }
}

static void close_connection(struct connection *connection)
{
    SSL_free(connection->ssl);
    counters.syscalls++;
    close(connection->fd);
    free(connection->rest);
    free(connection);
}

static void accept_all(int listener)
{
    for (;;)
    {
        counters.syscalls++;
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
        {
            if (errno == EAGAIN)
            {
                return;
            }

            if (errno == ECONNABORTED || errno == EINTR)
            {
                continue;
            }

            die("accept4");
        }

        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
        {
            die("calloc");
        }

        connection->fd = fd;
        connection->ssl = SSL_new(context);
        if (connection->ssl == NULL || SSL_set_fd(connection->ssl, fd) != 1)
        {
            die_tls("SSL_new");
        }

        BIO_set_callback_ex(SSL_get_rbio(connection->ssl), count_call);
        SSL_set_accept_state(connection->ssl);
        connection->watched = EPOLLIN;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }
}

static void watch_for(struct connection *connection, uint32_t events)
{
    if (connection->watched != events)
    {
        connection->watched = events;
        watch(EPOLL_CTL_MOD, connection->fd, events, connection);
    }
}

// After a call that did not go through: waits for what OpenSSL waits for, or closes.
static void wait_or_close(struct connection *connection, int result)
{
    int error = SSL_get_error(connection->ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
    {
        // Both sides say that they end; a broken connection must not be told so.
        if (error == SSL_ERROR_ZERO_RETURN)
        {
            SSL_shutdown(connection->ssl);
        }

        ERR_clear_error();
        close_connection(connection);
        return;
    }

    watch_for(connection, error == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
}

// Returns false when the rest is not out yet, or the connection is closed.
static bool write_rest(struct connection *connection)
{
    while (connection->rest_sent < connection->rest_bytes)
    {
        int sent = SSL_write(connection->ssl, connection->rest + connection->rest_sent,
                             (int)(connection->rest_bytes - connection->rest_sent));
        if (sent <= 0)
        {
            wait_or_close(connection, sent);
            return false;
        }

        connection->rest_sent += (size_t)sent;
    }

    free(connection->rest);
    connection->rest = NULL;
    return true;
}

// Returns false when some of it has to wait, or the connection is closed.
static bool write_all(struct connection *connection, int count)
{
    int sent = SSL_write(connection->ssl, buffer, count);
    if (sent == count)
    {
        return true;
    }

    // The record is made and partly sent: the next call has to name the same bytes, from wherever they are then.
    int taken = sent > 0 ? sent : 0;
    connection->rest_bytes = (size_t)(count - taken);
    connection->rest_sent = 0;
    connection->rest = malloc(connection->rest_bytes);
    if (connection->rest == NULL)
    {
        die("malloc");
    }

    memcpy(connection->rest, buffer + taken, connection->rest_bytes);
    if (sent > 0)
    {
        return write_rest(connection);
    }

    wait_or_close(connection, sent);
    return false;
}

static void echo(struct connection *connection)
{
    if (connection->rest != NULL && !write_rest(connection))
    {
        return;
    }

    for (int i = 0; i < RECORDS_A_TURN; i++)
    {
        int count = SSL_read(connection->ssl, buffer, sizeof buffer);
        if (count <= 0)
        {
            wait_or_close(connection, count);
            return;
        }

        counters.bytes += (uint64_t)count;
        if (!write_all(connection, count))
        {
            return;
        }

        // Nothing is left inside: epoll tells of more for less than a call that finds the socket empty.
        if (!SSL_has_pending(connection->ssl))
        {
            watch_for(connection, EPOLLIN);
            return;
        }
    }

    // What OpenSSL has read ahead is nothing that epoll would tell of.
    connection->in_list = true;
    connection->next = unfinished;
    unfinished = connection;
}

static void echo_unfinished(void)
{
    struct connection *connection = unfinished;
    unfinished = NULL;
    while (connection != NULL)
    {
        struct connection *next = connection->next;
        connection->in_list = false;
        echo(connection);
        connection = next;
    }
}

static void make_context(const struct options *options)
{
    if (options->cert == NULL || options->key == NULL)
    {
        fprintf(stderr, "--cert FILE and --key FILE are needed\n");
        exit(2);
    }

    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_use_certificate_chain_file(context, options->cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) != 1)
    {
        die_tls("certificate");
    }

    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

    // Otherwise each record costs two calls: one for its header, one for its body.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, BUFFER_BYTES);

    // No client comes back to resume.
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv, (const char *const[]){"--cert", "--key", NULL});
    prepare(&options);
    make_context(&options);
    int listener = listen_local(&options, true);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
    {
        die("epoll_create1");
    }

    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &stdin_mark);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, &listener_mark);
    counters.syscalls = 0;
    say_listening(listener);
    for (;;)
    {
        struct epoll_event events[EVENTS_MAX];
        counters.syscalls++;
        int count = epoll_wait(epoll, events, EVENTS_MAX, options.spin || unfinished != NULL ? 0 : -1);
        if (count < 0 && errno != EINTR)
        {
            die("epoll_wait");
        }

        for (int i = 0; i < count; i++)
        {
            void *mark = events[i].data.ptr;
            if (mark == &listener_mark)
            {
                accept_all(listener);
            }
            else if (mark == &stdin_mark)
            {
                read_commands();
            }
            else if (!((struct connection *)mark)->in_list)
            {
                // One in the list has its turn below, and must not be closed before.
                echo(mark);
            }
        }

        echo_unfinished();
    }
}
