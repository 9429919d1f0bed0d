// The smallest correct echo server on epoll: one thread, level-triggered, one recv and one send for a message.
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection
{
    int fd;
    char *rest; // what the socket did not take; NULL most of the time
    size_t rest_bytes;
    size_t rest_sent;
};

static int epoll;
static char buffer[BUFFER_BYTES];

// Their addresses mark the two descriptors that are no connections.
static char listener_mark, stdin_mark;

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
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }
}

// Returns the count that the socket took, or -1 when the connection is broken.
static ssize_t send_some(int fd, const char *bytes, size_t count)
{
    counters.syscalls++;
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

static void send_rest(struct connection *connection)
{
    ssize_t sent = send_some(connection->fd, connection->rest + connection->rest_sent, connection->rest_bytes - connection->rest_sent);
    if (sent < 0)
    {
        close_connection(connection);
        return;
    }

    connection->rest_sent += (size_t)sent;
    if (connection->rest_sent == connection->rest_bytes)
    {
        free(connection->rest);
        connection->rest = NULL;
        watch(EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    }
}

static void echo(struct connection *connection)
{
    counters.syscalls++;
    ssize_t count = recv(connection->fd, buffer, sizeof buffer, 0);
    if (count <= 0)
    {
        if (count == 0 || errno != EAGAIN)
        {
            close_connection(connection);
        }

        return;
    }

    counters.bytes += (uint64_t)count;
    ssize_t sent = send_some(connection->fd, buffer, (size_t)count);
    if (sent < 0)
    {
        close_connection(connection);
    }
    else if (sent < count)
    {
        connection->rest_bytes = (size_t)(count - sent);
        connection->rest_sent = 0;
        connection->rest = malloc(connection->rest_bytes);
        if (connection->rest == NULL)
        {
            die("malloc");
        }

        memcpy(connection->rest, buffer + sent, connection->rest_bytes);
        // No EPOLLIN: who does not read its echo is not read either.
        watch(EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
    }
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv, (const char *const[]){NULL});
    prepare(&options);
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
        int count = epoll_wait(epoll, events, EVENTS_MAX, options.spin ? 0 : -1);
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
            else if (((struct connection *)mark)->rest != NULL)
            {
                send_rest(mark);
            }
            else
            {
                echo(mark);
            }
        }
    }
}
