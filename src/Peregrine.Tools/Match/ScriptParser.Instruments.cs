using System.Globalization;
using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Instruments;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <content>Instruments, their terms, and the venue.</content>
internal sealed partial class ScriptParser
{
    /// <summary>What the instrument of a script is called that defines none.</summary>
    public const string DefaultSymbol = "DEMO";
    private const int SymbolLengthMax = 16;
    private const int DecimalsMax = 9;
    private static readonly string[] TermWords =
        ["reference", "low", "high", "limits", "ticks", "static-band", "dynamic-band", "interruption", "phase", "daily-limit", "decimals",
        "tick", "lot"];

    private static readonly string[] Rules = ["owner", "selfTrade", "cancelHiddenRests", "minimumPerTrade", "hiddenImprovement", "marketWithBest",
        "stopsByArrival"];
    private readonly List<(ScriptInstrument Instrument, InstrumentTerms Terms)> _instruments = [];
    private ScriptInstrument? _current;
    private VenueProfile _venue = VenueProfiles.Default;
    private VenueRules? _rules;

    private TimeSpan UtcOffset => (_current?.Profile ?? _venue).UtcOffset;

    // The instrument that is meant where none is named; a script need not define one.
    private ScriptInstrument Current
    {
        get
        {
            if (_current is null)
            {
                Define("", DefaultSymbol, 2, 1, _venue.LotUnits, new InstrumentTerms { Rules = RulesInForce });
            }

            return _current!;
        }
    }

    private VenueRules RulesInForce => _rules ??= _venue.Rules;

    private void Define(string text, string symbol, int decimals, long tickUnits, long lotUnits, InstrumentTerms terms)
    {
        if (_instruments.Count == ScriptLimits.InstrumentsMax)
        {
            throw new ScriptFault($"more than {ScriptLimits.InstrumentsMax} instruments, expected that many at most");
        }

        Instrument instrument = new(_instruments.Count, symbol, decimals, tickUnits, lotUnits, IsOpen: true);
        _current = new ScriptInstrument(instrument, _venue);
        _instruments.Add((_current, terms));
        _commands.Add(new DefineCommand(_line.Number, text, _current, terms));
    }

    private bool TryFindSymbol(string? symbol, out ScriptInstrument instrument)
    {
        instrument = _instruments.Find(known => string.Equals(known.Instrument.Symbol, symbol, StringComparison.OrdinalIgnoreCase)).Instrument!;
        return instrument is not null;
    }

    private ScriptInstrument ReadSymbol()
    {
        string symbol = _line.Take("the symbol of an instrument");
        return TryFindSymbol(symbol, out ScriptInstrument instrument) ? instrument
            : throw ScriptLine.Unknown(symbol, "the symbol of an instrument that is defined above",
                _instruments.Select(known => known.Instrument.Symbol));
    }

    // One symbol, "all", or nothing for the current instrument.
    private IReadOnlyList<ScriptInstrument> ReadInstruments() =>
        _line.TryTake("all") ? [.. _instruments.Select(known => known.Instrument)] : _line.IsAtEnd ? [Current] : [ReadSymbol()];

    private void ReadVenue()
    {
        string name = _line.Take("the name of a venue profile");
        VenueProfile profile = VenueProfiles.Find(name)
            ?? throw ScriptLine.Unknown(name, "a venue profile", VenueProfiles.All.Select(known => known.Name));
        if (_instruments.Count > 0 || _rules is not null)
        {
            throw new ScriptFault("venue comes after an instrument, an order or a rule, expected before them; move it to the top");
        }

        _line.End([]);
        _venue = profile;
    }

    private void ReadInstrument()
    {
        string symbol = _line.Take("a symbol");
        bool isSymbol = symbol.Length <= SymbolLengthMax && symbol.All(letter => letter is > ' ' and < '\u007f');
        if (!isSymbol || char.IsAsciiDigit(symbol[0]) && ScriptDecimal.TryParse(symbol, out _, out int point) && point > 0)
        {
            throw new ScriptFault($"found '{symbol}', expected a symbol of 1 to {SymbolLengthMax} printable characters");
        }

        if (TryFindSymbol(symbol, out _))
        {
            throw new ScriptFault($"instrument '{symbol}' is defined above; change it with terms {symbol} ...");
        }

        if (OrderWords.Contains(symbol, StringComparer.OrdinalIgnoreCase) || Statements.Contains(symbol, StringComparer.OrdinalIgnoreCase)
            || symbol.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            throw new ScriptFault($"instrument '{symbol}' is called like a word of the language; choose another symbol");
        }

        (int decimals, long tick, long lot) = ReadUnits();
        ScriptInstrument units = new(new Instrument(0, symbol, decimals, tick, lot, IsOpen: true), _venue);
        InstrumentTerms terms = ReadTermWords(units, new InstrumentTerms { Rules = RulesInForce }, isNew: true);
        Define(_line.Text, symbol, decimals, tick, lot, terms);
    }

