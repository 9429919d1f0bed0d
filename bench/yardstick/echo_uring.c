// An echo on io_uring by its system calls alone: multishot accept and receive, a ring of provided buffers, sends in batches.
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Older headers lack them; the kernel has the last word.
#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)
#endif
#ifndef IORING_NOTIF_USAGE_ZC_COPIED
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)
#endif

enum
{
    SUBMISSIONS = 4096,
    COMPLETIONS = 16 * 1024,
    BUFFERS_DEFAULT = 512,
    CONNECTIONS_MAX = 1 << 20,
    DIRECT_MAX = 64 * 1024,

    // A connection that holds more is not received from until half of them are out: its peer does not read.
    QUEUED_MAX = 8,
};

#define NO_BUFFER UINT16_MAX
#define NO_CONNECTION UINT32_MAX

enum operation
{
    ACCEPT,
    COMMAND,
    RECEIVE,
    SEND,
    UNHEARD, // nobody waits for the outcome
};

struct buffer
{
    uint32_t bytes;
    uint32_t sent;
    uint16_t next; // in the queue of its connection
    uint16_t notifications; // that the kernel still owes: until then it may read the buffer
    bool is_done;
};

struct connection
{
    uint16_t first; // the queue of what is to be sent
    uint16_t last;
    uint16_t queued;
    bool is_receiving;
    bool is_cancelling;
    bool is_sending;
    bool is_ended;
    bool is_broken;
    bool is_starved;
    uint32_t next_starved;
};

static struct options options;
static int listener;

static struct
{
    int fd;
    _Atomic unsigned *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail;
    unsigned sq_mask, cq_mask;
    unsigned tail; // of the submissions; the kernel sees it when it is called
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
} ring;

static struct
{
    struct io_uring_buf *ring;
    uint16_t tail;
    unsigned count;
    unsigned out; // that the kernel has given us
    char *memory;
    struct buffer *states;
    bool is_registered;
} buffers;

static struct connection *connections;
static unsigned connections_max;
static uint32_t starved_first = NO_CONNECTION, starved_last = NO_CONNECTION;
static uint64_t zero_copy_count, zero_copy_copied;

static void enter(unsigned wait, unsigned flags)
{
    atomic_store_explicit(ring.sq_tail, ring.tail, memory_order_release);
    unsigned count = ring.tail - atomic_load_explicit(ring.sq_head, memory_order_acquire);
    counters.syscalls++;
    // EBUSY, EAGAIN: completions have to be taken first. What was not submitted goes with the next call.
    if (syscall(__NR_io_uring_enter, ring.fd, count, wait, flags, NULL, 0) < 0 && errno != EINTR && errno != EBUSY && errno != EAGAIN)
    {
        die("io_uring_enter");
    }
}

static struct io_uring_sqe *next_sqe(uint8_t opcode, int fd, enum operation operation, uint16_t buffer, uint32_t index)
{
    while (ring.tail - atomic_load_explicit(ring.sq_head, memory_order_acquire) > ring.sq_mask)
    {
        enter(0, 0);
    }

    struct io_uring_sqe *sqe = &ring.sqes[ring.tail++ & ring.sq_mask];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = opcode;
    sqe->fd = fd;
    sqe->user_data = (uint64_t)operation << 56 | (uint64_t)buffer << 32 | index;
    return sqe;
}

// One for a connection, which is named by its descriptor or by its place among the direct ones.
static struct io_uring_sqe *connection_sqe(uint8_t opcode, enum operation operation, uint16_t buffer, uint32_t index)
{
    struct io_uring_sqe *sqe = next_sqe(opcode, (int)index, operation, buffer, index);
    sqe->flags = options.direct ? IOSQE_FIXED_FILE : 0;
    return sqe;
}

static void start_accept(void)
{
    struct io_uring_sqe *sqe = next_sqe(IORING_OP_ACCEPT, listener, ACCEPT, 0, 0);
    sqe->ioprio = IORING_ACCEPT_MULTISHOT;
    sqe->file_index = options.direct ? IORING_FILE_INDEX_ALLOC : 0;
}

static void start_command(void)
{
    next_sqe(IORING_OP_POLL_ADD, STDIN_FILENO, COMMAND, 0, 0)->poll32_events = POLLIN;
}

static void start_receive(uint32_t index)
{
    struct io_uring_sqe *sqe = connection_sqe(IORING_OP_RECV, RECEIVE, 0, index);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->ioprio = IORING_RECV_MULTISHOT;
    connections[index].is_receiving = true;
    connections[index].is_cancelling = false;
}

