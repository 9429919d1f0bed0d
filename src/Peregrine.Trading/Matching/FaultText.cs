using System.Runtime.CompilerServices;

namespace Peregrine.Trading.Matching;

/// <summary>What is wrong with a saved value, in words that are put together only when it is wrong: a million good values need none.</summary>
/// <remarks>The compiler makes one of an interpolated string where a parameter has this type.</remarks>
[InterpolatedStringHandler]
internal ref struct FaultText
{
    private DefaultInterpolatedStringHandler _text;

    /// <param name="literalLength">From the compiler.</param>
    /// <param name="formattedCount">From the compiler.</param>
    /// <param name="holds">Whether the value is good.</param>
    /// <param name="isNeeded">False: the compiler's code leaves out the parts.</param>
    public FaultText(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    /// <summary>The text; once.</summary>
    public string Take() => _text.ToStringAndClear();
}
