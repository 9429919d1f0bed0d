using System.Diagnostics;
using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Primitives;

namespace Peregrine.Bench.Fix;

/// <summary>
/// A NewOrderSingle in memory, again and again: framed and indexed; that and held to FIX 4.4 whole; that and a typed view of it with every field
/// read. And an ExecutionReport written by a typed writer.
/// </summary>
/// <remarks>One thread. The stages take turns, so that whatever the machine does happens to each.</remarks>
internal sealed class MessageBench
{
    private const int MessageCount = 10_000;

    // The runtime optimises what it has seen often, a good while later.
    private const int WarmUps = 40;
    private const long NowNs = 1_769_860_800_123_456_789;

    private const string Body = "35=D|49=CLIENT01|56=PEREGRINE|34=178|52=20260131-12:00:00.123|11=ORD-20260131-000178|1=ACC-7|21=1|55=ACME|54=1|" +
        "38=1500|40=2|44=102.25|59=0|60=20260131-12:00:00.123|";

    /// <summary>The stages in the order in which they are reported.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["parse", "validate", "view", "encode"];

    private static readonly FixDictionary Dictionary = FixDictionaries.Fix44;

    private readonly byte[] _frame = Frame();
    private readonly FixIndex _index = new(Dictionary);
    private readonly FixValidator _validator = new(Dictionary);
    private readonly byte[] _target = new byte[1_024];
    private int _encodedBytes;

    /// <summary>Runs.</summary>
    /// <param name="stages">Which.</param>
    /// <param name="rounds">Rounds that are measured.</param>
    /// <param name="progress">Told now and then.</param>
    public IReadOnlyList<FixBenchResult> Run(IReadOnlyList<string> stages, int rounds, Action<string> progress)
    {
        BenchViews.RequireFits(Dictionary);
        List<double>[] ns = [.. stages.Select(_ => new List<double>())];
        LatencyHistogram[] single = [.. stages.Select(_ => new LatencyHistogram())];
        long[] allocated = new long[stages.Count];
        for (int round = -WarmUps; round < rounds; round++)
        {
            progress(round < 0 ? "messages: warm-up" : $"messages: round {round + 1} of {rounds}");
            for (int stage = 0; stage < stages.Count; stage++)
            {
                long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                int right = Play(stages[stage], null);
                long ticks = Stopwatch.GetTimestamp() - start;
                long bytes = GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
                Check.That(right == MessageCount, "the messages of the bench are right");
                if (round >= 0)
                {
                    ns[stage].Add(ticks * 1e9 / Stopwatch.Frequency / MessageCount);
                    allocated[stage] = Math.Max(allocated[stage], bytes);
                    _ = Play(stages[stage], single[stage]);
                }
            }
        }

        return [.. stages.Select((name, stage) => new FixBenchResult(name, MessageCount, name == "encode" ? _encodedBytes : _frame.Length, ns[stage],
            single[stage], allocated[stage]))];
    }

    private int Play(string stage, LatencyHistogram? singles)
    {
        int right = 0;
        for (int message = 0; message < MessageCount; message++)
        {
            long start = singles is null ? 0 : Stopwatch.GetTimestamp();
            right += stage switch
            {
                "parse" => IsParsed() ? 1 : 0,
                "validate" => IsParsed() && IsValid(new FixMessage(_frame, _index)) ? 1 : 0,
                "view" => IsParsed() && IsValid(new FixMessage(_frame, _index)) && Read(new FixMessage(_frame, _index)) > 0 ? 1 : 0,
                _ => Encode(message) == FixWriteStatus.Ok ? 1 : 0,
            };
            singles?.Record((Stopwatch.GetTimestamp() - start) * 1_000_000_000 / Stopwatch.Frequency);
        }

        return right;
    }

    private bool IsParsed() => FixFramer.TryFrame(_frame, 8_192, out int bytes) == FrameStatus.Ok && _index.TryParse(_frame.AsSpan(0, bytes));

    private bool IsValid(in FixMessage message) => Dictionary.MessageOf(message.MsgType) is { } type
        && _validator.Validate(message, type, out _) == FixFault.None;

    private static long Read(in FixMessage message)
    {
        if (BenchViews.NewOrderSingleView.Read(message, out BenchViews.NewOrderSingleView order) != FixViewStatus.Ok)
        {
            return 0;
        }

        return order.SenderCompID.Length + order.TargetCompID.Length + order.MsgSeqNum + order.SendingTime + order.ClOrdID.Length
            + order.Account.Length + (byte)order.HandlInst + order.Symbol.Length + (byte)order.Side + order.OrderQty.Mantissa + (byte)order.OrdType
            + order.Price.Mantissa + (byte)order.TimeInForce + order.TransactTime;
    }

    private FixWriteStatus Encode(int number)
    {
        BenchViews.ExecutionReportWriter report = new(_target);
        report.SenderCompID("PEREGRINE"u8);
        report.TargetCompID("CLIENT01"u8);
        report.MsgSeqNum(178 + number);
        report.SendingTime(NowNs);
        report.OrderID("1769860800001"u8);
        report.ClOrdID("ORD-20260131-000178"u8);
        report.ExecID("1769860800001-2"u8);
        report.ExecType(BenchViews.ExecType.Trade);
        report.OrdStatus(BenchViews.OrdStatus.PartiallyFilled);
        report.Account("ACC-7"u8);
        report.Symbol("ACME"u8);
        report.Side(BenchViews.Side.Buy);
        report.OrderQty(new FixDecimal(1_500, 0));
        report.LastQty(new FixDecimal(500, 0));
        report.LastPx(new FixDecimal(10_225, 2));
        report.LeavesQty(new FixDecimal(1_000, 0));
        report.CumQty(new FixDecimal(500, 0));
        report.AvgPx(new FixDecimal(10_225, 2));
        report.TransactTime(NowNs);
        return report.End(out _encodedBytes, out _);
    }

    private static byte[] Frame()
    {
        byte[] front = Encoding.ASCII.GetBytes($"8=FIX.4.4|9={Body.Length}|{Body}".Replace('|', '\u0001'));
        return [.. front, .. Encoding.ASCII.GetBytes($"10={FixFramer.CheckSum(front):000}\u0001")];
    }
}