static void cancel_receive(uint32_t index)
{
    next_sqe(IORING_OP_ASYNC_CANCEL, -1, UNHEARD, 0, index)->addr = (uint64_t)RECEIVE << 56 | index;
    connections[index].is_cancelling = true;
}

// One send of a connection is under way at most, or its bytes would change places.
static void start_send(uint32_t index, bool zero_copy)
{
    uint16_t id = connections[index].first;
    struct buffer *buffer = &buffers.states[id];
    struct io_uring_sqe *sqe = connection_sqe(zero_copy ? IORING_OP_SEND_ZC : IORING_OP_SEND, SEND, id, index);
    sqe->addr = (uint64_t)(uintptr_t)(buffers.memory + (size_t)id * BUFFER_BYTES + buffer->sent);
    sqe->len = buffer->bytes - buffer->sent;
    sqe->msg_flags = MSG_WAITALL | MSG_NOSIGNAL;
    if (zero_copy)
    {
        sqe->ioprio = IORING_SEND_ZC_REPORT_USAGE | (buffers.is_registered ? IORING_RECVSEND_FIXED_BUF : 0);
    }

    connections[index].is_sending = true;
}

// The slot may be taken anew as soon as this is executed: the connection's state is not touched after it.
static void start_close(uint32_t index)
{
    struct io_uring_sqe *sqe = next_sqe(IORING_OP_CLOSE, options.direct ? 0 : (int)index, UNHEARD, 0, index);
    sqe->file_index = options.direct ? index + 1 : 0;
}

static void provide(uint16_t id)
{
    struct io_uring_buf *entry = &buffers.ring[buffers.tail++ & (buffers.count - 1)];
    entry->addr = (uint64_t)(uintptr_t)(buffers.memory + (size_t)id * BUFFER_BYTES);
    entry->len = BUFFER_BYTES;
    entry->bid = id;
}

// The tail of the ring lies in the spare field of its first entry.
static void publish_buffers(void)
{
    __atomic_store_n(&buffers.ring[0].resv, buffers.tail, __ATOMIC_RELEASE);
}

static void give_back(uint16_t id)
{
    buffers.out--;
    provide(id);
}

static void finish(uint16_t id)
{
    buffers.states[id].is_done = true;
    if (buffers.states[id].notifications == 0)
    {
        give_back(id);
    }
}

static void enqueue(struct connection *connection, uint16_t id, uint32_t bytes)
{
    buffers.states[id] = (struct buffer){.bytes = bytes, .next = NO_BUFFER};
    if (connection->first == NO_BUFFER)
    {
        connection->first = id;
    }
    else
    {
        buffers.states[connection->last].next = id;
    }

    connection->last = id;
    connection->queued++;
}

static void dequeue(struct connection *connection)
{
    uint16_t id = connection->first;
    connection->first = buffers.states[id].next;
    connection->queued--;
    finish(id);
}

// No buffer was left: its turn comes when one is given back, as an immediate try would fail again.
static void starve(uint32_t index)
{
    connections[index].is_starved = true;
    connections[index].next_starved = NO_CONNECTION;
    if (starved_first == NO_CONNECTION)
    {
        starved_first = index;
    }
    else
    {
        connections[starved_last].next_starved = index;
    }

    starved_last = index;
}

// Starts all that the state of a connection allows.
static void go_on(uint32_t index)
{
    struct connection *connection = &connections[index];
    while (connection->is_broken && !connection->is_sending && connection->first != NO_BUFFER)
    {
        dequeue(connection);
    }

    if (!connection->is_sending && connection->first != NO_BUFFER)
    {
        start_send(index, options.zero_copy);
    }

    if (connection->is_receiving)
    {
        if (connection->queued > QUEUED_MAX && !connection->is_cancelling)
        {
            cancel_receive(index);
        }
    }
    else if (connection->is_starved)
    {
    }
    else if (connection->is_ended || connection->is_broken)
    {
        if (connection->first == NO_BUFFER)
        {
            start_close(index);
        }
    }
    else if (connection->queued <= QUEUED_MAX / 2)
    {
        start_receive(index);
    }
}

static void feed_starved(void)
{
    // As many as there are buffers, but no one twice.
    unsigned free = buffers.count - buffers.out;
    uint32_t last = starved_last;
    while (starved_first != NO_CONNECTION && free-- > 0)
    {
        uint32_t index = starved_first;
        starved_first = connections[index].next_starved;
        connections[index].is_starved = false;
        go_on(index);
        if (index == last)
        {
            break;
        }
    }
}

