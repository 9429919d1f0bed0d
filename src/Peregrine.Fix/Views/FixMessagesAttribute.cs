namespace Peregrine.Fix.Views;

/// <summary>
/// Asks for typed views and writers of messages: they are generated as nested types of the class while it is compiled,
/// NewOrderSingleView and NewOrderSingleWriter for "D". The class is partial. docs/fix-dictionaries.md says what comes of a dictionary.
/// </summary>
/// <param name="dictionary">
/// FIX.4.0 to FIX.4.4, FIXT.1.1, FIX.5.0, FIX.5.0SP1 or FIX.5.0SP2 (in FIXT's session), or the file name of a dictionary that the
/// project has as AdditionalFiles.
/// </param>
/// <param name="messages">MsgType (35) or name of each message, at least one.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FixMessagesAttribute(string dictionary, params string[] messages) : Attribute
{
    /// <summary>The dictionary's version or file name.</summary>
    public string Dictionary { get; } = dictionary;

    /// <summary>Types or names of messages.</summary>
    public IReadOnlyList<string> Messages { get; } = messages;
}
