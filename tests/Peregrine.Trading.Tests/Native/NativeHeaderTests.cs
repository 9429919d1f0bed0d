using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Peregrine.Samples;
using Peregrine.Trading.Matching;

namespace Peregrine.Trading.Tests.Native;

/// <summary>The header says what the structs and enumerations of C# say; the C compiler holds the header's own numbers to its structs.</summary>
public sealed partial class NativeHeaderTests
{
    private static readonly string Header = File.ReadAllText(Path.Combine(NativeBuild.Sources, "peregrine_engine.h"));

    private static readonly Dictionary<string, Type> Structs = new()
    {
        ["peregrine_request"] = typeof(EngineRequest),
        ["peregrine_report"] = typeof(MatchEvent),
        ["peregrine_tick_step"] = typeof(EngineTickStep),
        ["peregrine_instrument"] = typeof(EngineInstrument),
        ["peregrine_options"] = typeof(EngineOptions),
        ["peregrine_level"] = typeof(EngineLevel),
        ["peregrine_statistics"] = typeof(EngineStatistics),
    };

    [Fact]
    public void Structs_OfTheHeader_AreAsLargeAsThoseOfCSharp()
    {
        Dictionary<string, int> sizes = Size().Matches(Header)
            .ToDictionary(match => match.Groups[1].Value, match => int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));

