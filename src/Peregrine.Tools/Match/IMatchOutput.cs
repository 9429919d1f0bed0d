namespace Peregrine.Tools.Match;

/// <summary>Where a script's play is told.</summary>
internal interface IMatchOutput
{
    /// <summary>A command is about to be carried out.</summary>
    void OnCommand(ScriptCommand command);

    void OnEvent(MatchFact fact);

    /// <summary>A book, because a line asked for it.</summary>
    /// <param name="line">0 at the end of the script.</param>
    void OnBook(BookPicture book, int line);

    /// <summary>The orders of a book, because a line asked for them.</summary>
    void OnOrders(BookPicture book, int line);

    /// <summary>An expectation was held against what happened.</summary>
    /// <param name="found">What was found instead; null when it was met.</param>
    void OnExpectation(ExpectCommand command, string? found);

    /// <summary>The script is at its end.</summary>
    void OnEnd(int met, int notMet);
}
