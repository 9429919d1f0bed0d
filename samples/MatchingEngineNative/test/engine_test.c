/* Uses every function of peregrine_engine.h, and each status that a caller can bring about. Prints "ok", or the line of what does not hold. */
#include "peregrine_engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(holds) ((holds) ? (void)0 : fail(__LINE__, #holds))

enum { SEEN_MAX = 4096 };

typedef struct seen {
    peregrine_engine engine;
    peregrine_report reports[SEEN_MAX];
    uint32_t count;
    uint32_t calls;
    peregrine_status from_inside; /* what a change inside the callback was answered with */
    peregrine_status look_inside;
} seen;

static void fail(int line, const char *text)
{
    char error[256];
    peregrine_engine_last_error(error, sizeof(error));
    printf("line %d: %s does not hold; last error: %s\n", line, text, error);
    exit(1);
}

static void on_reports(void *user, const peregrine_report *reports, uint32_t count)
{
    seen *to = (seen *)user;
    uint64_t hash;
    CHECK(count > 0 && to->count + count <= SEEN_MAX);
    memcpy(to->reports + to->count, reports, count * sizeof(*reports));
    to->count += count;
    to->calls++;
    to->from_inside = peregrine_engine_cancel(to->engine, 1);
    CHECK(peregrine_engine_flush(to->engine) == PEREGRINE_BUSY);
    CHECK(peregrine_engine_destroy(to->engine) == PEREGRINE_BUSY);
    to->look_inside = peregrine_engine_state_hash(to->engine, &hash);
}

/* The reports since the last time that are not about levels. */
static uint32_t take(seen *from, peregrine_report *target)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        if (from->reports[i].type != PEREGRINE_REPORT_LEVEL_CHANGED) {
            target[taken++] = from->reports[i];
        }
    }

    from->count = 0;
    return taken;
}

static peregrine_engine make(seen *to, uint32_t reports_held)
{
    peregrine_options options;
    memset(&options, 0, sizeof(options));
    memset(to, 0, sizeof(*to));
    options.size = sizeof(options);
    options.orders_max = 1000;
    options.instruments = 2;
    options.reports_held = reports_held;
    options.on_reports = on_reports;
    options.user = to;
    CHECK(peregrine_engine_create(&options, &to->engine) == PEREGRINE_OK);
    CHECK(to->engine != 0);
    return to->engine;
}

