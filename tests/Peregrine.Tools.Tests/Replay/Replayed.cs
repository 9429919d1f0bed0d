using System.Text.Json;

namespace Peregrine.Tools.Tests.Replay;

/// <summary>The JSON summary of a replay, by path.</summary>
internal sealed class Replayed(JsonElement root)
{
    /// <summary>Replays with --json; the command must succeed.</summary>
    public static Replayed Run(string file, params string[] options) => Parse(CommandProcess.Run(["replay", file, "--json", .. options]));

    public static Replayed Parse(CommandResult result)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        return new Replayed(JsonDocument.Parse(result.Output).RootElement);
    }

    /// <summary>A number at a path such as "messages.byType.A".</summary>
    public long Number(string path) => At(path).GetInt64();

    public string Text(string path) => At(path).GetString()!;

    private JsonElement At(string path)
    {
        JsonElement at = root;
        foreach (string name in path.Split('.'))
        {
            at = at.GetProperty(name);
        }

        return at;
    }
}

/// <summary>The recorded files.</summary>
internal static class Recorded
{
    public const string Hour = "data/lobster/AAPL_2012-06-21_34200000_37800000_message_50.csv";
    public const string HourBest = "data/lobster/AAPL_hour1_L1_rowaligned_to_message_50.csv";
    public const string TenLevelMessages = "data/lobster/AAPL_msg10_head.csv";
    public const string TenLevelRows = "data/lobster/AAPL_ob10_head.csv";
    public const string Dbn = "data/dbn/orderbooks_mbo_2024-05-08.dbn.zst";
    public const string ItchSlice = "data/itch/lync_real_sample_slice.itch";
    public const string MoldCapture = "data/itch/Nasdaq.Itch50.Multiple.Packets.pcap";
}