    // Decimals, tick and lot come first, as the other terms are written in them.
    private (int Decimals, long TickUnits, long LotUnits) ReadUnits()
    {
        int decimals = 2;
        long lot = _venue.LotUnits;
        string? tick = null;
        while (true)
        {
            if (_line.TryTake("decimals"))
            {
                long wanted = ReadWhole("a number of decimals");
                decimals = wanted is >= 0 and <= DecimalsMax
                    ? (int)wanted
                    : throw new ScriptFault($"decimals '{wanted}', expected 0 to {DecimalsMax}");
            }
            else if (_line.TryTake("lot"))
            {
                lot = ReadWhole("a number of shares or contracts");
                lot = lot is >= 1 and <= 1_000_000_000 ? lot : throw new ScriptFault($"lot '{lot}', expected 1 to 1000000000");
            }
            else if (_line.TryTake("tick"))
            {
                tick = _line.Take("a price step");
            }
            else
            {
                break;
            }
        }

        long tickUnits = 1;
        if (tick is not null)
        {
            ScriptInstrument unit = new(new Instrument(0, "", decimals, 1, 1, IsOpen: true), _venue);
            tickUnits = unit.ParsePrice(tick, "a tick").Ticks;
            if (tickUnits is < 1 or > 1_000_000_000)
            {
                throw new ScriptFault($"tick '{tick}', expected more than 0 and at most 1000000000 times {unit.TickText}");
            }
        }

        return (decimals, tickUnits, lot);
    }

    private void ReadTerms()
    {
        ScriptInstrument instrument = TryFindSymbol(_line.Next, out _) ? ReadSymbol() : Current;
        if (_line.IsAtEnd)
        {
            throw new ScriptFault($"the line ends, expected {ScriptWords.List(TermWords)}");
        }

        Change(instrument, ReadTermWords(instrument, _instruments[instrument.Id].Terms, isNew: false));
    }

    private void Change(ScriptInstrument instrument, InstrumentTerms terms)
    {
        _instruments[instrument.Id] = (instrument, terms);
        Do(new TermsCommand(_line.Number, _line.Text, [(instrument, terms)]));
    }

    private InstrumentTerms ReadTermWords(ScriptInstrument instrument, InstrumentTerms terms, bool isNew)
    {
        int? dailyLimit = isNew && instrument.Profile.PriceLimitsBasisPoints.Count > 0 ? instrument.Profile.PriceLimitsBasisPoints[0] : null;
        bool hasLimits = false;
        bool isDailyLimitWritten = false;
        while (!_line.IsAtEnd)
        {
            string word = _line.Take("a term");
            switch (word.ToLowerInvariant())
            {
                case "reference":
                    terms = terms with { ReferencePrice = ReadOptionalPrice(instrument) };
                    break;
                case "low":
                    (terms, hasLimits) = (terms with { LowestPrice = ReadOptionalPrice(instrument) }, true);
                    break;
                case "high":
                    (terms, hasLimits) = (terms with { HighestPrice = ReadOptionalPrice(instrument) }, true);
                    break;
                case "limits":
                    (terms, hasLimits) = (terms with { LowestPrice = ReadOptionalPrice(instrument), HighestPrice = ReadOptionalPrice(instrument) },
                        true);
                    break;
                case "daily-limit":
                    (dailyLimit, hasLimits, isDailyLimitWritten) = (ReadBasisPoints(10_000), false, true);
                    break;
                case "ticks":
                    terms = terms with { TickTable = ReadTickTable(instrument) };
                    break;
                case "static-band":
                    terms = terms with { StaticBandBasisPoints = ReadBasisPoints(1_000_000) };
                    break;
                case "dynamic-band":
                    terms = terms with { DynamicBandBasisPoints = ReadBasisPoints(1_000_000) };
                    break;
                case "interruption":
                    terms = terms with { InterruptionNs = ReadLength() };
                    break;
                case "phase" when isNew:
                    terms = terms with { Phase = _line.TakeWord(ScriptWords.Phases, "a phase") };
                    break;
                case "phase":
                    throw new ScriptFault("found 'phase', expected terms; a phase is changed with: phase NAME");
                case "decimals" or "tick" or "lot":
                    throw new ScriptFault($"found '{word}', expected it directly after the symbol of a new instrument; it cannot change");
                default:
                    throw ScriptLine.Unknown(word, "a term", TermWords);
            }
        }

        if (dailyLimit is { } share && !hasLimits)
        {
            terms = WithDailyLimit(terms, share, isDailyLimitWritten);
        }

        return terms.Validate() is [{ } fault, ..] ? throw new ScriptFault($"{fault} (prices in ticks of {instrument.TickText})") : terms;
    }

