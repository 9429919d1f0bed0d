/* Peregrine's matching core as a shared library: books by price and time, without risk, sessions or a journal.
 *
 * Threads: an engine belongs to one thread at a time; engines are independent, and different threads may have different ones. Nothing is locked
 * and nothing is checked about that. peregrine_engine_create and _destroy may be called from any thread.
 * Faults: every function but two gives a peregrine_status and never throws or exits. PEREGRINE_REJECTED is no fault: the engine refused a request
 * by its rules, changed nothing, and a report has the reason. All others leave the books as they were; peregrine_engine_last_error has a sentence
 * for people. After PEREGRINE_FAILED, which is a fault of this library, the engine takes nothing more.
 * Numbers: prices are ticks within +-2^56, quantities are lots from 1 to 2^40. The rules, to every corner, are in docs/matching.md.
 * Memory: all of it is taken by peregrine_engine_create, but a buffer grows when one request makes more reports than ever before.
 * The structs are those of 64-bit systems; all reserved fields are 0. */
#ifndef PEREGRINE_ENGINE_H
#define PEREGRINE_ENGINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#define PEREGRINE_ASSERT(holds, text) static_assert(holds, text)
#else
#define PEREGRINE_ASSERT(holds, text) _Static_assert(holds, text)
#endif

/* Grows when a program that was built with an older header no longer fits. */
#define PEREGRINE_ENGINE_VERSION 1u

/* An engine: 0 is none, and one that was destroyed is known as such. */
typedef uint64_t peregrine_engine;

typedef enum peregrine_status {
    PEREGRINE_OK = 0,
    PEREGRINE_REJECTED = 1,     /* refused by the engine's rules; a report says why */
    PEREGRINE_EMPTY = 2,        /* there is nothing there */
    PEREGRINE_NO_ENGINE = 3,    /* the handle is 0, made up, or of an engine that was destroyed */
    PEREGRINE_NULL_POINTER = 4,
    PEREGRINE_WRONG_SIZE = 5,   /* the size field of a struct is not its sizeof */
    PEREGRINE_OUT_OF_RANGE = 6,
    PEREGRINE_BUSY = 7,         /* called from the callback of the same engine, which may only look */
    PEREGRINE_NO_ROOM = 8,      /* 256 engines at a time */
    PEREGRINE_NO_MEMORY = 9,
    PEREGRINE_FAILED = 10
} peregrine_status;

typedef enum peregrine_side { PEREGRINE_BUY = 1, PEREGRINE_SELL = 2 } peregrine_side;

typedef enum peregrine_order_type {
    PEREGRINE_TYPE_MARKET = 1,
    PEREGRINE_TYPE_LIMIT = 2,
    PEREGRINE_TYPE_MARKET_TO_LIMIT = 3,
    PEREGRINE_TYPE_STOP = 4,
    PEREGRINE_TYPE_STOP_LIMIT = 5,
    PEREGRINE_TYPE_TRAILING_STOP = 6,
    PEREGRINE_TYPE_PEGGED = 7
} peregrine_order_type;

typedef enum peregrine_time_in_force {
    PEREGRINE_TIME_DAY = 1,
    PEREGRINE_TIME_GOOD_TILL_CANCEL = 2,
    PEREGRINE_TIME_IMMEDIATE_OR_CANCEL = 3,
    PEREGRINE_TIME_FILL_OR_KILL = 4,
    PEREGRINE_TIME_GOOD_TILL_TIME = 5,
    PEREGRINE_TIME_AT_THE_OPENING = 6,
    PEREGRINE_TIME_AT_THE_CLOSE = 7,
    PEREGRINE_TIME_GOOD_FOR_AUCTION = 8
} peregrine_time_in_force;

enum peregrine_order_flags {
    PEREGRINE_ORDER_HIDDEN = 1,
    PEREGRINE_ORDER_POST_ONLY = 2,
    PEREGRINE_ORDER_ALL_OR_NONE = 4,
    PEREGRINE_ORDER_HAS_LIMIT = 8
};

