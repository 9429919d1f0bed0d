using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

[FixMessages("FIX.5.0SP2", "X", "0")]
internal static partial class Fix50Sp2;

[FixMessages("FIX.4.1", "D", "8", "F", "A", "0", "3")]
internal static partial class Fix41;

/// <summary>Recorded messages read by typed views, held to a plain reading of the same text.</summary>
public class RecordedViewTests
{
    [Fact]
    public void Views_OfRecordedMarketData_ReadEveryEntry()
    {
        byte[] stream = File.ReadAllBytes(SharedData.Require("data/fix/fix.5.0.set.1"));
        FixIndex index = new(FixDictionaries.Fix50Sp2);
        long entries = 0;
        int heartbeats = 0;
        int messages = 0;
        for (int at = 0; at < stream.Length; messages++)
        {
            FixMessage message = Next(stream, index, ref at);
            if (message.MsgType.SequenceEqual("0"u8))
            {
                Assert.Equal(FixViewStatus.Ok, Fix50Sp2.HeartbeatView.Read(message, out Fix50Sp2.HeartbeatView heartbeat));
                Assert.True(heartbeat.SendingTime > 0 && !heartbeat.HasTestReqID);
                heartbeats++;
                continue;
            }

            FixViewStatus status = Fix50Sp2.MarketDataIncrementalRefreshView.Read(message, out Fix50Sp2.MarketDataIncrementalRefreshView view);
            Assert.True(status == FixViewStatus.Ok, $"message {messages}: {status}: {Wire.Text(message.Frame)}");
            entries += Entries(Wire.Text(message.Frame), view);
        }

        Assert.Equal((13_888, 2_523), (messages, heartbeats));
        Assert.True(entries > messages, $"{entries} entries");
    }

    [Fact]
    public void Views_OfARecordedSession_ReadEveryOrderAndReport()
    {
        // The file ends with a line feed behind the last message.
        byte[] stream = File.ReadAllBytes(SharedData.Require("data/fix/fix.4.1.set.1")).AsSpan().TrimEnd((byte)'\n').ToArray();
        FixIndex index = new(FixDictionaries.Fix41);
        List<string> seen = [];
        List<byte> again = [];
        for (int at = 0; at < stream.Length;)
        {
            FixMessage message = Next(stream, index, ref at);
            for (int place = 0; place < message.Count; place++)
            {
                again.AddRange([.. Wire.Bytes($"{message.Tags[place]}="), .. message.Value(place), 1]);
            }

            if (Fix41.NewOrderSingleView.Read(message, out Fix41.NewOrderSingleView order) == FixViewStatus.Ok)
            {
                seen.Add($"{Wire.Text(order.Symbol)} {(order.HasOrderQty ? order.OrderQty : default)}");
            }
            else if (Fix41.ExecutionReportView.Read(message, out Fix41.ExecutionReportView report) == FixViewStatus.Ok)
            {
                seen.Add($"{Wire.Text(report.OrderID)} {report.CumQty} {report.AvgPx} {report.LeavesQty}");
            }
        }

        Assert.Equal(8, seen.Count);
        Assert.Equal(["MSFT 10000", "1 0 0 0", "2 10000 12.3 0"], seen[..3]);
        Assert.True(stream.AsSpan().SequenceEqual(again.ToArray()), "no byte is lost");
    }

    private static FixMessage Next(byte[] stream, FixIndex index, ref int at)
    {
        Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(stream.AsSpan(at), 1 << 16, out int bytes));
        ReadOnlySpan<byte> frame = stream.AsSpan(at, bytes);
        Assert.True(index.TryParse(frame), $"no message at byte {at}");
        at += bytes;
        return new FixMessage(frame, index);
    }

    // The text cut at each field that begins an entry.
    private static int Entries(string text, Fix50Sp2.MarketDataIncrementalRefreshView view)
    {
        string[] entries = text.Split("|279=")[1..];
        Assert.Equal(entries.Length, view.MDEntries.Count);
        int read = 0;
        foreach (var entry in view.MDEntries)
        {
            Dictionary<string, string> fields = [];
            foreach (string field in ("279=" + entries[read++]).Split('|').Where(field => field.Length > 0))
            {
                _ = fields.TryAdd(field.Split('=')[0], field.Split('=')[1]);
            }

            Assert.Equal(fields["279"][0], (char)entry.MDUpdateAction);
            Assert.Equal(fields.ContainsKey("270"), entry.HasMDEntryPx);
            Assert.Equal(fields.ContainsKey("271"), entry.HasMDEntrySize);
            Assert.Equal(fields.GetValueOrDefault("55", ""), Wire.Text(entry.Symbol));
            if (entry.HasMDEntryPx)
            {
                Assert.Equal(decimal.Parse(fields["270"], System.Globalization.CultureInfo.InvariantCulture), entry.MDEntryPx.ToDecimal());
            }
        }

        Assert.Equal(entries.Length, read);
        return read;
    }
}
