namespace Peregrine.Cli;

/// <summary>Progress on a terminal; silence where standard error is a file or a pipe.</summary>
public static class Terminal
{
    /// <summary>True when a person looks at standard error.</summary>
    public static bool IsInteractive => !Console.IsErrorRedirected;

    /// <summary>Shows a line in place of the last one.</summary>
    public static void Progress(string text)
    {
        if (IsInteractive)
        {
            Console.Error.Write($"\r{text}\u001b[K");
        }
    }

    /// <summary>Takes the progress line away.</summary>
    public static void EndProgress()
    {
        if (IsInteractive)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}