typedef enum peregrine_peg { PEREGRINE_PEG_BEST = 1, PEREGRINE_PEG_MID = 2 } peregrine_peg;

typedef enum peregrine_self_trade {
    PEREGRINE_SELF_TRADE_DEFAULT = 0, /* what the instrument says */
    PEREGRINE_SELF_TRADE_CANCEL_NEWEST = 1,
    PEREGRINE_SELF_TRADE_CANCEL_OLDEST = 2,
    PEREGRINE_SELF_TRADE_CANCEL_BOTH = 3,
    PEREGRINE_SELF_TRADE_DECREMENT_AND_CANCEL = 4
} peregrine_self_trade;

typedef enum peregrine_phase {
    PEREGRINE_PHASE_PRE_OPEN = 1,
    PEREGRINE_PHASE_OPENING_AUCTION = 2,
    PEREGRINE_PHASE_CONTINUOUS = 3,
    PEREGRINE_PHASE_VOLATILITY_AUCTION = 4,
    PEREGRINE_PHASE_CLOSING_AUCTION = 5,
    PEREGRINE_PHASE_HALTED = 6,
    PEREGRINE_PHASE_CLOSED = 7
} peregrine_phase;

typedef enum peregrine_request_type {
    PEREGRINE_REQUEST_NEW = 1,
    PEREGRINE_REQUEST_CANCEL = 2,      /* order_id */
    PEREGRINE_REQUEST_REPLACE = 3,     /* order_id, fields, and the values that they name; quantity is what shall be left */
    PEREGRINE_REQUEST_REDUCE = 4,      /* order_id, quantity: so many lots less */
    PEREGRINE_REQUEST_MASS_CANCEL = 5, /* session, account, instrument: -1 is any; side: 0 is both */
    PEREGRINE_REQUEST_SET_PHASE = 6,   /* instrument, phase; flags other than 0: cancels are forbidden */
    PEREGRINE_REQUEST_ADVANCE_TIME = 7, /* time_ns: orders expire, auctions end */
    PEREGRINE_REQUEST_LIST = 8 /* as a mass cancel; tells the orders and changes nothing */
} peregrine_request_type;

enum peregrine_replace_fields {
    PEREGRINE_REPLACE_PRICE = 1,
    PEREGRINE_REPLACE_LEAVES = 2,
    PEREGRINE_REPLACE_STOP = 4, /* the stop price; of a trailing stop, its distance */
    PEREGRINE_REPLACE_DISPLAY = 8,
    PEREGRINE_REPLACE_MINIMUM = 16,
    PEREGRINE_REPLACE_EXPIRY = 32
};

/* One request. What its type has no use for is not looked at. */
typedef struct peregrine_request {
    uint64_t order_id; /* not 0, and not that of an order that is still there */
    int64_t price;
    int64_t quantity;
    int64_t stop_price;
    int64_t offset_ticks;
    int64_t display_quantity; /* of an iceberg; 0 shows all */
    int64_t minimum_quantity; /* what must trade on arrival, or each time of a hidden order; 0 is none */
    union {
        int64_t expire_time_ns; /* of good till time, Unix nanoseconds */
        int64_t time_ns;
    };
    int32_t instrument; /* 0, 1, ... as in the options */
    int32_t account;    /* whose it is, for self-trade prevention: negative is nobody's, but 0 is somebody's */
    int32_t firm;
    int32_t strategy;
    int32_t session; /* for mass cancels */
    int32_t tag;     /* the caller's own; comes back in the reports */
    uint8_t side;
    uint8_t order_type;
    uint8_t time_in_force;
    uint8_t flags;
    uint8_t peg;
    uint8_t self_trade;
    uint8_t type; /* peregrine_request_type */
    union {
        uint8_t fields; /* peregrine_replace_fields */
        uint8_t phase;
    };
} peregrine_request;

