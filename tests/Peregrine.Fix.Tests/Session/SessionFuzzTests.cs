using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>Random peers. What must hold: nothing throws, output is bounded, and our numbers have no hole.</summary>
public class SessionFuzzTests
{
    [Fact]
    public void RandomPeer_WithDamage_NeverBreaksTheSession()
    {
        int rounds = Testing.ProofSize.Of(400, 40_000);
        for (int seed = 0; seed < rounds; seed++)
        {
            try
            {
                Play(new Random(seed), steps: 60);
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}: {failure}");
            }
        }
    }

    private static void Play(Random random, int steps)
    {
        SessionBench bench = new(random.Next(4) == 0 ? new NullSessionStore() : new MemorySessionStore(64));
        long sequence = 1;
        long expectedLive = 1;
        for (int step = 0; step < steps; step++)
        {
            if (bench.Session.State == FixSessionState.Disconnected)
            {
                bench.Connect();
                sequence = bench.Session.NextIncoming;
                bench.Peer("A", sequence++, "98=0|108=30|");
                bench.Take();
                expectedLive = bench.Session.NextOutgoing;
            }

            bench.Room = random.Next(4) == 0 ? random.Next(3) : int.MaxValue;
            bench.PeerRaw(Frame(bench, random, ref sequence));
            bench.Session.OnWritable();
            bench.Wait(random.Next(100) / 10.0);
            bench.Room = int.MaxValue;
            bench.Session.OnWritable();
            Assert.True(bench.Sent.Count < 300, "one message cannot cause endless output");
            Assert.False(bench.Session.IsResending && bench.Session.State == FixSessionState.Disconnected, "a lost connection is not written to");
            CheckLive(bench, ref expectedLive);
        }
    }

    // Messages without PossDupFlag are new: each next number once, in order, but for what a resend's gap fill went over.
    private static void CheckLive(SessionBench bench, ref long expected)
    {
        foreach (string message in bench.Take())
        {
            string[] fields = message.Split('|');
            long number = long.Parse(fields.First(field => field.StartsWith("34=", StringComparison.Ordinal))[3..]);
            if (!fields.Contains("43=Y"))
            {
                Assert.True(number >= expected, $"{message} after {expected - 1}");
                expected = number + 1;
            }
        }
    }

    private static byte[] Frame(SessionBench bench, Random random, ref long sequence)
    {
        long number = random.Next(8) == 0 ? Math.Max(1, sequence + random.Next(-3, 6)) : sequence++;
        (string type, string body) = random.Next(9) switch
        {
            0 => ("0", ""),
            1 => ("1", "112=t|"),
            2 => ("2", $"7={random.Next(1, 40)}|16={random.Next(0, 40)}|"),
            3 => ("4", $"123={(random.Next(2) == 0 ? "Y" : "N")}|36={number + random.Next(-2, 5)}|"),
            4 => ("5", ""),
            5 => ("3", "45=1|"),
            6 => ("?", ""),
            _ => ("D", $"11=C{number}|55=ACME|54=1|38=100|40=2|44=10|60={bench.Now}|"),
        };
        string header = random.Next(6) == 0 ? $"43=Y|122={bench.Now}|" : "";
        byte[] frame = Wire.Message($"35={type}|34={number}|49=CLIENT|52={bench.Now}|56=BROKER|{header}{body}");
        return random.Next(5) == 0 ? Mutation.Reframe(Mutation.Of(frame, random)) : frame;
    }

    [Fact]
    public void Application_SeesEveryNumberOnce_WhateverIsLostAndRepeated()
    {
        int rounds = Testing.ProofSize.Of(200, 20_000);
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            SessionBench bench = new SessionBench().LogOn();
            const int Last = 40;
            int next = 2;
            for (int guard = 0; bench.Session.NextIncoming <= Last && guard < 5_000; guard++)
            {
                // A lost message, a repeated one, or the next; a request for a resend starts again from the gap.
                if (next <= Last && random.Next(4) > 0)
                {
                    bench.Order(next, $"C{next}");
                }

                next = Math.Min(next + 1, Last + 1);
                if (bench.Take().LastOrDefault(message => message.StartsWith("35=2", StringComparison.Ordinal)) is { } request)
                {
                    int from = int.Parse(request.Split('|').First(field => field.StartsWith("7=", StringComparison.Ordinal))[2..]);
                    for (int number = from; number < next; number++)
                    {
                        bench.Order(number, $"C{number}", $"43=Y|122={bench.Now}|");
                    }
                }
                else if (next > Last)
                {
                    // The peer's heartbeat behind the last order makes a loss at the end visible.
                    bench.Peer("0", Last + 1);
                    next = Last + 1;
                }
            }

            Assert.Equal(Enumerable.Range(2, Last - 1).Select(number => $"D {number} C{number}"), bench.Received.Take(Last - 1));
        }
    }

    // A header that is right and any bytes behind it: the number is used, and the peer hears of it, whatever they are.
    [Fact]
    public void FramedMessage_OfWhateverBytes_IsAnsweredAndUsesItsNumberUp()
    {
        string[] versions = ["FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"];
        string[] types = ["D", "D", "D", "0", "1", "2", "3", "8", "j", "AE", "*", "U1"];
        int rounds = Testing.ProofSize.Of(6_000, 10_000_000);
        for (int seed = 0; seed < rounds; seed++)
        {
            Random random = new(seed);
            string version = versions[random.Next(versions.Length)];
            SessionBench bench = new(options: new FixSessionOptions { CompId = "BROKER", PeerCompId = "CLIENT", BeginString = version,
                MessageTypes = ["D"] });
            bench.LogOn(more: version == "FIXT.1.1" ? "1137=9|" : "");
            string type = types[random.Next(types.Length)];
            byte[] body = Wire.Bytes("11=C1|21=1|453=2|448=A|447=D|452=1|448=B|55=ACME|54=1|38=100|40=2|44=10|95=3|96=a|b|112=x|7=1|16=0|");
            string damaged = Wire.Text(Mutation.Of(body, random));

            bench.Peer(type, 2, $"{damaged}|");

            string what = $"seed {seed}: {version} {type} {damaged}: {string.Join(' ', bench.Sent)}";
            Assert.True(bench.Session.Counters.Garbled == 0, $"not garbled, {what}");
            Assert.True(bench.Session.State != FixSessionState.LoggedOn || bench.Session.NextIncoming == 3, $"its number is used, {what}");
            Assert.True(bench.IsConnected || bench.Sent[^1].StartsWith("35=5|", StringComparison.Ordinal), $"an end has a word, {what}");
            Assert.True(bench.Sent.Count + bench.Received.Count > 0 || type is "0" or "3" or "j", $"it is answered, {what}");
        }
    }
}