static void on_accept(int result, unsigned flags)
{
    if (result >= 0)
    {
        if ((unsigned)result >= connections_max)
        {
            errno = EMFILE;
            die("accept");
        }

        connections[result] = (struct connection){.first = NO_BUFFER};
        start_receive((uint32_t)result);
    }
    else if (result != -ECONNABORTED && result != -EINTR && result != -EAGAIN)
    {
        errno = -result;
        die("accept");
    }

    if ((flags & IORING_CQE_F_MORE) == 0)
    {
        start_accept();
    }
}

static void on_receive(uint32_t index, int result, unsigned flags)
{
    struct connection *connection = &connections[index];
    connection->is_receiving = (flags & IORING_CQE_F_MORE) != 0;
    if ((flags & IORING_CQE_F_BUFFER) != 0)
    {
        uint16_t id = (uint16_t)(flags >> IORING_CQE_BUFFER_SHIFT);
        buffers.out++;
        if (result > 0)
        {
            counters.bytes += (uint64_t)result;
            enqueue(connection, id, (uint32_t)result);
        }
        else
        {
            give_back(id);
        }
    }

    if (result == 0)
    {
        connection->is_ended = true;
    }
    else if (result == -ENOBUFS)
    {
        starve(index);
    }
    else if (result < 0 && result != -ECANCELED && result != -EAGAIN && result != -EINTR)
    {
        connection->is_broken = true;
    }

    go_on(index);
}

static void on_notification(uint16_t id, int result)
{
    zero_copy_copied += (unsigned)result == IORING_NOTIF_USAGE_ZC_COPIED;
    if (--buffers.states[id].notifications == 0 && buffers.states[id].is_done)
    {
        give_back(id);
    }
}

static void on_send(uint32_t index, uint16_t id, int result, unsigned flags)
{
    if ((flags & IORING_CQE_F_NOTIF) != 0)
    {
        on_notification(id, result);
        return;
    }

    struct connection *connection = &connections[index];
    struct buffer *buffer = &buffers.states[id];
    connection->is_sending = false;
    if ((flags & IORING_CQE_F_MORE) != 0)
    {
        buffer->notifications++;
        zero_copy_count++;
    }

    if (result == -ENOMEM && options.zero_copy)
    {
        // The limit of locked memory is reached: these bytes are copied.
        start_send(index, false);
        return;
    }

    if (result >= 0)
    {
        buffer->sent += (uint32_t)result;
        if (buffer->sent == buffer->bytes)
        {
            dequeue(connection);
        }
    }
    else if (result != -EAGAIN && result != -EINTR)
    {
        connection->is_broken = true;
    }

    go_on(index);
}

static void on_completion(const struct io_uring_cqe *cqe)
{
    uint32_t index = (uint32_t)cqe->user_data;
    uint16_t id = (uint16_t)(cqe->user_data >> 32);
    switch ((enum operation)(cqe->user_data >> 56))
    {
        case ACCEPT:
            on_accept(cqe->res, cqe->flags);
            break;
        case COMMAND:
            read_commands();
            start_command();
            break;
        case RECEIVE:
            on_receive(index, cqe->res, cqe->flags);
            break;
        case SEND:
            on_send(index, id, cqe->res, cqe->flags);
            break;
        case UNHEARD:
            break;
    }
}

static void *map(size_t bytes, int fd, off_t offset)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);
    if (memory == MAP_FAILED)
    {
        die("mmap");
    }

    return memory;
}

static int register_with_ring(unsigned what, void *argument, unsigned count)
{
    return (int)syscall(__NR_io_uring_register, ring.fd, what, argument, count);
}

static void make_ring(void)
{
    // The best first; kernels before 6.1 lack it.
    const unsigned choices[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
        IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
    };
    struct io_uring_params params;
    ring.fd = -1;
    for (size_t i = 0; i < sizeof choices / sizeof *choices && ring.fd < 0; i++)
    {
        params = (struct io_uring_params){
            .flags = choices[i] | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL,
            .cq_entries = COMPLETIONS,
        };
        ring.fd = (int)syscall(__NR_io_uring_setup, SUBMISSIONS, &params);
    }

    if (ring.fd < 0)
    {
        die("io_uring_setup");
    }

    // Both rings are in one mapping since long before the flags above.
    size_t sq_bytes = params.sq_off.array + params.sq_entries * sizeof(unsigned);
    size_t cq_bytes = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    char *rings = map(sq_bytes > cq_bytes ? sq_bytes : cq_bytes, ring.fd, IORING_OFF_SQ_RING);
    ring.sqes = map(params.sq_entries * sizeof(struct io_uring_sqe), ring.fd, (off_t)IORING_OFF_SQES);
    ring.sq_head = (_Atomic unsigned *)(rings + params.sq_off.head);
    ring.sq_tail = (_Atomic unsigned *)(rings + params.sq_off.tail);
    ring.sq_flags = (_Atomic unsigned *)(rings + params.sq_off.flags);
    ring.cq_head = (_Atomic unsigned *)(rings + params.cq_off.head);
    ring.cq_tail = (_Atomic unsigned *)(rings + params.cq_off.tail);
    ring.cqes = (struct io_uring_cqe *)(rings + params.cq_off.cqes);
    ring.sq_mask = params.sq_entries - 1;
    ring.cq_mask = params.cq_entries - 1;
    unsigned *array = (unsigned *)(rings + params.sq_off.array);
    for (unsigned i = 0; i < params.sq_entries; i++)
    {
        array[i] = i;
    }
}

