using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Gateway.OrderEntry;

// Fields that would make another order of it than the one that is entered: they are refused, as an order that ignores them is not the client's.
internal sealed partial class OrderDecoder
{
    // The tag, its values that change nothing, and what it is.
    private static readonly Unsupported[] Fields =
    [
        new(152, "", "CashOrderQty", "give OrderQty (38)"),
        new(386, "0", "NoTradingSessions", "an order is for every session of its day; TimeInForce (59) 2, 5 and 7 name auctions"),
        new(388, "", "DiscretionInst", "leave it out"),
        new(389, "0", "DiscretionOffsetValue", "leave it out"),
        new(423, "2", "PriceType", "expected 2 (per unit), or leave it out"),
        new(516, "", "OrderPercent", "give OrderQty (38)"),
        new(835, "0", "PegMoveType", "expected 0 (floating), or leave it out"),
        new(837, "0", "PegLimitType", "expected 0 (or better), or leave it out"),
        new(840, "1", "PegScope", "expected 1 (local), or leave it out"),
        new(847, "", "TargetStrategy", "leave it out"),
        new(848, "", "TargetStrategyParameters", "leave it out"),
        new(849, "", "ParticipationRate", "leave it out"),
        new(854, "0", "QtyType", "expected 0 (units), or leave it out"),
        new(957, "0", "NoStrategyParameters", "leave it out"),
        new(1082, "", "SecondaryDisplayQty", "leave it out"),
        new(1083, "2", "DisplayWhen", "expected 2 (exhaust), or leave it out"),
        new(1084, "1", "DisplayMethod", "expected 1 (initial), or leave it out"),
        new(1085, "", "DisplayLowQty", "give DisplayQty (1138)"),
        new(1086, "", "DisplayHighQty", "give DisplayQty (1138)"),
        new(1087, "", "DisplayMinIncr", "leave it out"),
        new(1088, "", "RefreshQty", "an iceberg shows DisplayQty (1138) each time"),
        new(1089, "", "MatchIncrement", "leave it out"),
        new(1090, "", "MaxPriceLevels", "leave it out"),
        new(1092, "0", "PriceProtectionScope", "expected 0 (none), or leave it out"),
        new(1096, "", "PegSecurityID", "an order is pegged to the prices of its own security"),
        new(1098, "", "PegSymbol", "an order is pegged to the prices of its own security"),
        new(1100, "", "TriggerType", "a stop has OrdType (40) 3 or 4 and StopPx (99)"),
        new(1101, "", "TriggerAction", "a stop has OrdType (40) 3 or 4 and StopPx (99)"),
        new(1102, "", "TriggerPrice", "a stop has OrdType (40) 3 or 4 and StopPx (99)"),
        new(1629, "", "ExposureDuration", "give ExpireTime (126)"),
        new(1805, "", "AuctionInstruction", "TimeInForce (59) 2, 5 and 7 name auctions"),
        new(1822, "1", "MinQtyMethod", "expected 1 (once), or leave it out"),
        new(2362, "", "SelfMatchPreventionID", "it has the tag 7928 here"),
        new(2964, "", "SelfMatchPreventionInstruction", "it has the tag 8000 here"),
    ];

    private const int EffectiveTime = 168;

    private static readonly byte[] TooEarly = Encoding.ASCII.GetBytes(
        "EffectiveTime (168) is not supported: it is later than SendingTime (52), and an order works at once; send it then");

    private static readonly byte[] NoStop = Encoding.ASCII.GetBytes("StopPx (99) is not supported with this OrdType (40): expected 3 or 4");

    private static readonly byte[] NoOffset = Encoding.ASCII.GetBytes("PegOffsetValue (211) is not supported with this OrdType (40): expected P");

    private static readonly byte[] NoPeg = Encoding.ASCII.GetBytes("PegPriceType (1094) is not supported with this OrdType (40): expected P");

    private static readonly byte[] NoExpiry = Encoding.ASCII.GetBytes(
        "ExpireTime (126) and ExpireDate (432) are not supported with this TimeInForce (59): expected 6 (good till date)");

    private static readonly bool[] Watched = MakeWatched();

    private static ReadOnlySpan<byte> FindUnsupported(scoped in FixMessage message)
    {
        for (int place = 0; place < message.Count; place++)
        {
            int tag = message.Tags[place];
            if ((uint)tag < (uint)Watched.Length && Watched[tag])
            {
                ReadOnlySpan<byte> fault = Find(message, tag, message.Value(place));
                if (fault.Length > 0)
                {
                    return fault;
                }
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> Find(scoped in FixMessage message, int tag, scoped ReadOnlySpan<byte> value)
    {
        byte type = message.GetChar(Tag.OrdType);
        switch (tag)
        {
            case EffectiveTime:
                bool isLater = FixText.TryTimestamp(value, out long effectiveNs) && message.TryGet(Tag.SendingTime, out ReadOnlySpan<byte> text)
                    && FixText.TryTimestamp(text, out long sentNs) && effectiveNs > sentNs;
                return isLater ? TooEarly : default;
            case Tag.StopPx:
                return type is (byte)'3' or (byte)'4' ? default : NoStop;
            case Tag.PegOffsetValue:
                return type == (byte)'P' ? default : NoOffset;
            case Tag.PegPriceType:
                return type == (byte)'P' ? default : NoPeg;
            case Tag.ExpireTime or Tag.ExpireDate:
                return message.GetChar(Tag.TimeInForce) == (byte)'6' ? default : NoExpiry;
            default:
                foreach (Unsupported field in Fields)
                {
                    if (field.Number == tag)
                    {
                        return value.Length == 1 && field.Harmless.Contains(value[0]) ? default : field.Text;
                    }
                }

                return default;
        }
    }

    private static bool[] MakeWatched()
    {
        bool[] watched = new bool[3072];
        int[] conditional = [EffectiveTime, Tag.StopPx, Tag.PegOffsetValue, Tag.PegPriceType, Tag.ExpireTime, Tag.ExpireDate];
        foreach (int tag in Fields.Select(field => field.Number).Concat(conditional))
        {
            watched[tag] = true;
        }

        return watched;
    }

    private sealed class Unsupported(int number, string harmless, string name, string instead)
    {
        public int Number => number;

        public byte[] Harmless { get; } = Encoding.ASCII.GetBytes(harmless);

        public byte[] Text { get; } =
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} ({number}) is not supported: {instead}"));
    }
}