static void orders(void)
{
    static seen to;
    peregrine_report got[64];
    peregrine_level level;
    peregrine_level levels[4];
    uint32_t count;
    peregrine_engine engine = make(&to, 0);
    peregrine_request order = peregrine_limit_order(1, 0, PEREGRINE_SELL, 100, 5);
    order.tag = 77;

    CHECK(peregrine_engine_best(engine, 0, PEREGRINE_SELL, &level) == PEREGRINE_EMPTY);
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OK);
    CHECK(to.from_inside == PEREGRINE_BUSY && to.look_inside == PEREGRINE_OK);
    CHECK(take(&to, got) == 1);
    CHECK(got[0].type == PEREGRINE_REPORT_ACCEPTED && got[0].order_id == 1 && got[0].price == 100 && got[0].quantity == 5 && got[0].tag == 77);

    /* The same id again is refused, and nothing changes. */
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_REJECTED);
    CHECK(take(&to, got) == 1);
    CHECK(got[0].type == PEREGRINE_REPORT_REJECTED && got[0].reason == PEREGRINE_REASON_DUPLICATE_ORDER_ID);

    order = peregrine_limit_order(2, 0, PEREGRINE_SELL, 100, 7);
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OK);
    order = peregrine_limit_order(3, 0, PEREGRINE_SELL, 102, 1);
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OK);
    order = peregrine_limit_order(4, 0, PEREGRINE_BUY, 98, 2);
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OK);
    CHECK(peregrine_engine_best(engine, 0, PEREGRINE_SELL, &level) == PEREGRINE_OK);
    CHECK(level.price == 100 && level.quantity == 12 && level.orders == 2);
    CHECK(peregrine_engine_best(engine, 0, PEREGRINE_BUY, &level) == PEREGRINE_OK && level.price == 98);
    CHECK(peregrine_engine_best(engine, 1, PEREGRINE_BUY, &level) == PEREGRINE_EMPTY);
    CHECK(peregrine_engine_level(engine, 0, PEREGRINE_SELL, 102, &level) == PEREGRINE_OK);
    CHECK(level.price == 102 && level.quantity == 1 && level.orders == 1);
    CHECK(peregrine_engine_level(engine, 0, PEREGRINE_SELL, 101, &level) == PEREGRINE_EMPTY);
    CHECK(peregrine_engine_levels(engine, 0, PEREGRINE_SELL, levels, 4, &count) == PEREGRINE_OK && count == 2);
    CHECK(levels[0].price == 100 && levels[1].price == 102 && levels[1].quantity == 1);
    CHECK(peregrine_engine_levels(engine, 0, PEREGRINE_SELL, levels, 1, &count) == PEREGRINE_OK && count == 1);
    CHECK(peregrine_engine_levels(engine, 0, PEREGRINE_SELL, NULL, 0, &count) == PEREGRINE_OK && count == 0);

    /* A buy trades with both at 100, the older first. */
    (void)take(&to, got);
    order = peregrine_limit_order(5, 0, PEREGRINE_BUY, 101, 6);
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OK);
    CHECK(take(&to, got) == 3);
    CHECK(got[1].type == PEREGRINE_REPORT_TRADE && got[1].order_id == 5 && got[1].resting_order_id == 1 && got[1].resting_tag == 77);
    CHECK(got[1].price == 100 && got[1].quantity == 5 && got[1].leaves == 1 && got[1].resting_leaves == 0 && got[1].side == PEREGRINE_BUY);
    CHECK(got[2].resting_order_id == 2 && got[2].quantity == 1 && got[2].resting_leaves == 6);

    CHECK(peregrine_engine_replace(engine, 2, 103, 4) == PEREGRINE_OK);
    CHECK(take(&to, got) == 1 && got[0].type == PEREGRINE_REPORT_REPLACED && got[0].price == 103 && got[0].leaves == 4);
    CHECK(peregrine_engine_replace(engine, 99, 103, 4) == PEREGRINE_REJECTED);
    CHECK(take(&to, got) == 1 && got[0].reason == PEREGRINE_REASON_UNKNOWN_ORDER);
    CHECK(peregrine_engine_cancel(engine, 2) == PEREGRINE_OK);
    CHECK(take(&to, got) == 1 && got[0].type == PEREGRINE_REPORT_CANCELLED && got[0].quantity == 4 && got[0].reason == PEREGRINE_REASON_NONE);
    CHECK(peregrine_engine_cancel(engine, 2) == PEREGRINE_REJECTED);
    CHECK(peregrine_engine_destroy(engine) == PEREGRINE_OK);
}

static void batches(void)
{
    static seen to;
    peregrine_report got[64];
    peregrine_request requests[8];
    uint32_t done;
    peregrine_engine engine = make(&to, 8);

    requests[0] = peregrine_limit_order(1, 0, PEREGRINE_BUY, 100, 5);
    requests[1] = peregrine_limit_order(2, 0, PEREGRINE_BUY, 101, 5);
    requests[2] = peregrine_limit_order(3, 1, PEREGRINE_SELL, 50, 5);
    CHECK(peregrine_engine_batch(engine, requests, 3, &done) == PEREGRINE_OK && done == 3);
    CHECK(to.calls == 0); /* three orders and three levels: fewer than are kept back */
    CHECK(peregrine_engine_flush(engine) == PEREGRINE_OK);
    CHECK(to.calls == 1 && to.count == 6 && take(&to, got) == 3);
    CHECK(peregrine_engine_flush(engine) == PEREGRINE_OK && to.calls == 1);

    memset(requests, 0, sizeof(requests));
    requests[0].type = PEREGRINE_REQUEST_REDUCE;
    requests[0].order_id = 1;
    requests[0].quantity = 2;
    requests[1].type = PEREGRINE_REQUEST_REPLACE;
    requests[1].order_id = 2;
    requests[1].price = 102;
    requests[1].fields = PEREGRINE_REPLACE_PRICE;
    requests[2].type = PEREGRINE_REQUEST_CANCEL;
    requests[2].order_id = 77;
    requests[3].type = PEREGRINE_REQUEST_SET_PHASE;
    requests[3].instrument = 1;
    requests[3].phase = PEREGRINE_PHASE_HALTED;
    requests[4].type = PEREGRINE_REQUEST_ADVANCE_TIME;
    requests[4].time_ns = 1000;
    requests[5].type = PEREGRINE_REQUEST_MASS_CANCEL;
    requests[5].session = requests[5].account = requests[5].instrument = -1;
    CHECK(peregrine_engine_batch(engine, requests, 6, NULL) == PEREGRINE_OK);
    CHECK(peregrine_engine_flush(engine) == PEREGRINE_OK);
    CHECK(take(&to, got) == 7);
    CHECK(got[0].type == PEREGRINE_REPORT_CANCELLED && got[0].order_id == 1 && got[0].quantity == 2 && got[0].leaves == 3);
    CHECK(got[1].type == PEREGRINE_REPORT_REPLACED && got[1].order_id == 2 && got[1].price == 102 && got[1].leaves == 5);
    CHECK(got[2].type == PEREGRINE_REPORT_REJECTED && got[2].reason == PEREGRINE_REASON_UNKNOWN_ORDER);
    CHECK(got[3].type == PEREGRINE_REPORT_PHASE_CHANGED && got[3].instrument == 1 && got[3].phase == PEREGRINE_PHASE_HALTED);
    CHECK(got[4].type == PEREGRINE_REPORT_CANCELLED && got[4].reason == PEREGRINE_REASON_MASS_CANCEL);

    /* What is no request ends the batch; those before it are done. */
    requests[0] = peregrine_limit_order(10, 0, PEREGRINE_BUY, 100, 5);
    requests[1].type = 99;
    CHECK(peregrine_engine_batch(engine, requests, 3, &done) == PEREGRINE_OUT_OF_RANGE && done == 1);
    requests[1].type = PEREGRINE_REQUEST_SET_PHASE;
    requests[1].phase = 8;
    CHECK(peregrine_engine_batch(engine, requests + 1, 1, &done) == PEREGRINE_OUT_OF_RANGE && done == 0);
    requests[1].type = PEREGRINE_REQUEST_MASS_CANCEL;
    requests[1].side = 3;
    CHECK(peregrine_engine_batch(engine, requests + 1, 1, &done) == PEREGRINE_OUT_OF_RANGE && done == 0);
    CHECK(peregrine_engine_batch(engine, NULL, 1, &done) == PEREGRINE_NULL_POINTER && done == 0);
    CHECK(peregrine_engine_batch(engine, NULL, 0, &done) == PEREGRINE_OK && done == 0);
    CHECK(peregrine_engine_destroy(engine) == PEREGRINE_OK);
}

