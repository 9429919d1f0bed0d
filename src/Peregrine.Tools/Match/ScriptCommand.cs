using Peregrine.Primitives;
using Peregrine.Trading;
using Peregrine.Trading.Matching;

namespace Peregrine.Tools.Match;

/// <summary>A line of a script, with every name and decimal resolved.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Text">As it is written, without its comment.</param>
internal abstract record ScriptCommand(int Line, string Text);

/// <summary>An instrument is there from now on.</summary>
internal sealed record DefineCommand(int Line, string Text, ScriptInstrument Instrument, InstrumentTerms Terms) : ScriptCommand(Line, Text);

/// <summary>Instruments have other terms from now on.</summary>
internal sealed record TermsCommand(int Line, string Text,
    IReadOnlyList<(ScriptInstrument Instrument, InstrumentTerms Terms)> Changes) : ScriptCommand(Line, Text);

internal sealed record NewCommand(int Line, string Text, MatchOrder Order) : ScriptCommand(Line, Text);

internal sealed record CancelCommand(int Line, string Text, ulong OrderId) : ScriptCommand(Line, Text);

internal sealed record ReduceCommand(int Line, string Text, ulong OrderId, Quantity Lots) : ScriptCommand(Line, Text);

internal sealed record ReplaceCommand(int Line, string Text, MatchReplace Replace) : ScriptCommand(Line, Text);

internal sealed record MassCancelCommand(int Line, string Text, MassCancelFilter Filter) : ScriptCommand(Line, Text);

internal sealed record PhaseCommand(int Line, string Text, IReadOnlyList<ScriptInstrument> Instruments, TradingPhase Phase,
    bool CancelsForbidden) : ScriptCommand(Line, Text);

/// <summary>Moves on to a time; instruments whose profile has a calendar change their phases on the way.</summary>
internal sealed record TimeCommand(int Line, string Text, long TimeNs) : ScriptCommand(Line, Text);

/// <summary>Prints books on the way.</summary>
internal sealed record BookCommand(int Line, string Text, IReadOnlyList<ScriptInstrument> Instruments) : ScriptCommand(Line, Text);

/// <summary>Prints every order on the way.</summary>
internal sealed record OrdersCommand(int Line, string Text) : ScriptCommand(Line, Text);

internal sealed record ExpectCommand(int Line, string Text, Expectation Expectation) : ScriptCommand(Line, Text);
