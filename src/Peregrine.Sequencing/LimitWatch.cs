namespace Peregrine.Sequencing;

/// <summary>Tells the log when what the disk has room for changes.</summary>
/// <remarks>Thread: the link's. Allocates: only for a line.</remarks>
internal sealed class LimitWatch(Action<string> log)
{
    private DiskRoom _told;

    /// <summary>Looks, some times a second.</summary>
    public void Look(Sequencer sequencer)
    {
        // Before it is asked for again: a turn that is over within one tick is told nevertheless.
        Tell(sequencer.Room, sequencer);
        sequencer.LookForRoom();
        Tell(sequencer.Room, sequencer);
    }

    private void Tell(DiskRoom room, Sequencer sequencer)
    {
        if (room == _told)
        {
            return;
        }

        if (room == DiskRoom.None && _told == DiskRoom.Ample)
        {
            // Both turns came within a tick.
            Tell(DiskRoom.CancelsOnly, sequencer);
        }

        _told = room;
        log(room switch
        {
            DiskRoom.CancelsOnly => "the journal's disk is full: new orders and replaces are refused, cancels are taken; make room",
            DiskRoom.None => "the journal's disk is full, and the room kept for cancels is used up: nothing is taken; make room",
            _ => $"the journal's disk has room again: everything is taken ({sequencer.NoSpaceCount:N0} commands were refused so far, " +
                $"{sequencer.ReserveCount:N0} taken into the room kept for them)",
        });
    }
}
