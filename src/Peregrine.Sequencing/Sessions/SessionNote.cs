using System.Buffers.Binary;

namespace Peregrine.Sequencing.Sessions;

/// <summary>What a note in the journal says of a session. 0 is none.</summary>
public enum SessionNoteKind : byte
{
    /// <summary>A number went to a message that is no report.</summary>
    Spent = 1,

    /// <summary>The numbers go on from here: after a reset, or where nothing was known before.</summary>
    GoesOn = 2,

    /// <summary>The journal lost its end: what went out behind the reports that it makes, up to this number, is void.</summary>
    Void = 3,

    /// <summary>Which number was which report is not certain: the client has to begin with new numbers.</summary>
    Unsure = 4,

    /// <summary>The client was told of what was lost.</summary>
    NewsTold = 5,
}

/// <summary>
/// What the journal is told of a session's numbers, so that they can be made again without the session's store: reports follow from the commands,
/// everything else that takes a number is noted. Layout: docs/wire/link-journal.md.
/// </summary>
/// <param name="SessionId">The session's number.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Resets">How often the numbers were set back to 1.</param>
/// <param name="Number">For <see cref="SessionNoteKind.Spent"/> the number; for <see cref="SessionNoteKind.GoesOn"/> the next one; for
/// <see cref="SessionNoteKind.Void"/> the last.</param>
/// <param name="Mark">Reports told before it.</param>
/// <param name="NextIncoming">The number that the client's next message must have.</param>
/// <param name="SentMark">Reports that were given to a connection.</param>
public readonly record struct SessionNote(int SessionId, SessionNoteKind Kind, int Resets, long Number, long Mark, long NextIncoming, long SentMark)
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 48;

    /// <summary>Writes it.</summary>
    public void Encode(Span<byte> target)
    {
        target[..Bytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target, SessionId);
        target[4] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], Resets);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], Mark);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], NextIncoming);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], SentMark);
    }

    /// <summary>Reads it.</summary>
    /// <returns>False when it is none that this version writes.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> source, out SessionNote note)
    {
        note = default;
        if (source.Length != Bytes)
        {
            return false;
        }

        note = new SessionNote(
            BinaryPrimitives.ReadInt32LittleEndian(source), (SessionNoteKind)source[4], BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]), BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]), BinaryPrimitives.ReadInt64LittleEndian(source[40..]));
        return note is { SessionId: >= 0, Kind: >= SessionNoteKind.Spent and <= SessionNoteKind.NewsTold, Resets: >= 0, Number: >= 1, Mark: >= 0,
            NextIncoming: >= 1, SentMark: >= 0 }
            && note.SentMark <= note.Mark;
    }
}
