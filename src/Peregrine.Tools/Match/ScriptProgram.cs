namespace Peregrine.Tools.Match;

/// <summary>A script that was read without an error.</summary>
/// <param name="Commands">In order.</param>
/// <param name="Names">Of orders and owners.</param>
/// <param name="OrderCapacity">How many orders the engine holds.</param>
internal sealed record ScriptProgram(IReadOnlyList<ScriptCommand> Commands, ScriptNames Names, int OrderCapacity)
{
    /// <summary>Whether there is more than one instrument, so that events must say which.</summary>
    public bool HasManyInstruments => Commands.OfType<DefineCommand>().Skip(1).Any();
}
