using System.Buffers.Binary;
using System.Text;
using Peregrine.Primitives;

namespace Peregrine.Fix.Net;

/// <summary>The page in front of the ring: whose the store is, and the numbers that no record of the ring has.</summary>
public sealed partial class FileSessionStore
{
    private const int HeaderBytes = 4096;
    private const ulong Magic = 0x3253_5346_4745_5250; // "PREGFSS2" read as bytes
    private const ulong MagicOfVersion1 = 0x3153_5346_4745_5250; // "PREGFSS1"
    private const int NextIncomingOfVersion1At = 16;
    private const int LastPositionAt = 24;
    private const int OwnerAt = 64;
    private const int OwnerBytes = 256;
    private const int NameBytesMax = 100;

    // Of the owner's block.
    private const int VersionAt = 240;
    private const int VersionBytesMax = 8;

    // A message a microsecond for a month; what is above was never counted.
    private const long NextIncomingMax = 1L << 41;

    // Two places that are written in turn: whatever moment a process dies at, one of them is whole.
    private const int SlotAt = 1024;
    private const int SlotStride = 1024;
    private const int SlotBytes = 32;

    // The same number twice.
    private const int SentMarkAt = 3072;
    private const int SentMarkStride = 256;

    // The same time twice.
    private const int BeganAt = 3584;
    private const int BeganStride = 256;

    private long _generation;
    private long _nextIncoming = 1;
    private long _sentMark;
    private long _beganNs;

    /// <summary>Which link the store belongs to; empty for one that no link has taken yet.</summary>
    public Guid Link { get; private set; }

    /// <summary>True when there was no store: it was made by this opening, or by one that came to nothing.</summary>
    public bool IsNew { get; private set; }

    /// <inheritdoc/>
    public long NextIncoming
    {
        get => _nextIncoming;
        set
        {
            _nextIncoming = value;
            WriteSlot();
        }
    }

    /// <summary>
    /// A number of the application's that was durable elsewhere when the store was last saved:
    /// whoever keeps that has lost something if it now ends before.
    /// It is saved with <see cref="NextIncoming"/>.
    /// </summary>
    public long ProvenSequence { get; set; }

