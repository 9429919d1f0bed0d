namespace Peregrine.Fix.Fast;

/// <summary>A field of a template.</summary>
/// <remarks>Read only, for any number of threads.</remarks>
public sealed partial class FastField
{
    internal FastField(string name, string space, string id, FastType type, FastOperator op, bool isOptional)
    {
        (Name, Namespace, Id, Type, Operator, IsOptional) = (name, space, id, type, op, isOptional);
        Tag = int.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int tag) ? tag : 0;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The namespace of its name; empty when it has none.</summary>
    public string Namespace { get; }

    /// <summary>Its auxiliary identifier as the template writes it; empty when it has none.</summary>
    public string Id { get; }

    /// <summary>That identifier as a number, which is the tag of a FIX field; 0 when it is none.</summary>
    public int Tag { get; }

    /// <summary>What it is.</summary>
    public FastType Type { get; }

    /// <summary>Its operator; None for a decimal with operators of its parts, and for groups.</summary>
    public FastOperator Operator { get; }

    /// <summary>Whether a message may come without it.</summary>
    public bool IsOptional { get; }

    /// <summary>The fields of a group, or of an element of a sequence.</summary>
    public IReadOnlyList<FastField> Fields { get; internal set; } = [];

    /// <summary>The field with the number of elements of a sequence.</summary>
    public FastField? Length { get; internal set; }

    /// <summary>Place of its instruction.</summary>
    internal int Index { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Id.Length > 0 ? $"{Name} ({Id})" : Name;
}

/// <summary>A template: how messages of one kind are written.</summary>
/// <remarks>Read only, for any number of threads.</remarks>
public sealed class FastTemplate
{
    internal FastTemplate(string name, string space, long id, bool isReset, int index) =>
        (Name, Namespace, Id, IsReset, Index) = (name, space, id, isReset, index);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The namespace of its name (templateNs); empty when it has none.</summary>
    public string Namespace { get; }

    /// <summary>Its identifier in messages; -1 for a template that has none and is only referred to.</summary>
    public long Id { get; }

    /// <summary>Whether a message of it forgets all previous values first (reset="yes").</summary>
    public bool IsReset { get; }

    /// <summary>Its fields, those of templates that it refers to by name included.</summary>
    public IReadOnlyList<FastField> Fields { get; internal set; } = [];

    /// <summary>Place among the templates.</summary>
    internal int Index { get; }

    /// <inheritdoc/>
    public override string ToString() => Id >= 0 ? $"{Name} ({Id})" : Name;
}
