using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Peregrine.Primitives;

/// <summary>A fact that must hold did not. The process is in an unknown state: stop it and replay the journal.</summary>
/// <param name="message">Which fact, with the values that broke it.</param>
public sealed class BrokenInvariantException(string message) : Exception(message);

/// <summary>Facts that are checked in every build: edges, sizes, configuration.</summary>
public static class Check
{
    /// <summary>Throws <see cref="BrokenInvariantException"/> when <paramref name="holds"/> is false.</summary>
    /// <remarks>Thread: any. Allocates: only on failure, so pass a constant message on hot paths.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            Broken(rule);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Broken(string rule) => throw new BrokenInvariantException($"broken invariant: {rule}");
}

/// <summary>Facts that are checked only in the Checked configuration: hot loops.</summary>
public static class Invariant
{
    /// <summary>As <see cref="Check.That"/>, compiled away unless CHECKED is defined.</summary>
    [Conditional("CHECKED")]
    public static void That([DoesNotReturnIf(false)] bool holds, string rule) => Check.That(holds, rule);
}
