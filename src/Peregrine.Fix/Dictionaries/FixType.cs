namespace Peregrine.Fix.Dictionaries;

/// <summary>What a field's value must look like.</summary>
public enum FixType : byte
{
    /// <summary>Any text; also fields that no dictionary knows.</summary>
    Text = 0,

    /// <summary>A whole number of up to 18 digits.</summary>
    Int = 1,

    /// <summary>Bytes of the data field that follows; 0 or more.</summary>
    Length = 2,

    /// <summary>A sequence number; 0 or more.</summary>
    SeqNum = 3,

    /// <summary>A decimal of up to 18 digits.</summary>
    Decimal = 4,

    /// <summary>Y or N.</summary>
    Boolean = 5,

    /// <summary>One character.</summary>
    Character = 6,

    /// <summary>Any bytes, the separator included.</summary>
    Data = 7,

    /// <summary>UTC date and time, seconds to nanoseconds.</summary>
    Timestamp = 8,

    /// <summary>A date, YYYYMMDD.</summary>
    Date = 9,

    /// <summary>How many entries of a group follow; 0 or more.</summary>
    NumInGroup = 10,

    /// <summary>UTC time of day, seconds to nanoseconds.</summary>
    Time = 11,

    /// <summary>YYYYMM, YYYYMMDD or YYYYMMwN.</summary>
    MonthYear = 12,

    /// <summary>1 to 31.</summary>
    DayOfMonth = 13,

    /// <summary>Characters or texts with a space between two.</summary>
    Multiple = 14,
}

/// <summary>The types by the names that dictionaries have for them.</summary>
internal static class FixTypes
{
    /// <summary>The type of a name, in whatever case.</summary>
    /// <param name="name">As the standard or QuickFIX writes it.</param>
    /// <param name="version">BeginString: before FIX.4.2 a CHAR was any text.</param>
    /// <param name="type">Text where the form is not checked here: currencies, countries, times with a zone.</param>
    /// <returns>False when nobody knows the name; it is Text then.</returns>
    public static bool TryFind(string name, string version, out FixType type)
    {
        FixType? found = name.ToUpperInvariant() switch
        {
            "CHAR" => version is "FIX.4.0" or "FIX.4.1" ? FixType.Text : FixType.Character,
            "INT" or "TAGNUM" => FixType.Int,
            "LENGTH" => FixType.Length,
            "SEQNUM" => FixType.SeqNum,
            "FLOAT" or "PRICE" or "AMT" or "QTY" or "QUANTITY" or "PRICEOFFSET" or "PERCENTAGE" => FixType.Decimal,
            "BOOLEAN" => FixType.Boolean,
            "DATA" or "XMLDATA" => FixType.Data,
            "UTCTIMESTAMP" or "TIME" => FixType.Timestamp,
            "DATE" or "UTCDATE" or "UTCDATEONLY" or "LOCALMKTDATE" => FixType.Date,
            "NUMINGROUP" => FixType.NumInGroup,
            "UTCTIMEONLY" => FixType.Time,
            "MONTHYEAR" => FixType.MonthYear,
            "DAYOFMONTH" => FixType.DayOfMonth,
            "MULTIPLEVALUESTRING" or "MULTIPLECHARVALUE" or "MULTIPLESTRINGVALUE" => FixType.Multiple,
            "STRING" or "CURRENCY" or "COUNTRY" or "EXCHANGE" or "LANGUAGE" or "LOCALMKTTIME" or "TZTIMEONLY" or "TZTIMESTAMP" or "XID" or "XIDREF"
                or "PATTERN" or "TENOR" or "RESERVED100PLUS" or "RESERVED1000PLUS" or "RESERVED4000PLUS" => FixType.Text,
            _ => null,
        };
        type = found ?? FixType.Text;
        return found is not null;
    }
}