typedef enum peregrine_report_type {
    PEREGRINE_REPORT_ACCEPTED = 1,
    PEREGRINE_REPORT_REJECTED = 2,
    PEREGRINE_REPORT_TRADE = 3,     /* order_id is the aggressor; in an auction the buy, and side is 0 */
    PEREGRINE_REPORT_CANCELLED = 4, /* quantity went away unfilled; over when leaves is 0; reason none: it was asked for */
    PEREGRINE_REPORT_REPLACED = 5,
    PEREGRINE_REPORT_LEVEL_CHANGED = 6, /* price, quantity (0: gone), order_count of what the level shows now */
    PEREGRINE_REPORT_TRIGGERED = 7,
    PEREGRINE_REPORT_RESTATED = 8, /* an order changed by itself; reason says how */
    PEREGRINE_REPORT_PHASE_CHANGED = 9,
    PEREGRINE_REPORT_INDICATIVE = 10,  /* what the auction would do now: price, quantity; leaves is the surplus */
    PEREGRINE_REPORT_ORDER_ADDED = 11, /* this and the next two only with PEREGRINE_ENGINE_ORDER_DELTAS */
    PEREGRINE_REPORT_ORDER_CHANGED = 12,
    PEREGRINE_REPORT_ORDER_REMOVED = 13,
    PEREGRINE_REPORT_LISTED = 14 /* an order that was asked for: leaves */
} peregrine_report_type;

/* Why. Those of docs/reject-reasons.md; some only come from the checks before the core, which this library does not have. */
typedef enum peregrine_reason {
    PEREGRINE_REASON_NONE = 0,
    PEREGRINE_REASON_UNKNOWN_INSTRUMENT = 1,
    PEREGRINE_REASON_INSTRUMENT_CLOSED = 2,
    PEREGRINE_REASON_UNKNOWN_ACCOUNT = 3,
    PEREGRINE_REASON_DUPLICATE_CLIENT_ORDER_ID = 4,
    PEREGRINE_REASON_UNKNOWN_ORDER = 5,
    PEREGRINE_REASON_ORDER_CLOSED = 6,
    PEREGRINE_REASON_QUANTITY_NOT_POSITIVE = 7,
    PEREGRINE_REASON_PRICE_NOT_POSITIVE = 8,
    PEREGRINE_REASON_MAX_QUANTITY = 9,
    PEREGRINE_REASON_MAX_NOTIONAL = 10,
    PEREGRINE_REASON_PRICE_COLLAR = 11,
    PEREGRINE_REASON_NO_REFERENCE_PRICE = 12,
    PEREGRINE_REASON_NOT_FILLABLE = 13,
    PEREGRINE_REASON_NO_LIQUIDITY = 14,
    PEREGRINE_REASON_SELF_TRADE = 15,
    PEREGRINE_REASON_ORDER_CAPACITY = 16,
    PEREGRINE_REASON_QUANTITY_BELOW_FILLED = 17,
    PEREGRINE_REASON_NOT_REPLACEABLE = 18,
    PEREGRINE_REASON_PRICE_OUT_OF_RANGE = 19,
    PEREGRINE_REASON_UNSUPPORTED_ORDER = 20,
    PEREGRINE_REASON_DUPLICATE_ORDER_ID = 21,
    PEREGRINE_REASON_DISPLAY_QUANTITY = 22,
    PEREGRINE_REASON_PRICE_NOT_ON_TICK = 23,
    PEREGRINE_REASON_PRICE_LIMIT = 24,
    PEREGRINE_REASON_INSTRUMENT_HALTED = 25,
    PEREGRINE_REASON_NOT_IN_PHASE = 26,
    PEREGRINE_REASON_EXPIRY_PASSED = 27,
    PEREGRINE_REASON_CANCEL_FORBIDDEN = 28,
    PEREGRINE_REASON_WOULD_TRADE = 29,
    PEREGRINE_REASON_MINIMUM_NOT_MET = 30,
    PEREGRINE_REASON_PRICE_BAND = 31,
    PEREGRINE_REASON_REST_TOO_SMALL = 32,
    PEREGRINE_REASON_MASS_CANCEL = 33,
    PEREGRINE_REASON_EXPIRED = 34,
    PEREGRINE_REASON_REFRESHED = 35,
    PEREGRINE_REASON_REPRICED = 36,
    PEREGRINE_REASON_TRAILED = 37,
    PEREGRINE_REASON_PARKED = 38,
    PEREGRINE_REASON_ENTERED = 39,
    PEREGRINE_REASON_CONVERTED = 40,
    PEREGRINE_REASON_JOURNAL_FULL = 41,
    PEREGRINE_REASON_INSTRUMENT_MISMATCH = 42,
    PEREGRINE_REASON_SIDE_MISMATCH = 43,
    PEREGRINE_REASON_ACCOUNT_MISMATCH = 44,
    PEREGRINE_REASON_TIME_IN_FORCE_MISMATCH = 45,
    PEREGRINE_REASON_QUANTITY_NOT_IN_LOTS = 46,
    PEREGRINE_REASON_FIELD_MISSING = 47,
    PEREGRINE_REASON_OUTSIDE_SPREAD = 48,
    PEREGRINE_REASON_WITHDRAWN = 49
} peregrine_reason;

