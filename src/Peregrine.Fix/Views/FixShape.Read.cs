using Peregrine.Fix.Messages;

namespace Peregrine.Fix.Views;

public sealed partial class FixShape
{
    /// <summary>Finds the fields of a message: one pass over its tags.</summary>
    /// <param name="message">Validated; what was not is refused by name where a view could be misled.</param>
    /// <param name="slots">The view's slots, all 0: place + 1 of each field that is there.</param>
    public FixViewStatus Read(scoped in FixMessage message, Span<ushort> slots)
    {
        RequireSlots(slots.Length);
        if (!message.MsgType.SequenceEqual(_msgType))
        {
            return FixViewStatus.OtherType;
        }

        if (message.Count > PlacesMax)
        {
            return FixViewStatus.TooLong;
        }

        return message.IsAsLongAsItSays() ? Find(message, 0, message.Count, slots, out _) : FixViewStatus.FrameMismatch;
    }

    /// <summary>Finds the fields of a group's entry.</summary>
    /// <param name="message">The one whose view had the group.</param>
    /// <param name="place">Where the entry begins.</param>
    /// <param name="end">Where the group ends.</param>
    /// <param name="slots">The entry's slots, all 0.</param>
    /// <returns>Where the next entry begins, or <paramref name="end"/>.</returns>
    public int ReadEntry(scoped in FixMessage message, int place, int end, Span<ushort> slots)
    {
        RequireSlots(slots.Length);
        _ = Find(message, place, end, slots, out int next);
        return next;
    }

    private FixViewStatus Find(scoped in FixMessage message, int from, int end, Span<ushort> slots, out int place)
    {
        ReadOnlySpan<int> tags = message.Tags[..end];
        bool isEntry = _msgType.Length == 0;
        for (place = from; place < tags.Length; place++)
        {
            int code = CodeOf(tags[place]);
            if (code == 0)
            {
                continue;
            }

            int slot = (code - 1) >> 1;
            if (slots[slot] != 0)
            {
                if (!isEntry)
                {
                    return FixViewStatus.FieldTwice;
                }

                if (slot == 0)
                {
                    return FixViewStatus.Ok;
                }

                continue;
            }

            slots[slot] = (ushort)(place + 1);
            if ((code & 1) == 0)
            {
                FixViewStatus status = Pass(message, slot, end, ref place);
                slots[slot + 1] = (ushort)place;
                place--;
                if (status != FixViewStatus.Ok)
                {
                    return status;
                }
            }
        }

        return FixViewStatus.Ok;
    }

    // Passes over a group: from its count to the first field that this message, or entry, has itself. A field that nobody knows stays in the
    // entry at hand, as the validator has it.
    private FixViewStatus Pass(scoped in FixMessage message, int slot, int end, ref int place)
    {
        FixIndex.Level[] levels = message.Index.Levels;
        levels[0].Shape = this;
        int top = 0;
        FixViewStatus status = Open(levels, ref top, _groupOf[slot]!, message.Value(place++));
        ReadOnlySpan<int> tags = message.Tags[..end];
        for (; top > 0 && status == FixViewStatus.Ok && place < tags.Length; place++)
        {
            int level = top;
            int code = levels[level].Shape!.CodeOf(tags[place]);
            while (code == 0 && level > 0)
            {
                code = levels[--level].Shape!.CodeOf(tags[place]);
            }

            if (code == 0)
            {
                continue;
            }

            if (!TryClose(levels, ref top, level))
            {
                return FixViewStatus.GroupBroken;
            }

            if (level == 0)
            {
                return FixViewStatus.Ok;
            }

            // The first field begins an entry, and no other does.
            int inner = (code - 1) >> 1;
            levels[level].Entries += inner == 0 ? 1 : 0;
            if (levels[level].Entries == 0)
            {
                return FixViewStatus.GroupBroken;
            }

            if ((code & 1) == 0)
            {
                status = Open(levels, ref top, levels[level].Shape!._groupOf[inner]!, message.Value(place));
            }
        }

        return TryClose(levels, ref top, 0) ? status : FixViewStatus.GroupBroken;
    }

    private static FixViewStatus Open(FixIndex.Level[] levels, ref int top, FixShape group, ReadOnlySpan<byte> count)
    {
        if (!FixText.TryInt(count, out int entries) || entries < 0)
        {
            return FixViewStatus.GroupBroken;
        }

        if (entries > 0)
        {
            levels[++top] = new FixIndex.Level { Shape = group, Expected = entries };
        }

        return FixViewStatus.Ok;
    }

    private static bool TryClose(FixIndex.Level[] levels, ref int top, int level)
    {
        for (; top > level; top--)
        {
            if (levels[top].Entries != levels[top].Expected)
            {
                return false;
            }
        }

        return true;
    }

    private void RequireSlots(int slots)
    {
        if (slots != Slots)
        {
            Require(false, Name, $"its view has {slots} slots, and its table {Slots}");
        }
    }
}