static void make_buffers(void)
{
    buffers.count = options.buffers > 0 ? (unsigned)options.buffers : BUFFERS_DEFAULT;
    if ((buffers.count & (buffers.count - 1)) != 0)
    {
        fprintf(stderr, "--buffers has to be a power of two\n");
        exit(2);
    }

    size_t bytes = (size_t)buffers.count * BUFFER_BYTES;
    buffers.memory = map(bytes, -1, 0);
    buffers.ring = map(buffers.count * sizeof *buffers.ring, -1, 0);
    buffers.states = calloc(buffers.count, sizeof *buffers.states);
    if (buffers.states == NULL)
    {
        die("calloc");
    }

    struct io_uring_buf_reg registration = {.ring_addr = (uint64_t)(uintptr_t)buffers.ring, .ring_entries = buffers.count};
    if (register_with_ring(IORING_REGISTER_PBUF_RING, &registration, 1) != 0)
    {
        die("IORING_REGISTER_PBUF_RING");
    }

    for (unsigned i = 0; i < buffers.count; i++)
    {
        provide((uint16_t)i);
    }

    publish_buffers();
    if (options.zero_copy)
    {
        // Pinned once, and not by each send.
        struct iovec all = {buffers.memory, bytes};
        buffers.is_registered = register_with_ring(IORING_REGISTER_BUFFERS, &all, 1) == 0;
        if (!buffers.is_registered)
        {
            fprintf(stderr, "sends without registered buffers: %s\n", strerror(errno));
        }
    }
}

static void make_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    {
        die("getrlimit");
    }

    rlim_t max = options.direct ? DIRECT_MAX : CONNECTIONS_MAX;
    connections_max = (unsigned)(limit.rlim_cur < max ? limit.rlim_cur : max);
    connections = map(connections_max * sizeof *connections, -1, 0);
    if (options.direct)
    {
        struct io_uring_rsrc_register registration = {.nr = connections_max, .flags = IORING_RSRC_REGISTER_SPARSE};
        if (register_with_ring(IORING_REGISTER_FILES2, &registration, sizeof registration) != 0)
        {
            die("IORING_REGISTER_FILES2");
        }
    }
}

static void report_zero_copy(void)
{
    fprintf(stderr, "zero-copy sends: %llu, of which the kernel copied %llu\n",
            (unsigned long long)zero_copy_count, (unsigned long long)zero_copy_copied);
}

static bool has_completions(void)
{
    return atomic_load_explicit(ring.cq_tail, memory_order_acquire) != atomic_load_explicit(ring.cq_head, memory_order_relaxed);
}

// Whether the kernel has to be called at all; what a spinning server asks without a system call.
static bool has_work(void)
{
    return has_completions() || ring.tail != atomic_load_explicit(ring.sq_head, memory_order_acquire) ||
           (atomic_load_explicit(ring.sq_flags, memory_order_acquire) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

int main(int argc, char **argv)
{
    options = parse_options(argc, argv, (const char *const[]){"--direct", "--zc", "--buffers", NULL});
    prepare(&options);
    // A non-blocking socket would make io_uring report EAGAIN instead of waiting.
    listener = listen_local(&options, false);
    make_ring();
    make_buffers();
    make_connections();
    if (options.zero_copy)
    {
        atexit(report_zero_copy);
    }

    start_accept();
    start_command();
    say_listening(listener);
    for (;;)
    {
        while (options.spin && !has_work())
        {
        }

        enter(options.spin || has_completions() ? 0 : 1, IORING_ENTER_GETEVENTS);
        unsigned head = atomic_load_explicit(ring.cq_head, memory_order_relaxed);
        unsigned tail = atomic_load_explicit(ring.cq_tail, memory_order_acquire);
        for (; head != tail; head++)
        {
            on_completion(&ring.cqes[head & ring.cq_mask]);
        }

        atomic_store_explicit(ring.cq_head, head, memory_order_release);
        publish_buffers();
        feed_starved();
    }
}
