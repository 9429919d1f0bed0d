/* Plays a file of requests and writes all reports: what a test holds against the same requests in another engine.
 * usage: play REQUESTS REPORTS MODE; MODE: a number is the size of batches, "single" a call for each request.
 * The file: orders_max, instruments, flags, requests as uint32_t; for each instrument a peregrine_instrument and its tick steps; the requests.
 * Prints the state hash, the statistics, and the best levels of all instruments. */
#include "peregrine_engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void check(int holds, const char *text)
{
    if (!holds) {
        char error[256];
        peregrine_engine_last_error(error, sizeof(error));
        fprintf(stderr, "%s failed: %s\n", text, error);
        exit(1);
    }
}

static void on_reports(void *user, const peregrine_report *reports, uint32_t count)
{
    check(fwrite(reports, sizeof(*reports), count, (FILE *)user) == count, "writing reports");
}

static void *read_all(FILE *file, size_t count, size_t size)
{
    void *target = calloc(count ? count : 1, size);
    check(target != NULL && fread(target, size, count, file) == count, "reading");
    return target;
}

/* One at a time; what has a function of its own goes by it. */
static void play_singly(peregrine_engine engine, const peregrine_request *requests, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const peregrine_request *request = &requests[i];
        uint32_t done = 1;
        peregrine_status status;
        if (request->type == PEREGRINE_REQUEST_NEW) {
            status = peregrine_engine_new(engine, request);
        } else if (request->type == PEREGRINE_REQUEST_CANCEL) {
            status = peregrine_engine_cancel(engine, request->order_id);
        } else if (request->type == PEREGRINE_REQUEST_REPLACE && request->fields == (PEREGRINE_REPLACE_PRICE | PEREGRINE_REPLACE_LEAVES)) {
            status = peregrine_engine_replace(engine, request->order_id, request->price, request->quantity);
        } else {
            status = peregrine_engine_batch(engine, request, 1, &done);
        }

        check((status == PEREGRINE_OK || status == PEREGRINE_REJECTED) && done == 1, "a request");
    }
}

int main(int argc, char **argv)
{
    peregrine_options options;
    peregrine_engine engine;
    peregrine_statistics statistics;
    uint64_t hash;
    check(argc == 4, "usage: play REQUESTS REPORTS MODE:");
    FILE *in = fopen(argv[1], "rb");
    FILE *out = fopen(argv[2], "wb");
    check(in != NULL && out != NULL, "opening");
    uint32_t *head = (uint32_t *)read_all(in, 4, sizeof(uint32_t));
    peregrine_instrument *terms = (peregrine_instrument *)calloc(head[1], sizeof(peregrine_instrument));
    for (uint32_t i = 0; i < head[1]; i++) {
        peregrine_instrument *read = (peregrine_instrument *)read_all(in, 1, sizeof(peregrine_instrument));
        terms[i] = *read;
        terms[i].tick_steps = (peregrine_tick_step *)read_all(in, terms[i].tick_step_count, sizeof(peregrine_tick_step));
        free(read);
    }

    peregrine_request *requests = (peregrine_request *)read_all(in, head[3], sizeof(peregrine_request));
    memset(&options, 0, sizeof(options));
    options.size = sizeof(options);
    options.orders_max = head[0];
    options.instruments = head[1];
    options.flags = head[2];
    options.terms = terms;
    options.on_reports = on_reports;
    options.user = out;
    options.reports_held = strcmp(argv[3], "single") == 0 ? 0 : 100;
    check(peregrine_engine_create(&options, &engine) == PEREGRINE_OK, "create");
    if (options.reports_held == 0) {
        play_singly(engine, requests, head[3]);
    } else {
        uint32_t size = (uint32_t)strtoul(argv[3], NULL, 10);
        for (uint32_t first = 0; first < head[3]; first += size) {
            uint32_t count = head[3] - first < size ? head[3] - first : size;
            uint32_t done;
            check(peregrine_engine_batch(engine, requests + first, count, &done) == PEREGRINE_OK && done == count, "a batch");
        }
    }

    check(peregrine_engine_flush(engine) == PEREGRINE_OK && fclose(out) == 0, "flush");
    check(peregrine_engine_state_hash(engine, &hash) == PEREGRINE_OK, "state hash");
    statistics.size = sizeof(statistics);
    check(peregrine_engine_get_statistics(engine, &statistics) == PEREGRINE_OK, "statistics");
    printf("hash %016" PRIx64 "\norders %" PRIu32 "\ntrades %" PRId64 "\nlots %" PRId64 "\nrejects %" PRId64 "\nreports %" PRId64 "\n", hash,
        statistics.orders, statistics.trades, statistics.traded_lots, statistics.rejects, statistics.reports);
    for (int32_t i = 0; i < (int32_t)head[1]; i++) {
        for (uint8_t side = PEREGRINE_BUY; side <= PEREGRINE_SELL; side++) {
            peregrine_level best;
            peregrine_level same;
            if (peregrine_engine_best(engine, i, side, &best) == PEREGRINE_OK) {
                check(peregrine_engine_level(engine, i, side, best.price, &same) == PEREGRINE_OK && memcmp(&best, &same, sizeof(best)) == 0, "level");
                printf("best %d %d %" PRId64 " %" PRId64 " %" PRIu32 "\n", (int)i, (int)side, best.price, best.quantity, best.orders);
            }
        }
    }

    check(peregrine_engine_destroy(engine) == PEREGRINE_OK, "destroy");
    return 0;
}
