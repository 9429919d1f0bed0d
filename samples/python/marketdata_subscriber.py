#!/usr/bin/python3
"""Subscribes to Peregrine's market data, keeps the books, checks them, and prints them.

example: marketdata_subscriber.py 127.0.0.1:9881 AAPL MSFT --depth orders --count 100
exit code: 0 the N frames came, or Ctrl-C, or the server shut down and no N was given;
           1 no connection, a wrong book, or an end that was not asked for; 2 wrong arguments
"""
import argparse
import json
import socket
import sys
import time
from decimal import Decimal

try:
    import marketdata_pb2 as md
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
except ImportError as error:
    sys.exit(f"{error}\nmake the code first: apt-get install protobuf-compiler python3-protobuf, then from the root of the repository\n"
             "protoc -I schemas --python_out=samples/python marketdata.proto")

FRAME_BYTES_MAX = 65532
MASK = (1 << 64) - 1
DEPTHS = {"best": md.DEPTH_BEST, "levels": md.DEPTH_LEVELS, "orders": md.DEPTH_ORDERS, "trades": md.DEPTH_TRADES}


class SubscriberError(Exception):
    """What ends a subscription in another way than the user asked for."""


def digest_of(words):
    """The 64-bit digest of docs/wire/marketdata-v1.md; a signed word goes in as its two's complement."""
    state = 0
    for word in words:
        word &= MASK
        word = (word ^ word >> 33) * 0xff51afd7ed558ccd & MASK
        word = (word ^ word >> 33) * 0xc4ceb9fe1a85ec53 & MASK
        state = (state ^ word ^ word >> 33) * 0x9e3779b97f4a7c15 & MASK
        state ^= state >> 29
    return state


class Book:
    """The book of one instrument at one depth. Plain on purpose: a side is a dictionary by price, sorted when it is looked at.

    A level is [quantity, order count]; with the depth of orders it is the queue, oldest first, of [order id, quantity]."""

    def __init__(self, instrument, depth):
        self.instrument, self.depth, self.name = instrument, DEPTHS[depth], f"{instrument.symbol} {depth}"
        self.sequence, self.is_whole, self.is_in_snapshot = 0, False, False
        self.clear()

    def clear(self):
        self.sides, self.orders = {md.SIDE_BUY: {}, md.SIDE_SELL: {}}, {}

    def check(self, is_right, sequence, what):
        if not is_right:
            raise SubscriberError(f"{self.name}: sequence {sequence}: {what}")

    def levels(self, side):
        return sorted(self.sides[side].items(), reverse=side == md.SIDE_BUY)  # from the best on

    def apply_snapshot(self, part):
        if part.is_first:
            self.clear()
            self.sequence, self.is_in_snapshot = part.sequence, True
        self.check(self.is_in_snapshot and part.sequence == self.sequence, part.sequence, "a part of a snapshot whose first part did not come")
        self.set_levels(part)
        for order in part.orders:
            self.add_order(order, part.sequence)
        self.is_whole, self.is_in_snapshot = part.is_last, not part.is_last

    def apply_increment(self, frame):
        place = "between the parts of a" if self.is_in_snapshot else "before any"
        self.check(self.is_whole, frame.sequence, f"an increment {place} snapshot")
        self.check(frame.previous_sequence == self.sequence, frame.sequence,
                   f"a gap: the increment follows {frame.previous_sequence}, the book is at {self.sequence}")
        self.set_levels(frame)
        for change in frame.changes:
            self.apply_change(change, frame.sequence)
        self.sequence = frame.sequence
        if frame.digest and self.depth in (md.DEPTH_LEVELS, md.DEPTH_ORDERS):
            own = digest_of(self.words())
            self.check(own == frame.digest, frame.sequence, f"the digest of this book is {own:016x}, that of the server's {frame.digest:016x}")

    def words(self):
        for side in (md.SIDE_BUY, md.SIDE_SELL):
            yield len(self.sides[side])
            for price, level in self.levels(side):
                yield price
                if self.depth == md.DEPTH_LEVELS:
                    yield from level
                else:
                    yield len(level)
                    yield from (word for order in level for word in order)

    def set_levels(self, frame):
        for level in frame.levels:
            self.check(level.side in self.sides, frame.sequence, f"an unknown side: {level.side}")
            side = self.sides[level.side]
            if self.depth == md.DEPTH_BEST:
                side.clear()
            side.pop(level.price, None)
            if level.quantity:
                side[level.price] = [level.quantity, level.order_count]

    def apply_change(self, change, sequence):
        if change.kind == md.ADD:
            self.add_order(change, sequence)
        elif change.kind in (md.EXECUTE, md.REDUCE, md.DELETE):
            self.take_from_order(change, sequence)
        elif change.kind == md.CLEAR:
            self.clear()
        else:
            self.check(change.kind == md.TRADE, sequence, f"an unknown kind of change: {change.kind}")

    def add_order(self, order, sequence):
        self.check(order.order_id not in self.orders, sequence, f"order {order.order_id} is added, but it is in the book already")
        self.check(order.side in self.sides, sequence, f"an unknown side: {order.side}")
        self.orders[order.order_id] = (order.side, order.price)
        self.sides[order.side].setdefault(order.price, []).append([order.order_id, order.quantity])

    def take_from_order(self, change, sequence):
        """The order keeps its place while something is left of it; an empty level is no level."""
        self.check(change.order_id in self.orders, sequence, f"order {change.order_id} is changed, but it is not in the book")
        side, price = self.orders[change.order_id]
        queue = self.sides[side][price]
        order = next(order for order in queue if order[0] == change.order_id)
        taken = order[1] if change.kind == md.DELETE else change.quantity
        self.check(taken <= order[1], sequence, f"{taken} is taken from order {order[0]}, which has {order[1]} left")
        order[1] -= taken
        if order[1] == 0:
            queue.remove(order)
            del self.orders[change.order_id]
        if not queue:
            del self.sides[side][price]

    def print(self, trades):
        def units(price):
            return f"{Decimal(price).scaleb(-self.instrument.price_decimals):f}"
        for trade in trades:
            aggressor = {md.SIDE_BUY: ", aggressor buys", md.SIDE_SELL: ", aggressor sells"}.get(trade.aggressor, "")
            print(f"{self.instrument.symbol} trade {trade.trade_id}: {trade.quantity} at {units(trade.price)}{aggressor}")
        if self.depth == md.DEPTH_TRADES:
            return
        print(f"{self.name}, sequence {self.sequence}")
        rows = [("offer", *row) for row in self.levels(md.SIDE_SELL)[4::-1]] + [("bid", *row) for row in self.levels(md.SIDE_BUY)[:5]]
        for side, price, level in rows:
            is_queue = self.depth == md.DEPTH_ORDERS
            quantity, count = (sum(order[1] for order in level), len(level)) if is_queue else level
            queue = ": " + " ".join(f"{order[1]}#{order[0]}" for order in level) if is_queue else ""
            print(f"  {side:5} {units(price):>12} {quantity:>10} in {count}{queue}")