        Assert.Equal(Structs.Keys.Order(), sizes.Keys.Order());
        Assert.All(sizes, size => Assert.Equal(size.Value, Marshal.SizeOf(Structs[size.Key])));
    }

    [Fact]
    public void Fields_OfTheHeader_LieWhereThoseOfCSharpLie()
    {
        (string Struct, string Field, int Offset)[] said = [.. Offset().Matches(Header).Select(match => (match.Groups[1].Value, match.Groups[2].Value,
            int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture)))];

        Assert.True(said.Length >= 9, $"{said.Length} offsets were found");
        Assert.All(said, field => Assert.Equal(field.Offset, (int)Marshal.OffsetOf(Structs[field.Struct], FieldOf(field.Struct, field.Field))));
    }

    // Each struct of the header, field by field: the order and the widths give every offset.
    [Fact]
    public void Fields_OfEveryStruct_FollowEachOtherAsInCSharp()
    {
        foreach ((string name, Type type) in Structs)
        {
            string body = Header.Split($"typedef struct {name} {{")[1].Split($"}} {name};")[0];
            int at = 0;
            bool isInUnion = false;
            foreach (string line in body.Split('\n').Select(line => line.Trim()))
            {
                isInUnion = line == "union {" || (isInUnion && line != "};");
                if (Field().Match(line) is { Success: true } field)
                {
                    int bytes = field.Groups[1].Value switch
                    {
                        "uint8_t" => 1,
                        "int32_t" or "uint32_t" => 4,
                        _ => 8,
                    };
                    Assert.Equal((name, field.Groups[2].Value, at), (name, field.Groups[2].Value, OffsetOf(type, name, field.Groups[2].Value)));
                    at += isInUnion && !IsLastOfUnion(body, field.Groups[2].Value) ? 0 : bytes;
                }
            }

            Assert.Equal(Marshal.SizeOf(type), at);
        }
    }

    [Fact]
    public void Request_ForANewOrder_LiesAsTheEnginesOwn()
    {
        string[] names = [.. typeof(MatchOrder).GetFields().Select(field => field.Name)];

        Assert.Equal(Marshal.SizeOf<MatchOrder>(), Marshal.SizeOf<EngineRequest>());
        Assert.All(names, name => Assert.Equal(Marshal.OffsetOf<MatchOrder>(name),
            Marshal.OffsetOf<EngineRequest>(name switch { "InstrumentId" => "Instrument", "Type" => "OrderType", _ => name })));
    }

    [Theory]
    [InlineData("PEREGRINE_", typeof(EngineStatus), "peregrine_status")]
    [InlineData("PEREGRINE_", typeof(Primitives.Side), "peregrine_side")]
    [InlineData("PEREGRINE_TYPE_", typeof(OrderType), "peregrine_order_type")]
    [InlineData("PEREGRINE_TIME_", typeof(TimeInForce), "peregrine_time_in_force")]
    [InlineData("PEREGRINE_ORDER_", typeof(OrderFlags), "peregrine_order_flags")]
    [InlineData("PEREGRINE_PEG_", typeof(PegReference), "peregrine_peg")]
    [InlineData("PEREGRINE_SELF_TRADE_", typeof(SelfTradePrevention), "peregrine_self_trade")]
    [InlineData("PEREGRINE_PHASE_", typeof(TradingPhase), "peregrine_phase")]
    [InlineData("PEREGRINE_REQUEST_", typeof(EngineRequestType), "peregrine_request_type")]
    [InlineData("PEREGRINE_REPLACE_", typeof(ReplaceFields), "peregrine_replace_fields")]
    [InlineData("PEREGRINE_REPORT_", typeof(MatchEventType), "peregrine_report_type")]
    [InlineData("PEREGRINE_REASON_", typeof(RejectReason), "peregrine_reason")]
    [InlineData("PEREGRINE_INSTRUMENT_", typeof(EngineInstrumentFlags), "peregrine_instrument_flags")]
    [InlineData("PEREGRINE_ENGINE_", typeof(EngineFlags), "peregrine_engine_flags")]
    public void Enumerations_OfTheHeader_AreThoseOfCSharp(string prefix, Type type, string name)
    {
        string body = Header.Split($"enum {name} {{")[1].Split('}')[0];
        string[] expected = [.. Enum.GetValuesAsUnderlyingType(type).Cast<object>()
            .Select(value => $"{prefix}{Upper(Enum.GetName(type, value)!)} = {value}")
            .Where(line => !line.EndsWith("_ALL = 63", StringComparison.Ordinal)
                && (line == "PEREGRINE_REASON_NONE = 0" || !line.EndsWith("_NONE = 0", StringComparison.Ordinal)))];

        Assert.Equal(expected.Order(), Constant().Matches(body).Select(match => match.Value).Order());
    }

    [Fact]
    public void Version_OfTheHeader_IsThatOfTheLibrary() =>
        Assert.Contains($"#define PEREGRINE_ENGINE_VERSION {Exports.Version}u\n", Header, StringComparison.Ordinal);

    private static bool IsLastOfUnion(string body, string field) =>
        Regex.IsMatch(body, $@"\b{field};[^\n]*\n\s*\}};");

    private static int OffsetOf(Type type, string name, string field) => type.GetProperty(FieldOf(name, field)) is { } property
        ? (int)Marshal.OffsetOf(type, property.Name switch { "OrderCount" => "RestingTag", _ => "RestingOrderId" })
        : (int)Marshal.OffsetOf(type, FieldOf(name, field));

    // The words of C# that are not those of the header.
    private static string FieldOf(string name, string field) => (name, field) switch
    {
        ("peregrine_report", "instrument") => "InstrumentId",
        (_, "time_ns") => "ExpireTimeNs",
        _ => string.Concat(field.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
    };

    private static string Upper(string name) => WordStart().Replace(name, "_$0").ToUpperInvariant();

    [GeneratedRegex(@"ASSERT\(sizeof\((peregrine_\w+)\) == (\d+), ""\1""")]
    private static partial Regex Size();

    [GeneratedRegex(@"ASSERT\(offsetof\((peregrine_\w+), (\w+)\) == (\d+)")]
    private static partial Regex Offset();

    [GeneratedRegex(@"^((?:const )?\w+) \*?(\w+);")]
    private static partial Regex Field();

    [GeneratedRegex(@"PEREGRINE_\w+ = \d+")]
    private static partial Regex Constant();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
