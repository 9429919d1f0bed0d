using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Peregrine.Journal;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.OrderEntry;

/// <summary>
/// The groups of one kind on disk: a place for each group, a place in it for each order, each with a checksum of its own and written over when it
/// changes. Layout: docs/wire/order-groups-v1.md. Made with the first group.
/// </summary>
/// <remarks>Thread: its owner's. Blocks: for a write into the page cache, one a report of an order of a group. Allocates: writes do not.</remarks>
internal sealed class OrderGroupFile(string path, int ordersMax, ILogger log) : IDisposable
{
    private const int FileHeaderBytes = 64;
    private const int HeaderBytes = 128;
    private const int OrderBytes = 128;
    private readonly byte[] _bytes = new byte[HeaderBytes + (ordersMax * OrderBytes)];
    private SafeFileHandle? _file;
    private bool _isTold;

    /// <summary>Which link's groups they are.</summary>
    public Guid Identity { get; set; }

    private static ReadOnlySpan<byte> Magic => "PGGROUP1"u8;

    /// <summary>Reads all groups; a place that cannot be read is a free one, and told.</summary>
    public void Load(List<OrderGroup> groups)
    {
        if (!File.Exists(path))
        {
            return;
        }

        Span<byte> head = stackalloc byte[FileHeaderBytes];
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        long length = RandomAccess.GetLength(_file);
        bool isOurs = RandomAccess.Read(_file, head, 0) == FileHeaderBytes && head.StartsWith(Magic)
            && BinaryPrimitives.ReadInt32LittleEndian(head[24..]) == ordersMax;
        if (!isOurs)
        {
            _file.Dispose();
            _file = null;
            File.Move(path, path + ".damaged", overwrite: true);
            Tell("it does not begin as one of this version: it is kept as .damaged");
            return;
        }

        Identity = new Guid(head[8..24]);
        int damaged = 0;
        for (long at = FileHeaderBytes; at < length; at += _bytes.Length)
        {
            _bytes.AsSpan().Clear();
            _ = RandomAccess.Read(_file, _bytes, at);
            OrderGroup group = new(groups.Count, ordersMax);
            groups.Add(group);
            damaged += TryRead(group) ? 0 : 1;
        }

        if (damaged > 0)
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"{damaged} of {groups.Count} groups are damaged"));
        }
    }

    /// <summary>Writes a group with all its orders.</summary>
    public void Write(OrderGroup group)
    {
        int bytes = HeaderBytes + (group.Count * OrderBytes);
        Span<byte> target = _bytes.AsSpan(0, bytes);
        target.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], group.SessionId);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], group.Total);
        target[12] = (byte)group.Name.Length;
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], group.Number);
        group.Name.CopyTo(target[24..]);
        Seal(target[..HeaderBytes]);
        for (int index = 0; index < group.Count; index++)
        {
            Encode(group, index, target.Slice(HeaderBytes + (index * OrderBytes), OrderBytes));
        }

        Write(target, PlaceOf(group));
    }

    /// <summary>Writes one order of a group.</summary>
    public void Write(OrderGroup group, int index)
    {
        Span<byte> target = _bytes.AsSpan(0, OrderBytes);
        Encode(group, index, target);
        Write(target, PlaceOf(group) + HeaderBytes + (index * OrderBytes));
    }

    /// <summary>Tells what is wrong with the file.</summary>
    public void Tell(string what) => log.GroupsFault(path, what);

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private long PlaceOf(OrderGroup group) => FileHeaderBytes + ((long)group.Place * _bytes.Length);

    private void Write(ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            _file ??= Create();
            RandomAccess.Write(_file, bytes, at);
        }
        catch (IOException failure)
        {
            // The orders go on, and so do their names while the link runs; what this place says now is found out by its checksum.
            if (!_isTold)
            {
                _isTold = true;
                Tell($"cannot be written: {failure.Message}");
            }
        }
    }

    private SafeFileHandle Create()
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        Span<byte> head = stackalloc byte[FileHeaderBytes];
        head.Clear();
        Magic.CopyTo(head);
        _ = Identity.TryWriteBytes(head[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[24..], ordersMax);
        RandomAccess.Write(file, head, 0);
        return file;
    }

    private bool TryRead(OrderGroup group)
    {
        ReadOnlySpan<byte> header = _bytes.AsSpan(0, HeaderBytes);
        if (!IsSealed(header) || header[12] > EchoedFields.LengthMax)
        {
            return false;
        }

        long number = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        group.Begin(number, BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt32LittleEndian(header[8..]),
            header.Slice(24, header[12]));

        // Behind its last order is nothing, or what the place held before.
        for (int index = 0; index < ordersMax; index++)
        {
            ReadOnlySpan<byte> order = _bytes.AsSpan(HeaderBytes + (index * OrderBytes), OrderBytes);
            if (BinaryPrimitives.ReadInt64LittleEndian(order[24..]) != number || number == 0)
            {
                break;
            }

            if (!IsSealed(order))
            {
                return false;
            }

            Decode(order, group);
        }

        return true;
    }

    private static void Encode(OrderGroup group, int index, Span<byte> target)
    {
        ref GroupedOrder order = ref group[index];
        target.Clear();
        target[4] = (byte)order.Status;
        target[5] = (byte)order.Reason;
        target[6] = (byte)order.ClientOrderId.Length;
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], order.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], order.OrderId);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], group.Number);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], order.InstrumentId);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], order.Quantity.Lots);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], order.Cumulative.Lots);
        BinaryPrimitives.WriteInt64LittleEndian(target[56..], order.Leaves.Lots);
        BinaryPrimitives.WriteInt128LittleEndian(target[64..], order.Notional);
        order.ClientOrderId.Span.CopyTo(target[80..]);
        Seal(target);
    }

    private static void Decode(ReadOnlySpan<byte> source, OrderGroup group)
    {
        _ = ClientOrderId.TryCreate(source.Slice(80, Math.Min((int)source[6], ClientOrderId.LengthMax)), out ClientOrderId id);
        _ = group.Add(new GroupedOrder
        {
            Status = (OrderStatus)source[4],
            Reason = (RejectReason)source[5],
            ClientOrderId = id,
            Sequence = BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            OrderId = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            InstrumentId = BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
            Quantity = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(source[40..])),
            Cumulative = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(source[48..])),
            Leaves = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(source[56..])),
            Notional = BinaryPrimitives.ReadInt128LittleEndian(source[64..]),
        });
    }

    // A place that was never written is whole.
    private static bool IsSealed(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Crc32C.Of(bytes[4..]) || !bytes.ContainsAnyExcept((byte)0);

    private static void Seal(Span<byte> bytes) => BinaryPrimitives.WriteUInt32LittleEndian(bytes, Crc32C.Of(bytes[4..]));
}