    /// <inheritdoc/>
    public long SentMark
    {
        get => _sentMark;
        set
        {
            _sentMark = value;
            BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(SentMarkAt, 8), value);
            BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(SentMarkAt + SentMarkStride, 8), value);
        }
    }

    /// <inheritdoc/>
    public long BeganNs
    {
        get => _beganNs;
        set
        {
            _beganNs = value;
            BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(BeganAt, 8), value);
            BinaryPrimitives.WriteInt64LittleEndian(_memory.Slice(BeganAt + BeganStride, 8), value);
        }
    }

    /// <summary>What its owner said about the messages in it, up to 8 letters: which version of FIX they are of, say; empty where nothing was
    /// said, as in stores of before.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Says it.</summary>
    /// <param name="version">At most 8 ASCII letters; empty for nothing.</param>
    /// <param name="owner">Whose the store is, as when it was opened.</param>
    public void BeOfVersion(string version, SessionStoreOwner owner)
    {
        Check.That(version.Length <= VersionBytesMax && Ascii.IsValid(version), "the version of a session store has 8 ASCII letters at most");
        if (version != Version)
        {
            Version = version;
            WriteOwner(owner);
        }
    }

    /// <summary>Makes it a store of this link.</summary>
    public void Belong(Guid link, SessionStoreOwner owner)
    {
        if (Link != link)
        {
            Link = link;
            WriteOwner(owner);
        }
    }

    private void Load(SessionStoreOwner owner)
    {
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(_memory.Slice(0, 8));
        switch (magic)
        {
            case 0:
                IsNew = true;
                WriteOwner(owner);
                WriteSlot();
                WriteMagic();
                break;
            case MagicOfVersion1:
                CarryOver(owner);
                break;
            case Magic:
                LoadOwner(owner);
                LoadSlots();
                LoadRing();
                LoadSentMark();
                LoadBegan();
                IsNew = Link == Guid.Empty && _lastPosition < 0;
                break;
            default:
                throw new IOException(
                    $"{Path} is not a session store of this version: wrong magic at byte 0; start the version that wrote it, " +
                    $"or delete the file and let the client log on with ResetSeqNumFlag=Y");
        }
    }

    // The ring is the same. Until the magic is written it stays one of version 1.
    private void CarryOver(SessionStoreOwner owner)
    {
        _nextIncoming = BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(NextIncomingOfVersion1At, 8));
        if (_nextIncoming is < 1 or > NextIncomingMax)
        {
            throw new SessionStoreDamagedException(Path, $"the next number of the client is {_nextIncoming} at byte {NextIncomingOfVersion1At}");
        }

        LoadRing();
        Found = $"session store {Path} of version 1 is carried over to version 2{(Found.Length > 0 ? "; " + Found : "")}";
        WriteOwner(owner);
        WriteSlot();
        SentMark = Mark;
        WriteMagic();
    }

    private void WriteMagic()
    {
        // Whoever sees the magic sees what lies behind it.
        Thread.MemoryBarrier();
        BinaryPrimitives.WriteUInt64LittleEndian(_memory.Slice(0, 8), Magic);
    }

    // link 16 bytes, then of each name: hash u64, length u16, bytes; version 8 bytes; checksum u64 at the end
    private void WriteOwner(SessionStoreOwner owner)
    {
        Span<byte> block = _memory.Slice(OwnerAt, OwnerBytes);
        EncodeOwner(Link, owner, Version, block);
    }

    private static void EncodeOwner(Guid link, SessionStoreOwner owner, string version, Span<byte> block)
    {
        block.Clear();
        _ = link.TryWriteBytes(block);
        WriteName(owner.CompId, block[16..]);
        WriteName(owner.PeerCompId, block[(16 + 112)..]);
        _ = Encoding.ASCII.GetBytes(version, block.Slice(VersionAt, VersionBytesMax));
        StateHash hash = default;
        AddBytes(ref hash, block[..(OwnerBytes - 8)]);
        BinaryPrimitives.WriteUInt64LittleEndian(block[(OwnerBytes - 8)..], hash.Value);
    }

    private static void WriteName(string name, Span<byte> target)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        StateHash hash = default;
        AddBytes(ref hash, bytes);
        int kept = Math.Min(bytes.Length, NameBytesMax);
        BinaryPrimitives.WriteUInt64LittleEndian(target, hash.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)kept);
        bytes.AsSpan(0, kept).CopyTo(target[10..]);
    }

    private static string ReadName(ReadOnlySpan<byte> source) =>
        Encoding.UTF8.GetString(source.Slice(10, Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(source[8..]), (ushort)NameBytesMax)));

    private void LoadOwner(SessionStoreOwner owner)
    {
        Span<byte> block = _memory.Slice(OwnerAt, OwnerBytes);
        StateHash hash = default;
        AddBytes(ref hash, block[..(OwnerBytes - 8)]);
        if (BinaryPrimitives.ReadUInt64LittleEndian(block[(OwnerBytes - 8)..]) != hash.Value)
        {
            throw new SessionStoreDamagedException(Path, $"the checksum of its owner at byte {OwnerAt} is wrong");
        }

        Link = new Guid(block[..16]);
        Span<byte> wanted = stackalloc byte[OwnerBytes];
        Version = Encoding.ASCII.GetString(block.Slice(VersionAt, VersionBytesMax)).TrimEnd('\0');
        EncodeOwner(Link, owner, Version, wanted);
        if (!wanted.SequenceEqual(block))
        {
            throw new IOException(
                $"session store {Path} is that of {ReadName(block[16..])} with {ReadName(block[(16 + 112)..])}, expected {owner}: " +
                $"it was moved or swapped; give each file its name back, or restore it from a copy");
        }
    }

    private void WriteSlot()
    {
        _generation++;
        Span<byte> slot = _memory.Slice(SlotAt + ((_generation & 1) * SlotStride), SlotBytes);
        BinaryPrimitives.WriteInt64LittleEndian(slot, _generation);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], _nextIncoming);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], ProvenSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], SlotChecksum(slot));
    }

    private static ulong SlotChecksum(ReadOnlySpan<byte> slot)
    {
        StateHash hash = default;
        AddBytes(ref hash, slot[..24]);
        return hash.Value;
    }

    private void LoadSlots()
    {
        int bad = 0;
        for (int index = 0; index < 2; index++)
        {
            ReadOnlySpan<byte> slot = _memory.Slice(SlotAt + (index * SlotStride), SlotBytes);
            long generation = BinaryPrimitives.ReadInt64LittleEndian(slot);
            if (BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]) != SlotChecksum(slot) || generation < 1)
            {
                bad += slot.IndexOfAnyExcept((byte)0) >= 0 ? 1 : 0;
            }
            else if (generation > _generation)
            {
                _generation = generation;
                _nextIncoming = BinaryPrimitives.ReadInt64LittleEndian(slot[8..]);
                ProvenSequence = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
            }
        }

        if (_generation == 0 || _nextIncoming is < 1 or > NextIncomingMax || ProvenSequence < 0)
        {
            throw new SessionStoreDamagedException(Path,
                $"neither place of the client's next number, at bytes {SlotAt} and {SlotAt + SlotStride}, is whole");
        }

        if (bad > 0)
        {
            Found = $"session store {Path} has one whole place of two for the client's next number: {_nextIncoming} may be an older one";
        }
    }

    private void LoadSentMark()
    {
        long first = BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(SentMarkAt, 8));
        long second = BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(SentMarkAt + SentMarkStride, 8));

        // The smaller one: at worst something is told again after a reset, and never left out.
        _sentMark = Math.Max(0, Math.Min(Math.Min(first, second), Mark));
        if (first != second)
        {
            Found = Found.Length > 0 ? Found
                : $"session store {Path} says {first} and {second} for how far its reports were sent; {_sentMark} is taken";
        }
    }

    // The earlier one: at worst numbers that were just set back are set back once more, before anybody has one of them.
    private void LoadBegan() => _beganNs = Math.Max(0, Math.Min(
        BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(BeganAt, 8)),
        BinaryPrimitives.ReadInt64LittleEndian(_memory.Slice(BeganAt + BeganStride, 8))));
}
