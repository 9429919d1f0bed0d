using Peregrine.Fix.Dictionaries;

namespace Peregrine.Fix.Views;

/// <summary>A field as generated code knows it.</summary>
/// <param name="Tag">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its value is read.</param>
/// <param name="IsRequired">It must be there.</param>
/// <param name="Group">What an entry holds, when the field counts the entries of a group.</param>
public readonly record struct FixShapeField(int Tag, string Name, FixType Type, bool IsRequired, FixShape? Group = null)
{
    /// <summary>How many slots of a view it takes: where it is, and for a group where the last entry ends.</summary>
    internal int Slots => Group is null ? 1 : 2;
}