/* What happened: one cache line, complete in itself. */
typedef struct peregrine_report {
    uint64_t order_id; /* 0 of levels, phases and indicative prices */
    union {
        uint64_t resting_order_id; /* of a trade */
        int64_t delta_sequence;    /* of levels and shown orders: the place among the changes of their book, 1, 2, 3, ... */
    };
    int64_t price;    /* of the order, the trade or the level */
    int64_t quantity; /* asked for, traded, cancelled, shown, or in the whole level */
    int64_t leaves;   /* what the order has left */
    int64_t resting_leaves;
    int32_t instrument; /* -1 where a request named no order */
    int32_t tag;
    union {
        int32_t resting_tag; /* of a trade */
        int32_t order_count; /* of a level */
    };
    uint8_t type; /* peregrine_report_type */
    uint8_t side;
    uint8_t reason; /* peregrine_reason */
    uint8_t phase;  /* of PEREGRINE_REPORT_PHASE_CHANGED */
} peregrine_report;

/* Gets reports, oldest first, on the thread of the call that made or flushed them. They are valid until it returns. It may look at the books of its
 * engine, which are those after all of these reports, and change nothing; it must come back, and throw nothing. */
typedef void (*peregrine_on_reports)(void *user, const peregrine_report *reports, uint32_t count);

/* From a price on, prices are multiples of a number of ticks. */
typedef struct peregrine_tick_step {
    int64_t from_ticks;
    int64_t step_ticks;
} peregrine_tick_step;

enum peregrine_instrument_flags {
    PEREGRINE_INSTRUMENT_HAS_REFERENCE = 1,
    PEREGRINE_INSTRUMENT_HAS_LOWEST = 2,
    PEREGRINE_INSTRUMENT_HAS_HIGHEST = 4,
    PEREGRINE_INSTRUMENT_MARKET_WITH_BEST = 8,
    PEREGRINE_INSTRUMENT_STOPS_BY_ARRIVAL = 16,
    PEREGRINE_INSTRUMENT_MINIMUM_PER_TRADE = 32
};

enum peregrine_owner {
    PEREGRINE_OWNER_ACCOUNT = 0, /* orders of one account never trade with each other */
    PEREGRINE_OWNER_FIRM = 2,
    PEREGRINE_OWNER_STRATEGY = 3,
    PEREGRINE_OWNER_NONE = 255 /* everybody trades with everybody */
};