class Subscriber:
    """One connection: its frames, and the books that they make."""

    def __init__(self, connection, options):
        self.connection, self.options, self.books, self.count, self.patience = connection, options, {}, 0, 10.0
        request = md.Request(subscribe=md.Subscribe(symbols=options.symbols, depth=DEPTHS[options.depth])).SerializeToString()
        connection.sendall(len(request).to_bytes(4, "big") + request)

    def read_exactly(self, count, deadline):
        data = b""
        while len(data) < count:
            self.connection.settimeout(max(deadline - time.monotonic(), 0.001) if deadline else None)
            piece = self.connection.recv(count - len(data))
            if not piece:
                raise SubscriberError("the server closed the connection without a Goodbye")
            data += piece
        return data

    def read_frame(self):
        deadline = time.monotonic() + self.patience if self.patience else None
        try:
            length = int.from_bytes(self.read_exactly(4, deadline), "big")
            if length > FRAME_BYTES_MAX:
                raise SubscriberError(f"a frame of {length} bytes, expected {FRAME_BYTES_MAX} at most: is this a market data port?")
            return md.Frame.FromString(self.read_exactly(length, deadline))
        except socket.timeout:
            raise SubscriberError(f"no frame for {self.patience * 1000:.0f} ms: the connection is dead") from None
        except DecodeError as error:
            raise SubscriberError(f"a frame that is no protobuf message: {error}") from None

    def take(self, frame):
        """False when this was the last frame, and all is as the user asked."""
        kind = frame.WhichOneof("body")
        body = getattr(frame, kind) if kind else None
        if self.options.json:
            print(json.dumps(MessageToDict(frame)))
        if kind == "welcome":
            if body.version != 1:
                raise SubscriberError(f"the server speaks version {body.version}, this program version 1")
            self.patience = 3 * body.heartbeat_ms / 1000
        elif kind == "instrument":
            self.books.setdefault((body.instrument_id, body.depth), Book(body, self.options.depth))
        elif kind in ("refused", "goodbye"):
            said = f"{kind}, {MessageToDict(body).get('reason')}: {body.text}"
            if kind == "refused" or body.reason != md.SHUTTING_DOWN or self.options.count:
                raise SubscriberError(said)
            print(said, file=sys.stderr)
            return False
        elif kind in ("snapshot", "increment", "conflated"):
            return self.take_market_data(kind, body)
        return True

    def take_market_data(self, kind, body):
        book = self.books.get((body.instrument_id, body.depth))
        if book is None:
            raise SubscriberError(f"a frame for instrument {body.instrument_id} at depth {body.depth}, which no Instrument named")
        if kind == "conflated":
            print(f"{book.name}: conflated after sequence {body.last_sequence}, time {body.count} on this connection: "
                  "this program reads too slowly, a snapshot follows", file=sys.stderr)
            return True
        (book.apply_snapshot if kind == "snapshot" else book.apply_increment)(body)
        if book.is_whole and not (self.options.json or self.options.quiet):
            book.print(body.trades)
        self.count += 1
        return self.count != self.options.count


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number from 1 on")
    return int(text)


def address(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no HOST:PORT, such as 127.0.0.1:9881")
    return host.strip("[]"), int(port)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", metavar="HOST:PORT", type=address)
    parser.add_argument("symbols", metavar="SYMBOL", nargs="+", help='"*" alone: all')
    parser.add_argument("--depth", choices=DEPTHS, default="levels")
    parser.add_argument("--count", type=positive, help="stop after so many frames of market data")
    parser.add_argument("--json", action="store_true", help="one line per frame")
    parser.add_argument("--quiet", action="store_true", help="print no books")
    return parser.parse_args()


def main():
    options = parse_arguments()
    try:
        with socket.create_connection(options.address, timeout=5) as connection:
            subscriber = Subscriber(connection, options)
            while subscriber.take(subscriber.read_frame()):
                pass
    except KeyboardInterrupt:
        return 0
    except SubscriberError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{options.address[0]}:{options.address[1]}: {error}; start the link with its market data port on, and give that host and port", file=sys.stderr)
        return 1
    if not options.json:
        print(f"{subscriber.count} frames of market data, all books right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