static void misuse(void)
{
    static seen to;
    peregrine_options options;
    peregrine_instrument terms[2];
    peregrine_statistics statistics;
    peregrine_level level;
    peregrine_engine made[257];
    peregrine_engine stale;
    peregrine_request order = peregrine_limit_order(1, 0, PEREGRINE_BUY, 100, 5);
    uint64_t hash;
    uint32_t count;
    char text[16];
    peregrine_engine engine = make(&to, 0);

    memset(&options, 0, sizeof(options));
    memset(terms, 0, sizeof(terms));
    CHECK(peregrine_engine_create(NULL, &stale) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_create(&options, NULL) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_WRONG_SIZE && stale == 0);
    options.size = sizeof(options);
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    options.orders_max = (1u << 22) + 1;
    options.instruments = 1;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_last_error(text, sizeof(text)) > sizeof(text) && strlen(text) == sizeof(text) - 1);
    CHECK(strcmp(text, "orders_max is 4") == 0 && peregrine_engine_last_error(NULL, 0) > 0);
    options.orders_max = 10;
    options.instruments = 0;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    options.instruments = 2;
    options.terms = terms;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_WRONG_SIZE);
    terms[0].size = terms[1].size = sizeof(terms[0]);
    terms[1].static_band_basis_points = -1;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    terms[1].static_band_basis_points = 0;
    terms[1].tick_step_count = 1;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    terms[1].tick_step_count = 0;
    options.flags = 2;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OUT_OF_RANGE);
    options.flags = PEREGRINE_ENGINE_ORDER_DELTAS;
    CHECK(peregrine_engine_create(&options, &stale) == PEREGRINE_OK);

    /* A handle is good until its engine is destroyed, also when another one has taken its place. */
    CHECK(peregrine_engine_destroy(stale) == PEREGRINE_OK);
    CHECK(peregrine_engine_destroy(stale) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_create(&options, &made[0]) == PEREGRINE_OK && made[0] != stale);
    CHECK(peregrine_engine_cancel(stale, 1) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_new(0, &order) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_replace(~0ull, 1, 1, 1) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_batch(stale, &order, 1, &count) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_flush(stale) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_best(stale, 0, PEREGRINE_BUY, &level) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_level(stale, 0, PEREGRINE_BUY, 1, &level) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_levels(stale, 0, PEREGRINE_BUY, &level, 1, &count) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_state_hash(stale, &hash) == PEREGRINE_NO_ENGINE);
    CHECK(peregrine_engine_get_statistics(stale, &statistics) == PEREGRINE_NO_ENGINE);

    /* One engine is there from above, and one from the beginning. */
    for (count = 1; count < 257; count++) {
        peregrine_status status = peregrine_engine_create(&options, &made[count]);
        if (status != PEREGRINE_OK) {
            CHECK(status == PEREGRINE_NO_ROOM && count == 255);
            break;
        }
    }

    for (uint32_t i = 0; i < count; i++) {
        CHECK(peregrine_engine_destroy(made[i]) == PEREGRINE_OK);
    }

    CHECK(peregrine_engine_new(engine, NULL) == PEREGRINE_NULL_POINTER);
    order.type = PEREGRINE_REQUEST_CANCEL;
    CHECK(peregrine_engine_new(engine, &order) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_best(engine, 0, PEREGRINE_BUY, NULL) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_best(engine, 2, PEREGRINE_BUY, &level) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_best(engine, -1, PEREGRINE_BUY, &level) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_best(engine, 0, 0, &level) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_level(engine, 0, 3, 1, &level) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_level(engine, 0, PEREGRINE_BUY, INT64_MIN, &level) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_level(engine, 0, PEREGRINE_BUY, 1, NULL) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_levels(engine, 0, PEREGRINE_BUY, NULL, 1, &count) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_levels(engine, 0, PEREGRINE_BUY, &level, 1, NULL) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_levels(engine, 9, PEREGRINE_BUY, &level, 1, &count) == PEREGRINE_OUT_OF_RANGE);
    CHECK(peregrine_engine_state_hash(engine, NULL) == PEREGRINE_NULL_POINTER);
    CHECK(peregrine_engine_get_statistics(engine, NULL) == PEREGRINE_NULL_POINTER);
    statistics.size = 1;
    CHECK(peregrine_engine_get_statistics(engine, &statistics) == PEREGRINE_WRONG_SIZE);
    CHECK(peregrine_engine_destroy(engine) == PEREGRINE_OK);
}

