using System.Globalization;
using System.Text;
using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Views;

/// <summary>
/// The table behind a generated view: which fields a message, or an entry of a group, has, and in which slot of the view the place of each is kept.
/// Generated code makes one for each type when it is first used, and it is checked then.
/// </summary>
/// <remarks>Read only, for any number of threads. Allocates: only when made.</remarks>
public sealed partial class FixShape
{
    /// <summary>What this assembly expects of generated code; the generator writes the number that it was made for.</summary>
    public const int Layout = 1;

    /// <summary>Most fields of a message that a view is made of: a slot has 16 bits, and 0 is none.</summary>
    public const int PlacesMax = ushort.MaxValue - 1;

    /// <summary>Groups inside of groups, as the validator has it.</summary>
    public const int GroupsMax = FixValidator.GroupsMax;

    // Tags below it are found by their number.
    private const int DirectMax = 1 << 13;

    // A code is a slot, times two, and one more for a group; and one more for all, so that 0 is no field.
    private const int SlotsMax = ushort.MaxValue / 2;

    private readonly FixShapeField[] _fields;
    private readonly byte[] _msgType;
    private readonly ushort[] _direct;
    private readonly Dictionary<int, ushort> _others = [];
    private readonly FixShape?[] _groupOf;

    /// <summary>Makes the table.</summary>
    /// <param name="layout">The <see cref="Layout"/> that the code was generated for.</param>
    /// <param name="name">Name of the message, or of the group's entry.</param>
    /// <param name="msgType">MsgType (35); empty for an entry.</param>
    /// <param name="slots">How many slots the view has.</param>
    /// <param name="fields">The fields in the order of their slots; of an entry the first one begins it.</param>
    /// <exception cref="InvalidOperationException">The code does not fit this assembly, or its own table: it says in what.</exception>
    public FixShape(int layout, string name, string msgType, int slots, params ReadOnlySpan<FixShapeField> fields)
    {
        Require(layout == Layout, name, $"it was generated for layout {layout}, and this Peregrine.Fix has layout {Layout}");
        (Name, MsgType, Slots) = (name, msgType, slots);
        _msgType = Encoding.ASCII.GetBytes(msgType);
        _fields = fields.ToArray();
        int needed = 0;
        int tagMost = 0;
        foreach (FixShapeField field in _fields)
        {
            Require(field.Tag > 0, name, $"field {field.Name} has tag {field.Tag}");
            needed += field.Slots;
            tagMost = field.Tag < DirectMax ? Math.Max(tagMost, field.Tag) : tagMost;
        }

        Require(needed == slots, name, $"its view has {slots} slots, and its fields take {needed}");
        Require(needed is > 0 and <= SlotsMax, name, $"its fields take {needed} slots, and there are 1 to {SlotsMax}");
        _direct = new ushort[tagMost + 1];
        _groupOf = new FixShape?[slots];
        int slot = 0;
        foreach (FixShapeField field in _fields)
        {
            Require(CodeOf(field.Tag) == 0, name, $"tag {field.Tag} {field.Name} is there twice");
            Keep(field.Tag, (ushort)((slot << 1) + (field.Group is null ? 1 : 2)));
            _groupOf[slot] = field.Group;
            slot += field.Slots;
        }

        Depth = 1 + _fields.Max(field => field.Group?.Depth ?? 0);
        Require(Depth <= GroupsMax + 1, name, $"its groups are {Depth - 1} deep, and {GroupsMax} is the most");
    }

    /// <summary>Name of the message or entry.</summary>
    public string Name { get; }

    /// <summary>MsgType (35); empty for an entry of a group.</summary>
    public string MsgType { get; }

    /// <summary>Slots of a view.</summary>
    public int Slots { get; }

    /// <summary>The fields in the order of their slots.</summary>
    public ReadOnlySpan<FixShapeField> Fields => _fields;

    private int Depth { get; }

    private int CodeOf(int tag) => (uint)tag < (uint)_direct.Length ? _direct[tag] : _others.Count == 0 ? 0 : _others.GetValueOrDefault(tag);

    private void Keep(int tag, ushort code)
    {
        if (tag < _direct.Length)
        {
            _direct[tag] = code;
        }
        else
        {
            _others.Add(tag, code);
        }
    }

    private static void Require(bool isRight, string name, string fault)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"generated view {name}: {fault}; build the project again with the generator of this Peregrine.Fix"));
        }
    }
}
