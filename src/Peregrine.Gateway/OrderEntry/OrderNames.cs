using Microsoft.Extensions.Logging;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>The names under which clients entered orders together: ListID (66) of lists and CrossID (548) of crosses, which reports repeat.</summary>
/// <remarks>Thread: the link's; while it recovers, one of the replay. Allocates: for a new list or cross, while there is room for more.</remarks>
internal sealed class OrderNames : IDisposable
{
    /// <summary>Most lists of a session that are known.</summary>
    public const int ListsMax = 64;

    /// <summary>Most crosses of a session whose name is known.</summary>
    public const int CrossesMax = 1_024;

    /// <summary>Lists.</summary>
    public OrderGroups Lists { get; } = new(OrderList.OrdersMax, ListsMax, keepsWorking: true);

    /// <summary>Crosses.</summary>
    public OrderGroups Crosses { get; } = new(2, CrossesMax, keepsWorking: false);

    /// <summary>Goes on from the files of a folder, where there are any.</summary>
    public void Open(string folder, ILogger log)
    {
        Lists.Open(Path.Combine(folder, "lists.groups"), log);
        Crosses.Open(Path.Combine(folder, "crosses.groups"), log);
    }

    /// <inheritdoc cref="OrderGroups.Settle"/>
    public void Settle(Guid identity, TradingCore core)
    {
        Lists.Settle(identity, core);
        Crosses.Settle(identity, core);
    }

    /// <summary>A report is delivered.</summary>
    /// <returns>The list that its order is of; null for none.</returns>
    public OrderGroup? Told(in ReportView report)
    {
        _ = Crosses.Told(in report);
        return Lists.Told(in report);
    }

    /// <summary>Writes the names that a report's order has.</summary>
    /// <param name="fields">Those that the message may have.</param>
    public void Write(ref FixWriter writer, FixFieldSet fields, in ReportView report)
    {
        if (Lists.Of(in report) is { } list && fields.Has(Tag.ListId))
        {
            writer.Add(Tag.ListId, list.Name);
        }

        if (Crosses.Of(in report) is { } cross && fields.Has(Tag.CrossId))
        {
            writer.Add(Tag.CrossId, cross.Name);
        }
    }

    /// <summary>What its client calls the order of a list that a report is about.</summary>
    /// <returns>Empty when it is of no list.</returns>
    public ReadOnlySpan<byte> OrderOf(scoped in ReportView report) => Lists.OrderOf(in report);

    /// <inheritdoc/>
    public void Dispose()
    {
        Lists.Dispose();
        Crosses.Dispose();
    }
}