/* After some rounds of everything that is common, rounds take nothing from the heap. */
static void memory(void)
{
    peregrine_options options;
    peregrine_engine engine;
    peregrine_statistics before;
    peregrine_statistics after;
    peregrine_request requests[64];
    uint64_t id = 1;
    uint64_t hash;

    memset(&options, 0, sizeof(options));
    memset(&before, 0, sizeof(before));
    options.size = sizeof(options);
    options.orders_max = 10000;
    options.instruments = 1;
    CHECK(peregrine_engine_create(&options, &engine) == PEREGRINE_OK);
    for (int round = 0; round < 2000; round++) {
        if (round == 1000) {
            before.size = sizeof(before);
            CHECK(peregrine_engine_get_statistics(engine, &before) == PEREGRINE_OK);
        }

        for (int i = 0; i < 64; i++, id++) {
            requests[i] = peregrine_limit_order(id, 0, id % 2 ? PEREGRINE_BUY : PEREGRINE_SELL, 1000 + (int64_t)(id * 7 % 40) - 20, 1 + (int64_t)(id % 9));
        }

        CHECK(peregrine_engine_batch(engine, requests, 64, NULL) == PEREGRINE_OK);
        for (int i = 0; i < 64; i += 2) {
            (void)peregrine_engine_replace(engine, requests[i].order_id, requests[i].price, 1);
            (void)peregrine_engine_cancel(engine, requests[i].order_id);
            (void)peregrine_engine_cancel(engine, requests[i + 1].order_id);
        }

        CHECK(peregrine_engine_state_hash(engine, &hash) == PEREGRINE_OK);
    }

    after.size = sizeof(after);
    CHECK(peregrine_engine_get_statistics(engine, &after) == PEREGRINE_OK);
    CHECK(after.trades > before.trades && after.reports > before.reports && after.rejects > before.rejects && after.traded_lots > 0);
    CHECK(after.orders == 0 && after.report_growths == before.report_growths);
    if (after.bytes_allocated != before.bytes_allocated) {
        printf("%lld bytes were taken from the heap\n", (long long)(after.bytes_allocated - before.bytes_allocated));
        exit(1);
    }

    CHECK(peregrine_engine_destroy(engine) == PEREGRINE_OK);
}

/* Engines of two threads have nothing to do with each other. */
static void *in_a_thread(void *nothing)
{
    orders();
    return nothing;
}

int main(void)
{
    pthread_t other;
    CHECK(peregrine_engine_version() == PEREGRINE_ENGINE_VERSION);
    CHECK(pthread_create(&other, NULL, in_a_thread, NULL) == 0);
    batches();
    CHECK(pthread_join(other, NULL) == 0);
    misuse();
    memory();
    printf("ok\n");
    return 0;
}
