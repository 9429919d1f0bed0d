namespace Peregrine.Fix.Messages;

/// <summary>How far a message was written. It belongs to one <see cref="FixWriter"/>; what writes into its message sees it by reference.</summary>
public struct FixWriterState
{
    internal int At;
    internal int TimeDigits;
    internal bool IsFull;

    // Of a message that generated code writes: the section and the groups it is in, and what was wrong first.
    internal byte Section;
    internal byte Depth;
    internal FixWriteStatus Fault;
    internal int FaultTag;

    // The count of the innermost group that is open.
    internal int OpenTag;

    internal void Blame(FixWriteStatus fault, int tag)
    {
        if (Fault == FixWriteStatus.Ok)
        {
            (Fault, FaultTag) = (fault, tag);
        }
    }
}
