#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct counters counters;

void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static _Noreturn void usage(const char *problem, const char *word)
{
    fprintf(stderr, "%s: %s\n", problem, word);
    exit(2);
}

static int number(const char *option, const char *text, int min, int max)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || value < min || value > max)
    {
        usage("wrong number for", option);
    }

    return (int)value;
}

struct options parse_options(int argc, char **argv, const char *const *others)
{
    struct options options = {.core = -1};
    for (int i = 1; i < argc; i++)
    {
        const char *option = argv[i];
        bool known = strcmp(option, "--port") == 0 || strcmp(option, "--core") == 0 || strcmp(option, "--spin") == 0;
        for (const char *const *other = others; !known && *other != NULL; other++)
        {
            known = strcmp(option, *other) == 0;
        }

        if (!known)
        {
            usage("unknown option", option);
        }

        if (strcmp(option, "--spin") == 0)
        {
            options.spin = true;
            continue;
        }

        if (strcmp(option, "--direct") == 0)
        {
            options.direct = true;
            continue;
        }

        if (strcmp(option, "--zc") == 0)
        {
            options.zero_copy = true;
            continue;
        }

        if (++i == argc)
        {
            usage("value missing after", option);
        }

        if (strcmp(option, "--port") == 0)
        {
            options.port = number(option, argv[i], 0, 65535);
        }
        else if (strcmp(option, "--core") == 0)
        {
            options.core = number(option, argv[i], 0, CPU_SETSIZE - 1);
        }
        else if (strcmp(option, "--buffers") == 0)
        {
            options.buffers = number(option, argv[i], 1, 32768);
        }
        else if (strcmp(option, "--cert") == 0)
        {
            options.cert = argv[i];
        }
        else
        {
            options.key = argv[i];
        }
    }

    return options;
}

static void raise_limit(int resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0)
    {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(resource, &limit);
    }
}

static void on_terminate(int signal)
{
    (void)signal;
    _exit(0);
}

void prepare(const struct options *options)
{
    raise_limit(RLIMIT_NOFILE);
    raise_limit(RLIMIT_MEMLOCK);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, on_terminate);
    if (options->core >= 0)
    {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(options->core, &cores);
        if (sched_setaffinity(0, sizeof cores, &cores) != 0)
        {
            die("sched_setaffinity");
        }
    }
}

int listen_local(const struct options *options, bool nonblocking)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    if (listener < 0)
    {
        die("socket");
    }

    int on = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
    {
        die("setsockopt");
    }

    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)options->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0)
    {
        die("bind");
    }

    if (listen(listener, 4096) != 0)
    {
        die("listen");
    }

    return listener;
}

void say_listening(int listener)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    {
        die("getsockname");
    }

    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

void read_commands(void)
{
    static char line[256];
    static size_t length;
    counters.syscalls++;
    ssize_t count = read(STDIN_FILENO, line + length, sizeof line - length);
    if (count <= 0)
    {
        exit(0);
    }

    length += (size_t)count;
    char *end;
    while ((end = memchr(line, '\n', length)) != NULL)
    {
        size_t taken = (size_t)(end - line) + 1;
        if (taken == sizeof "stats" && memcmp(line, "stats", taken - 1) == 0)
        {
            counters.syscalls++;
            printf("{\"syscalls\":%llu,\"bytes\":%llu,\"gcs\":0,\"allocatedBytes\":0}\n",
                   (unsigned long long)counters.syscalls, (unsigned long long)counters.bytes);
            fflush(stdout);
        }

        length -= taken;
        memmove(line, line + taken, length);
    }

    // No command is that long.
    if (length == sizeof line)
    {
        length = 0;
    }
}
