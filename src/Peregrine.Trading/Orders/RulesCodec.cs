using System.Buffers.Binary;
using System.Text;
using Peregrine.Trading.Instruments;

namespace Peregrine.Trading.Orders;

/// <summary>
/// Rules as canonical bytes: equal rules have equal bytes and the reverse. Layout: docs/wire/command-v2.md. Decoding gives only rules that
/// <see cref="RulesValidation"/> finds good.
/// </summary>
/// <remarks>Thread: any. Allocates: yes; not for the hot path.</remarks>
public static partial class RulesCodec
{
    /// <summary>First byte of every encoding.</summary>
    public const byte Version = 2;

    /// <summary>Bytes of a currency.</summary>
    public const int CurrencyBytes = 3;

    private const int HeaderBytes = 12;
    private const int AccountBytes = 32;

    /// <summary>Encodes good rules.</summary>
    /// <exception cref="ArgumentException">The rules are not good; all faults at once.</exception>
    public static byte[] Encode(TradingRules rules)
    {
        List<string> faults = RulesValidation.Validate(null, rules);
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(rules));
        }

        int total = HeaderBytes + rules.Instruments.Sum(BytesOf) + rules.Accounts.Sum(a => AccountBytes + a.Name.Length);
        byte[] bytes = new byte[total];
        bytes[0] = Version;
        bytes[1] = (byte)rules.Behaviour;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), rules.Instruments.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), rules.Accounts.Count);
        Span<byte> rest = bytes.AsSpan(HeaderBytes);
        foreach (Instrument instrument in rules.Instruments)
        {
            rest = Write(rest, instrument);
        }

        foreach (Account account in rules.Accounts)
        {
            rest = Write(rest, account);
        }

        return bytes;
    }

    /// <summary>Decodes rules from exactly their bytes.</summary>
    /// <returns>Ok; otherwise why not, and null.</returns>
    public static CodecStatus TryDecode(ReadOnlySpan<byte> source, out TradingRules? rules)
    {
        rules = null;
        if (source.IsEmpty)
        {
            return CodecStatus.WrongLength;
        }

        if (source[0] != Version)
        {
            return CodecStatus.UnknownVersion;
        }

        if (source.Length < HeaderBytes)
        {
            return CodecStatus.WrongLength;
        }

        int instrumentCount = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        int accountCount = BinaryPrimitives.ReadInt32LittleEndian(source[8..]);
        if (source[1] > (byte)CoreBehaviours.Last || source[2..4].ContainsAnyExcept((byte)0) || !IsCount(instrumentCount) || !IsCount(accountCount))
        {
            return CodecStatus.BadValue;
        }

        // Lists grow with what is really there, so a count that lies costs nothing.
        ReadOnlySpan<byte> rest = source[HeaderBytes..];
        CodecStatus status = ReadInstruments(ref rest, instrumentCount, out List<Instrument> instruments);
        List<Account> accounts = [];
        status = status == CodecStatus.Ok ? ReadAccounts(ref rest, accountCount, accounts) : status;
        if (status != CodecStatus.Ok)
        {
            return status;
        }

        if (!rest.IsEmpty)
        {
            return CodecStatus.WrongLength;
        }

        TradingRules decoded = new(instruments.ToArray(), accounts.ToArray()) { Behaviour = (CoreBehaviour)source[1] };
        if (RulesValidation.Validate(null, decoded).Count > 0)
        {
            return CodecStatus.BadValue;
        }

        rules = decoded;
        return CodecStatus.Ok;
    }

    private static bool IsCount(int count) => count is >= 0 and <= RulesValidation.CountMax;

    private static Span<byte> Write(Span<byte> target, Account account)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, account.Limits.MaxQuantityUnits);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], account.Limits.MaxNotionalUnits);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], account.Limits.CollarBasisPoints);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], account.FirmId);
        target[24] = (byte)account.Name.Length;
        int written = Encoding.ASCII.GetBytes(account.Name, target[AccountBytes..]);
        return target[(AccountBytes + written)..];
    }

    private static CodecStatus ReadAccounts(ref ReadOnlySpan<byte> rest, int count, List<Account> accounts)
    {
        for (int id = 0; id < count; id++)
        {
            if (rest.Length < AccountBytes || rest.Length < AccountBytes + rest[24])
            {
                return CodecStatus.WrongLength;
            }

            ReadOnlySpan<byte> name = rest.Slice(AccountBytes, rest[24]);
            if (rest[25..AccountBytes].ContainsAnyExcept((byte)0) || !Ascii.IsValid(name))
            {
                return CodecStatus.BadValue;
            }

            AccountLimits limits = new(
                BinaryPrimitives.ReadInt64LittleEndian(rest),
                BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(rest[16..]));
            accounts.Add(new Account(id, Encoding.ASCII.GetString(name), limits) { FirmId = BinaryPrimitives.ReadInt32LittleEndian(rest[20..]) });
            rest = rest[(AccountBytes + name.Length)..];
        }

        return CodecStatus.Ok;
    }
}
