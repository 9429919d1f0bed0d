// What all the echo servers share: the command line, the listening socket, and the talk with the program that started them.
#ifndef YARDSTICK_SERVER_H
#define YARDSTICK_SERVER_H

#include <stdbool.h>
#include <stdint.h>

enum
{
    BUFFER_BYTES = 64 * 1024,
    EVENTS_MAX = 512,
};

struct options
{
    int port;
    int core; // -1: not pinned
    bool spin;
    bool direct;
    bool zero_copy;
    int buffers;
    const char *cert; // NULL: not given
    const char *key;
};

struct counters
{
    uint64_t syscalls;
    uint64_t bytes;
};

extern struct counters counters;

// Says on stderr what failed, with errno, and exits.
_Noreturn void die(const char *what);

// Understands --port, --core and --spin; of the others those that are in the list, which NULL ends.
struct options parse_options(int argc, char **argv, const char *const *others);

// Limits, signals and the core; before anything else, as memory is then first touched on the right core.
void prepare(const struct options *options);

// Accepted sockets inherit TCP_NODELAY from the one that listens: no system call for each of them.
int listen_local(const struct options *options, bool nonblocking);

// The line that the driver waits for.
void say_listening(int listener);

// Call when stdin is readable: answers each line "stats"; exits at its end.
void read_commands(void);

#endif
