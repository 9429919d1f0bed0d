using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Peregrine.Cli;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Bench.Core;

/// <summary>What a command of a stream does.</summary>
internal enum StreamCommandType : byte
{
    Add = 0,
    Cancel = 1,

    /// <summary>Another price, the same quantity.</summary>
    Move = 2,
}

/// <summary>One command, as it lies in the file: 24 bytes, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = OrderStream.RecordBytes)]
internal readonly struct StreamCommand
{
    public readonly StreamCommandType Type;
    public readonly byte IsBuy;
    public readonly byte IsImmediateOrCancel;
    private readonly byte _unused;
    public readonly uint Lots;
    public readonly ulong OrderId;
    public readonly long Ticks;

    public StreamCommand(StreamCommandType type, Side side, bool isImmediateOrCancel, uint lots, ulong orderId, long ticks)
    {
        Type = type;
        IsBuy = side == Side.Buy ? (byte)1 : (byte)0;
        IsImmediateOrCancel = isImmediateOrCancel ? (byte)1 : (byte)0;
        Lots = lots;
        OrderId = orderId;
        Ticks = ticks;
    }

    /// <summary>The new order of an <see cref="StreamCommandType.Add"/>, nobody's in particular.</summary>
    public MatchOrder ToOrder() => new()
    {
        OrderId = OrderId,
        Price = new Price(Ticks),
        Quantity = new Quantity(Lots),
        Account = -1,
        Side = Side,
        Type = OrderType.Limit,
        TimeInForce = IsImmediateOrCancel != 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.Day,
    };

    public Side Side => IsBuy != 0 ? Side.Buy : Side.Sell;
}

/// <summary>
/// A file of order commands for one instrument: u64 count, u64 prefill (commands before the measured part), then the commands. Little-endian.
/// </summary>
internal sealed class OrderStream
{
    public const int RecordBytes = 24;
    private const int HeaderBytes = 16;

    private OrderStream(string name, StreamCommand[] commands, int prefill, ulong orderIdMax)
    {
        Name = name;
        Commands = commands;
        Prefill = prefill;
        OrderIdMax = orderIdMax;
    }

    /// <summary>The shape that it was made by, or the file that it is from.</summary>
    public string Name { get; }

    /// <summary>All commands, those of the prefill first.</summary>
    public StreamCommand[] Commands { get; }

    /// <summary>How many come before the measured part.</summary>
    public int Prefill { get; }

    /// <summary>The greatest order id of any command; at most as many as there are commands, so that a table by id stays small.</summary>
    public ulong OrderIdMax { get; }

    /// <summary>Commands of the measured part.</summary>
    public int Measured => Commands.Length - Prefill;

    /// <summary>A stream of commands that are known to be good.</summary>
    public static OrderStream Of(string name, StreamCommand[] commands, int prefill) =>
        new(name, commands, prefill, commands.Max(command => command.OrderId));

    /// <summary>Writes it as a file.</summary>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public void Write(string path)
    {
        byte[] head = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)Commands.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(8), (ulong)Prefill);
        try
        {
            using FileStream file = File.Create(path);
            file.Write(head);
            file.Write(MemoryMarshal.AsBytes(Commands.AsSpan()));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be written: {exception.Message}");
        }
    }

    /// <summary>Reads a file, and checks what can be known without playing it.</summary>
    /// <exception cref="CommandException">It cannot be read or is no such file; says where.</exception>
    public static OrderStream Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {exception.Message}");
        }

        ulong count = bytes.Length >= HeaderBytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        ulong prefill = bytes.Length >= HeaderBytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)) : 0;
        if (bytes.Length < HeaderBytes || (bytes.Length - HeaderBytes) % RecordBytes != 0
            || count != (ulong)((bytes.Length - HeaderBytes) / RecordBytes))
        {
            throw new CommandException($"{path}: {bytes.Length} bytes, and a header that announces {count} commands; " +
                $"expected {HeaderBytes} bytes and {RecordBytes} for each command");
        }

        if (prefill >= count)
        {
            throw new CommandException($"{path}: {prefill} of {count} commands are before the measured part: nothing is left to measure");
        }

        StreamCommand[] commands = MemoryMarshal.Cast<byte, StreamCommand>(bytes.AsSpan(HeaderBytes)).ToArray();
        ulong orderIdMax = 0;
        for (int index = 0; index < commands.Length; index++)
        {
            ref readonly StreamCommand command = ref commands[index];
            if (command.Type > StreamCommandType.Move || command.OrderId == 0 || command.OrderId > count
                || (command.Type == StreamCommandType.Add && command.Lots == 0))
            {
                throw new CommandException($"{path}: command {index}: type {(byte)command.Type}, order {command.OrderId}, " +
                    $"quantity {command.Lots}; expected type 0 (add), 1 (cancel) or 2 (move), an order from 1 to {count}, " +
                    $"and a quantity above 0 for an add");
            }

            orderIdMax = Math.Max(orderIdMax, command.OrderId);
        }

        return new OrderStream(Path.GetFileName(path), commands, (int)prefill, orderIdMax);
    }
}
