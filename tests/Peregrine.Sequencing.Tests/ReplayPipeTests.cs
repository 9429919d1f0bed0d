using System.Buffers.Binary;
using Peregrine.Journal;
using Peregrine.Primitives;
using Peregrine.Sequencing.Recovery;
using Peregrine.Testing;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing.Tests;

/// <summary>A replay on two threads is the replay on one.</summary>
public class ReplayPipeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(20_000)]
    public void Replay_OfAnyLength_IsThatOfOneThread(int commands)
    {
        Journal journal = Journal.Random(commands, seed: commands + 1);
        Reports expected = new();
        JournalReplay one = new(Journal.Bounds, expected);
        journal.Give(one);
        Reports told = new();
        JournalReplay two = new(Journal.Bounds, told);

        using (ReplayPipe pipe = new(two))
        {
            journal.Give(pipe);
            Assert.Equal((one.Core.StateHash, one.CommandCount, one.ProvenHashes, one.LastTimeNs),
                (two.Core.StateHash, two.CommandCount, two.ProvenHashes, two.LastTimeNs));
        }

        Assert.Equal((journal.CoreHash, commands), (two.Core.StateHash, two.CommandCount));
        Assert.Equal(expected.ExecIds, told.ExecIds);
        Assert.Equal(one.Rules.ToArray(), two.Rules.ToArray());
    }

    [Fact]
    public void SinkThatIsStuck_HoldsTheReaderAfterABoundedNumberOfCommands()
    {
        const int OnTheirWayMax = 512 + 32;
        Journal journal = Journal.Random(5_000, seed: 5, changesRules: false);
        using ManualResetEventSlim gate = new();
        Reports told = new() { Gate = gate };
        JournalReplay replay = new(Journal.Bounds, told);
        using ReplayPipe pipe = new(replay);

        (int given, Exception? failure) = GiveUntilStuck(journal, pipe, gate);

        Assert.InRange(given, 512, OnTheirWayMax + (OnTheirWayMax / 8));
        Assert.Null(failure);
        Assert.Equal(journal.CoreHash, replay.Core.StateHash);
    }

    [Fact]
    public void SinkThatFails_WhileTheReaderWaits_WakesIt()
    {
        Journal journal = Journal.Random(5_000, seed: 6, changesRules: false);
        using ManualResetEventSlim gate = new();
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports { Gate = gate, ThrowAt = 1 }));

        (_, Exception? failure) = GiveUntilStuck(journal, pipe, gate);

        Assert.Equal("no room", Assert.IsType<IOException>(failure).Message);
    }

    [Fact]
    public void RecordsInParts_EachCarriedOut_FindTheThreadAgain()
    {
        Journal journal = Journal.Random(400, seed: 6);
        JournalReplay replay = new(Journal.Bounds, new Reports());
        using ReplayPipe pipe = new(replay);

        for (int part = 0; part < 8; part++)
        {
            journal.Give(pipe, first: part * 50, count: part < 7 ? 50 : int.MaxValue);
            long before = replay.CommandCount;
            Assert.InRange(before, part * 40, (part + 1) * 60);
        }

        Assert.Equal(journal.CoreHash, replay.Core.StateHash);
    }

    [Fact]
    public void Replay_Warm_AllocatesNothing()
    {
        Journal journal = Journal.Random(12_000, seed: 12, changesRules: false);
        Reports told = new() { IsSilent = true };
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, told));
        journal.Give(pipe, count: 2_000);
        long before = told.AllocatedBytes;

        Allocation.AssertNone(() => journal.GiveNext(pipe, 1_500));

        Assert.InRange(told.AllocatedBytes - before, 0, 1_500);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(3_000)]
    public void StateHash_OtherThanTheReplays_IsToldAtTheEndAtTheLatest(int commands)
    {
        Journal journal = Journal.Random(commands, seed: 7);
        journal.FalsifyLastHash();
        JournalReplay replay = new(Journal.Bounds, new Reports());

        using ReplayPipe pipe = new(replay);
        ReplayException fault = Assert.Throws<ReplayException>(() => journal.Give(pipe));

        Assert.Contains($"differs from the first run at command {commands}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StateHash_FalseFarBeforeTheEnd_LetsNothingBehindItHappen()
    {
        Journal journal = Journal.Random(50, seed: 8);
        journal.FalsifyLastHash();
        journal.Append(Journal.Random(3_000, seed: 8), skip: 50);
        Reports told = new();
        JournalReplay replay = new(Journal.Bounds, told);

        using ReplayPipe pipe = new(replay);
        _ = Assert.Throws<ReplayException>(() => journal.Give(pipe));

        Assert.Equal(50, replay.CommandCount);
        Assert.True(told.LastSequence <= 50, $"a report of command {told.LastSequence} came");
    }

    [Fact]
    public void SinkThatThrows_IsHeardByTheReader()
    {
        Journal journal = Journal.Random(2_000, seed: 9);
        JournalReplay replay = new(Journal.Bounds, new Reports { ThrowAt = 700 });

        using ReplayPipe pipe = new(replay);
        IOException fault = Assert.Throws<IOException>(() => journal.Give(pipe));

        Assert.Equal("no room", fault.Message);
    }

    [Fact]
    public void StateHash_FalseBeforeACommandThatDoesNotDecode_IsToldFirst()
    {
        Journal journal = Journal.Random(50, seed: 8);
        journal.FalsifyLastHash();
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports()));
        journal.Give(pipe, isEnded: false);

        ReplayException fault = Assert.Throws<ReplayException>(() => pipe.OnRecord(new JournalRecord(51, 51, JournalRecordType.Command), [9, 9]));

        Assert.Contains("differs from the first run at command 50", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StateHash_FalseBeforeRules_IsToldThere()
    {
        Journal journal = Journal.Random(50, seed: 8);
        journal.FalsifyLastHash();
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports()));
        journal.Give(pipe, isEnded: false);

        ReplayException fault = Assert.Throws<ReplayException>(() => pipe.OnRecord(new JournalRecord(50, 50, JournalRecordType.Rules), [1, 2, 3]));

        Assert.Contains("differs from the first run at command 50", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_ThatDoNotDecode_AreRefused()
    {
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports()));

        ReplayException fault = Assert.Throws<ReplayException>(() => pipe.OnRecord(new JournalRecord(0, 1, JournalRecordType.Rules), [1, 2, 3]));

        Assert.Contains("do not decode", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_ThatDoesNotDecode_IsRefusedWithItsNumber()
    {
        JournalReplay replay = new(Journal.Bounds, new Reports());
        using ReplayPipe pipe = new(replay);

        ReplayException fault = Assert.Throws<ReplayException>(() => pipe.OnRecord(new JournalRecord(1, 1, JournalRecordType.Command), [9, 9]));

        Assert.Contains("journal command 1 does not decode", fault.Message, StringComparison.Ordinal);
        pipe.OnEnd();
    }

    [Fact]
    public void Command_OutOfOrder_IsRefused()
    {
        Journal journal = Journal.Random(5, seed: 10);
        journal.Append(Journal.Random(10, seed: 10), skip: 7);
        using ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports()));

        ReplayException fault = Assert.Throws<ReplayException>(() => journal.Give(pipe));

        Assert.Contains("journal command 8 comes after 5", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_BeforeTheEnd_EndsTheThreadWithinOneHandover()
    {
        Journal journal = Journal.Random(400, seed: 11, changesRules: false);
        using ManualResetEventSlim gate = new();
        Reports told = new() { Gate = gate };
        JournalReplay replay = new(Journal.Bounds, told);
        ReplayPipe pipe = new(replay);
        journal.Give(pipe, isEnded: false);

        RunUntilStuck(pipe.Dispose, gate.Set);

        Assert.InRange(replay.CommandCount, 1, 40);
        pipe.Dispose();
    }

    [Fact]
    public void Dispose_WithoutARecord_DoesNothing()
    {
        ReplayPipe pipe = new(new JournalReplay(Journal.Bounds, new Reports()));

        pipe.OnEnd();
        pipe.Dispose();
        pipe.Dispose();
    }

    // How many records the reader had given when it slept, and what came of it once the sink could go on.
    private static (int Given, Exception? Failure) GiveUntilStuck(Journal journal, ReplayPipe pipe, ManualResetEventSlim gate)
    {
        int given = 0;
        Exception? failure = null;
        RunUntilStuck(() => failure = Record.Exception(() => journal.Give(pipe)), () =>
        {
            given = journal.Given;
            gate.Set();
        });
        return (given, failure);
    }

    private static void RunUntilStuck(Action work, Action free)
    {
        Thread thread = new(() => work());
        thread.Start();
        bool isAsleep = SpinWait.SpinUntil(() => (thread.ThreadState & ThreadState.WaitSleepJoin) != 0, 30_000);
        free();
        thread.Join();
        Assert.True(isAsleep, "the thread sleeps");
    }

    /// <summary>The records of a run, in memory.</summary>
    private sealed class Journal
    {
        private readonly List<(JournalRecord Header, byte[] Payload)> _records = [];

        public static CoreOptions Bounds { get; } = new() { OrdersMax = 64, ClosedOrdersMax = 128, ClientOrderIdsMax = 256 };

        public ulong CoreHash { get; private set; }

        /// <summary>Records that a visitor took.</summary>
        public int Given { get; private set; }

        // New orders, cancels and replaces in batches of any size, rules that change now and then.
        public static Journal Random(int commands, int seed, bool changesRules = true)
        {
            Random random = new(seed);
            Journal journal = new();
            TradingCore core = new(Bounds);
            ReportBuffer reports = new();
            byte[] payload = new byte[CommandCodec.BytesMax];
            journal.PutRules(core, limit: 0);
            for (int number = 1; number <= commands; number++)
            {
                OrderCommand command = Next(random, number);
                int bytes = CommandCodec.Encode(in command, payload);
                journal.Put(number, JournalRecordType.Command, payload[..bytes]);
                core.Execute(in command, reports);
                reports.Clear();
                if (number == commands || random.Next(40) == 0)
                {
                    journal.PutHash(core);
                    if (random.Next(20) == 0 && changesRules)
                    {
                        journal.PutRules(core, limit: random.Next(10, 1_000));
                    }
                }
            }

            journal.CoreHash = core.StateHash;
            return journal;
        }

        public void FalsifyLastHash() => _records.FindLast(record => record.Header.Type == JournalRecordType.StateHash).Payload[0] ^= 1;

        public void Append(Journal other, int skip) => _records.AddRange(other._records.Where(record => record.Header.Sequence > skip));

        public void Give(IJournalVisitor visitor, int first = 0, int count = int.MaxValue, bool isEnded = true)
        {
            foreach ((JournalRecord header, byte[] payload) in _records.Skip(first).Take(count))
            {
                visitor.OnRecord(in header, payload);
                Given++;
            }

            if (isEnded)
            {
                visitor.OnEnd();
            }
        }

        public void GiveNext(IJournalVisitor visitor, int count)
        {
            for (int end = Given + count; Given < end; Given++)
            {
                visitor.OnRecord(_records[Given].Header, _records[Given].Payload);
            }

            visitor.OnEnd();
        }

        private void Put(long sequence, byte type, byte[] payload) => _records.Add((new JournalRecord(sequence, sequence, type), payload));

        private void PutRules(TradingCore core, int limit)
        {
            core.Configure(SmallRules.Rules(maxQuantity: limit));
            Put(core.LastSequence, JournalRecordType.Rules, RulesCodec.Encode(core.Rules!));
        }

        private void PutHash(TradingCore core)
        {
            byte[] hash = new byte[Sequencer.StateHashBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(hash, core.StateHash);
            BinaryPrimitives.WriteInt64LittleEndian(hash.AsSpan(8), core.LastExecId);
            Put(core.LastSequence, JournalRecordType.StateHash, hash);
        }

        private static OrderCommand Next(Random random, int number)
        {
            int old = random.Next(Math.Max(1, number - 80), number + 1);
            CommandType type = random.Next(4) switch { 0 => CommandType.Cancel, 1 => CommandType.Replace, _ => CommandType.New };
            bool byName = random.Next(2) == 0;
            return new OrderCommand
            {
                Sequence = number,
                TimeNs = number,
                Type = type,
                OrderId = type == CommandType.New ? (ulong)number : byName ? 0UL : (ulong)old,
                SessionId = 1,
                AccountId = random.Next(2),
                Side = random.Next(2) == 0 ? Side.Buy : Side.Sell,
                OrderType = OrderType.Limit,
                TimeInForce = TimeInForce.Day,
                Fields = type == CommandType.Replace ? ReplaceFields.Price | ReplaceFields.Leaves : 0,
                Price = new Price(random.Next(9_990, 10_011)),
                Quantity = new Quantity(random.Next(1, 50)),
                ClientOrderId = ClientOrderId.From($"{number}"),
                OriginalClientOrderId = type != CommandType.New && byName ? ClientOrderId.From($"{old}") : default,
            };
        }
    }

    private sealed class Reports : IReportSink
    {
        public List<long> ExecIds { get; } = [];

        public long LastSequence { get; private set; }

        /// <summary>By the thread that delivers, in all its life.</summary>
        public long AllocatedBytes { get; private set; }

        public bool IsSilent { get; init; }

        /// <summary>Nothing goes on before it is set.</summary>
        public ManualResetEventSlim? Gate { get; init; }

        public int ThrowAt { get; init; } = int.MaxValue;

        public void Deliver(in ReportView report)
        {
            Gate?.Wait();
            LastSequence = report.Sequence;
            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread();
            if (!IsSilent)
            {
                ExecIds.Add(report.ExecId);
            }

            if (ExecIds.Count == ThrowAt)
            {
                throw new IOException("no room");
            }
        }
    }
}
