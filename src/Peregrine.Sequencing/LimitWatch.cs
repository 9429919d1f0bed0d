using Microsoft.Extensions.Logging;

namespace Peregrine.Sequencing;

/// <summary>Tells the log when what the disk has room for changes.</summary>
/// <remarks>Thread: the link's. Allocates: only for a line.</remarks>
internal sealed class LimitWatch(ILogger log)
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
        switch (room)
        {
            case DiskRoom.CancelsOnly:
                log.DiskFull();
                break;
            case DiskRoom.None:
                log.ReserveUsedUp();
                break;
            default:
                log.DiskHasRoom(sequencer.NoSpaceCount, sequencer.ReserveCount);
                break;
        }
    }
}
