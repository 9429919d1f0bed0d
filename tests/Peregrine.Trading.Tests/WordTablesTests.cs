using System.Reflection;
using Peregrine.Trading.Matching;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests;

/// <summary>Each enumeration's table ends where the enumeration does, and its rows stand at their numbers.</summary>
public class WordTablesTests
{
    private static readonly FieldInfo[] Lasts = [.. typeof(OrderTypes).Assembly.GetExportedTypes().Append(typeof(Peregrine.Primitives.Sides))
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public))
        .Where(field => field.Name == "Last" && field.FieldType.IsEnum)];

    [Fact]
    public void Last_OfEveryTable_IsTheEnumerationsLargestWithoutAGap()
    {
        Assert.True(Lasts.Length >= 11, $"{Lasts.Length} tables");
        foreach (FieldInfo last in Lasts)
        {
            int[] members = [.. Enum.GetValues(last.FieldType).Cast<object>().Select(Convert.ToInt32)];
            int first = members.Min();

            Assert.True(first is 0 or 1, $"{last.FieldType.Name} starts at {first}");
            Assert.Equal(Enumerable.Range(first, members.Length), members.Order());
            Assert.True(members.Max() == Convert.ToInt32(last.GetRawConstantValue()),
                $"{last.DeclaringType!.Name}.Last is not that of the enumeration");
        }
    }

    [Fact]
    public void OrderTypes_EachRow_StandsAtItsNumberWithAWordOfItsOwn()
    {
        OrderTypeRow[] rows = OrderTypes.All.ToArray();

        Assert.Equal(Enum.GetValues<OrderType>(), rows.Select(row => row.Type));
        Assert.Equal(rows.Length, rows.Select(row => row.Word).Where(word => word.Length > 0).Distinct().Count());
        Assert.All(rows, row => Assert.Equal(row, OrderTypes.Of(row.Type)));
        Assert.All(rows, row => Assert.Equal(0, row.Times & ~TimesInForce.All));
    }

    // What goes together by the words of docs/matching.md, section 1: a stop waits for a price that is named or trailed, a peg and a trail keep a
    // distance, and what has a price may show a part.
    [Fact]
    public void OrderTypes_Traits_FitTogether() => Assert.All(OrderTypes.All.ToArray(), row =>
    {
        bool Has(OrderTraits traits) => (row.Traits & traits) != 0;
        Assert.True(!Has(OrderTraits.NamedStop) || Has(OrderTraits.Stop), $"{row.Word}: a named stop price and no stop");
        Assert.Equal(Has(OrderTraits.Offset), Has(OrderTraits.Peg) || (Has(OrderTraits.Stop) && !Has(OrderTraits.NamedStop)));
        Assert.Equal(Has(OrderTraits.Display), Has(OrderTraits.Price | OrderTraits.Peg));
        Assert.Equal((row.Flags & OrderFlags.HasLimit) != 0, Has(OrderTraits.Peg));
        Assert.False(Has(OrderTraits.Market) && Has(OrderTraits.Price | OrderTraits.Peg | OrderTraits.Stop), $"{row.Word}: at any price, and at one");
        Assert.True(row.OffsetTicksMin == 0 || Has(OrderTraits.Offset), $"{row.Word}: a smallest distance and no distance");
    });

    [Theory]
    [InlineData(0)]
    [InlineData((int)OrderTypes.Last + 1)]
    [InlineData(255)]
    public void OrderTypes_OfANumberThatIsNone_HaveNothing(int number)
    {
        OrderType type = (OrderType)number;

        Assert.False(OrderTypes.IsKnown(type));
        Assert.Equal(default, OrderTypes.Of(type).Traits);
        Assert.False(OrderTypes.HasPrice(type, OrderFlagSets.All));
    }

    [Fact]
    public void TimesInForce_EachOne_IsInOneOfThreeSets()
    {
        foreach (TimeInForce time in Enum.GetValues<TimeInForce>())
        {
            ushort[] sets = [TimesInForce.Lasting, TimesInForce.AtOnce, TimesInForce.ForAuction];

            Assert.Single(sets, set => TimesInForce.IsOneOf(time, set));
            Assert.True(TimesInForce.IsKnown(time) && TimesInForce.IsOneOf(time, TimesInForce.All) && TimesInForce.Word(time).Length == 3);
        }

        Assert.Equal(TimesInForce.All, TimesInForce.Lasting | TimesInForce.AtOnce | TimesInForce.ForAuction);
        Assert.All([0, 9, 16, 17, 33, 255], number => Assert.False(TimesInForce.IsOneOf((TimeInForce)number, ushort.MaxValue - 1)));
    }

    [Fact]
    public void FlagSets_HoldEveryBit()
    {
        Assert.Equal((int)OrderFlagSets.All, Enum.GetValues<OrderFlags>().Sum(flag => (int)flag));
        Assert.Equal((int)ReplaceFieldSets.All, Enum.GetValues<ReplaceFields>().Sum(field => (int)field));
        Assert.Equal((int)MassCancelScopes.Everything, Enum.GetValues<MassCancelScope>().Sum(scope => (int)scope));
    }

    [Fact]
    public void RejectReasons_EachOne_HasItsName() =>
        Assert.All(Enum.GetValues<RejectReason>(), reason => Assert.Equal(reason.ToString(), RejectReasons.Name(reason)));
}