    private static InstrumentTerms WithDailyLimit(InstrumentTerms terms, int share, bool isWritten)
    {
        if (terms.ReferencePrice is not { Ticks: >= 0 } reference)
        {
            // A profile's limit waits for a reference price; one that is written needs it.
            return !isWritten && terms.ReferencePrice is null
                ? terms
                : throw new ScriptFault("daily-limit needs a reference price of 0 or more; write reference PRICE too");
        }

        (Price lowest, Price highest) = VenueProfile.LimitsAround(reference, share);
        return terms with { LowestPrice = lowest, HighestPrice = highest };
    }

    private Price? ReadOptionalPrice(ScriptInstrument instrument) => _line.TryTake("none") ? null : instrument.ParsePrice(_line.Take("a price"));

    // "0:0.01 10:0.05": from 0 on steps of 0.01, from 10 on steps of 0.05.
    private List<TickStep> ReadTickTable(ScriptInstrument instrument)
    {
        List<TickStep> table = [];
        if (_line.TryTake("none"))
        {
            return table;
        }

        do
        {
            string[] parts = _line.Take("FROM:STEP").Split(':');
            if (parts.Length != 2)
            {
                throw new ScriptFault($"found '{string.Join(':', parts)}', expected FROM:STEP such as 10:0.05");
            }

            table.Add(new TickStep(instrument.ParsePrice(parts[0]).Ticks, instrument.ParsePrice(parts[1], "a step").Ticks));
        }
        while (_line.Next is { } next && next.Contains(':', StringComparison.Ordinal));
        return table;
    }

    private int ReadBasisPoints(int max)
    {
        if (_line.TryTake("none", "off"))
        {
            return 0;
        }

        string text = _line.Take("a share such as 5%");
        int scale = text.EndsWith('%') ? 100 : text.EndsWith("bp", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        bool isNumber = ScriptDecimal.TryParse(text.TrimEnd('%', 'b', 'p', 'B', 'P'), out long mantissa, out int decimals);
        decimal share = isNumber && decimals <= 4 ? (decimal)mantissa * scale / (decimal)Math.Pow(10, decimals) : -1;
        return scale > 0 && share >= 0 && share <= max && decimal.IsInteger(share) ? (int)share
            : throw new ScriptFault($"found '{text}', expected a share such as 5% or 500bp, " +
                $"0 to {(max / 100m).ToString(CultureInfo.InvariantCulture)}% in whole 0.01%");
    }

    private long ReadLength()
    {
        if (_line.TryTake("none", "off"))
        {
            return 0;
        }

        string text = _line.Take("a length of time such as 2m");
        return ScriptTime.TryParseLength(text, out long ns)
            ? ns
            : throw new ScriptFault($"found '{text}', expected a length of time such as 2m or 30s");
    }

    private void ReadRule()
    {
        string name = _line.Take("a rule");
        VenueRules rules = RulesInForce;
        rules = name.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal) switch
        {
            "owner" => rules with { Owner = _line.TakeWord(ScriptWords.Owners, "an owner") },
            "selftrade" or "stp" => rules with { SelfTrade = _line.TakeWord(ScriptWords.SelfTrades[1..], "a mode") },
            "cancelhiddenrests" => rules with { CancelHiddenRests = ReadLots() },
            "minimumpertrade" => rules with { MinimumPerTrade = ReadSwitch() },
            "hiddenimprovement" => rules with { HiddenImprovement = ReadTicks() },
            "marketwithbest" => rules with { MarketWithBest = ReadSwitch() },
            "stopsbyarrival" => rules with { StopsByArrival = ReadSwitch() },
            _ => throw ScriptLine.Unknown(name, "a rule", Rules),
        };

        _rules = rules;
        for (int i = 0; i < _instruments.Count; i++)
        {
            _instruments[i] = (_instruments[i].Instrument, _instruments[i].Terms with { Rules = rules });
        }

        Do(new TermsCommand(_line.Number, _line.Text, [.. _instruments]));
    }

    // Of the venue: in the lots of its profile.
    private long ReadLots()
    {
        long units = ReadWhole("a quantity");
        return units >= 0 && units % _venue.LotUnits == 0
            ? units / _venue.LotUnits
            : throw new ScriptFault($"found '{units}', expected 0 or more, in whole lots of {_venue.LotUnits}");
    }

    private long ReadTicks()
    {
        long ticks = ReadWhole("a number of ticks");
        return ticks is >= 0 and <= MatchingEngine.PriceTicksMax
            ? ticks
            : throw new ScriptFault($"found '{ticks}', expected 0 to {MatchingEngine.PriceTicksMax} ticks");
    }

    private bool ReadSwitch()
    {
        string text = _line.Take("on or off");
        return text.ToLowerInvariant() switch
        {
            "on" or "true" or "yes" or "1" => true,
            "off" or "false" or "no" or "0" => false,
            _ => throw ScriptLine.Unknown(text, "on or off", ["on", "off"]),
        };
    }
}