/* What an instrument is; all zeros but the size: continuous trading, every tick a price, no limits or bands. */
typedef struct peregrine_instrument {
    uint32_t size;      /* sizeof(peregrine_instrument) */
    uint8_t phase;      /* that it starts in; 0 is continuous */
    uint8_t owner;      /* peregrine_owner */
    uint8_t self_trade; /* for orders that do not say; 0 is cancel newest */
    uint8_t flags;      /* peregrine_instrument_flags */
    int64_t reference_price;
    int64_t lowest_price;
    int64_t highest_price;
    int32_t static_band_basis_points; /* 0 is none */
    int32_t dynamic_band_basis_points;
    int64_t interruption_ns; /* how long a volatility auction lasts; 0: until it is told to end */
    int64_t cancel_hidden_rests;
    int64_t hidden_improvement;
    const peregrine_tick_step *tick_steps; /* by ascending price; looked at by peregrine_engine_create only */
    uint32_t tick_step_count;              /* 0 to 1,024 */
    uint32_t reserved;
} peregrine_instrument;

enum peregrine_engine_flags { PEREGRINE_ENGINE_ORDER_DELTAS = 1 /* what orders show is told order by order */ };

typedef struct peregrine_options {
    uint32_t size;                     /* sizeof(peregrine_options) */
    uint32_t orders_max;               /* that rest or wait at a time, 1 to 4,194,304; about 410 bytes each */
    uint32_t instruments;              /* 1 to 65,536; they are 0, 1, ... */
    uint32_t flags;                    /* peregrine_engine_flags */
    uint32_t reports_held;             /* 0: a call that makes reports gives them; else they wait until so many are there, or a flush */
    uint32_t reserved;
    const peregrine_instrument *terms; /* one for each instrument; null: all of the default */
    peregrine_on_reports on_reports;   /* null: reports are counted only */
    void *user;                        /* given to it */
} peregrine_options;

/* What a price level shows. */
typedef struct peregrine_level {
    int64_t price;
    int64_t quantity;
    uint32_t orders;
    uint32_t reserved;
} peregrine_level;

typedef struct peregrine_statistics {
    uint32_t size;   /* sizeof(peregrine_statistics) */
    uint32_t orders; /* that rest or wait now */
    int64_t trades;
    int64_t traded_lots; /* at most 2^63 - 1 */
    int64_t rejects;
    int64_t reports;         /* made so far */
    int64_t report_growths;  /* how often their buffer had to grow */
    int64_t bytes_allocated; /* that the library took from its heap on this thread, for all engines */
} peregrine_statistics;

/* PEREGRINE_ENGINE_VERSION of the library: compare it with that of the header. */
uint32_t peregrine_engine_version(void);

/* Why the last call of this thread did not do as asked, as text with a zero at the end, cut to so many bytes.
 * Gives the length of the whole text. Not of PEREGRINE_REJECTED and PEREGRINE_EMPTY. */
uint32_t peregrine_engine_last_error(char *text, uint32_t bytes);

/* Makes an engine. OK, NULL_POINTER, WRONG_SIZE, OUT_OF_RANGE, NO_ROOM, NO_MEMORY; *engine is 0 but with OK. */
peregrine_status peregrine_engine_create(const peregrine_options *options, peregrine_engine *engine);

/* Ends an engine; reports that were kept back go with it. Frees memory, for which engines of other threads may wait some milliseconds.
 * OK, NO_ENGINE, BUSY. */
peregrine_status peregrine_engine_destroy(peregrine_engine engine);

/* A new order: type is PEREGRINE_REQUEST_NEW. OK: accepted, whatever became of it then. */
peregrine_status peregrine_engine_new(peregrine_engine engine, const peregrine_request *order);

/* Takes an order out. */
peregrine_status peregrine_engine_cancel(peregrine_engine engine, uint64_t order_id);

/* Gives a limit order another price, and leaves it so many lots. */
peregrine_status peregrine_engine_replace(peregrine_engine engine, uint64_t order_id, int64_t price, int64_t quantity);

/* Requests of any type in their order; memory for those to come is fetched meanwhile, which is worth most with many orders and 16 requests or more.
 * OK also when some were rejected. OUT_OF_RANGE at the first whose type, phase or side is none, which ends the batch.
 * *done (may be null): how many were carried out. */
peregrine_status peregrine_engine_batch(peregrine_engine engine, const peregrine_request *requests, uint32_t count, uint32_t *done);

/* Gives the reports that were kept back. */
peregrine_status peregrine_engine_flush(peregrine_engine engine);

/* The best level of a side. EMPTY: it shows nothing. */
peregrine_status peregrine_engine_best(peregrine_engine engine, int32_t instrument, uint8_t side, peregrine_level *level);

/* What a price shows: quantity and number of orders. EMPTY: nothing. */
peregrine_status peregrine_engine_level(peregrine_engine engine, int32_t instrument, uint8_t side, int64_t price, peregrine_level *level);

/* The levels of a side from the best on, as many as there are and have room; *count is how many. */
peregrine_status peregrine_engine_levels(
    peregrine_engine engine, int32_t instrument, uint8_t side, peregrine_level *levels, uint32_t capacity, uint32_t *count);

/* A digest of everything that decides what happens next: equal after equal requests, here and in every Peregrine. */
peregrine_status peregrine_engine_state_hash(peregrine_engine engine, uint64_t *hash);

/* Set statistics->size first. */
peregrine_status peregrine_engine_get_statistics(peregrine_engine engine, peregrine_statistics *statistics);

/* A limit order for the day, nobody's. Change what shall be otherwise. */
static inline peregrine_request peregrine_limit_order(
    uint64_t order_id, int32_t instrument, peregrine_side side, int64_t price, int64_t quantity)
{
    peregrine_request request;
    memset(&request, 0, sizeof(request));
    request.order_id = order_id;
    request.price = price;
    request.quantity = quantity;
    request.instrument = instrument;
    request.account = request.firm = request.strategy = -1;
    request.side = (uint8_t)side;
    request.order_type = PEREGRINE_TYPE_LIMIT;
    request.time_in_force = PEREGRINE_TIME_DAY;
    request.type = PEREGRINE_REQUEST_NEW;
    return request;
}

PEREGRINE_ASSERT(sizeof(void *) == 8, "64-bit systems only");
PEREGRINE_ASSERT(sizeof(peregrine_status) == 4, "an enumeration is an int");
PEREGRINE_ASSERT(sizeof(peregrine_request) == 96, "peregrine_request");
PEREGRINE_ASSERT(offsetof(peregrine_request, instrument) == 64, "peregrine_request");
PEREGRINE_ASSERT(offsetof(peregrine_request, side) == 88, "peregrine_request");
PEREGRINE_ASSERT(offsetof(peregrine_request, type) == 94, "peregrine_request");
PEREGRINE_ASSERT(offsetof(peregrine_request, fields) == 95, "peregrine_request");
PEREGRINE_ASSERT(sizeof(peregrine_report) == 64, "peregrine_report");
PEREGRINE_ASSERT(offsetof(peregrine_report, instrument) == 48, "peregrine_report");
PEREGRINE_ASSERT(offsetof(peregrine_report, type) == 60, "peregrine_report");
PEREGRINE_ASSERT(sizeof(peregrine_tick_step) == 16, "peregrine_tick_step");
PEREGRINE_ASSERT(sizeof(peregrine_instrument) == 80, "peregrine_instrument");
PEREGRINE_ASSERT(offsetof(peregrine_instrument, tick_steps) == 64, "peregrine_instrument");
PEREGRINE_ASSERT(sizeof(peregrine_options) == 48, "peregrine_options");
PEREGRINE_ASSERT(offsetof(peregrine_options, terms) == 24, "peregrine_options");
PEREGRINE_ASSERT(sizeof(peregrine_level) == 24, "peregrine_level");
PEREGRINE_ASSERT(sizeof(peregrine_statistics) == 56, "peregrine_statistics");
PEREGRINE_ASSERT(offsetof(peregrine_statistics, bytes_allocated) == 48, "peregrine_statistics");

#ifdef __cplusplus
}
#endif
#endif
