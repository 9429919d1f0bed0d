using Peregrine.Sequencing.Hops;
using Peregrine.Sequencing.Recovery;
using Peregrine.Trading.Orders;

namespace Peregrine.Sequencing;

// From the journal's open batch into the core: what was submitted is carried out together.
public sealed partial class Sequencer
{
    /// <summary>Carries out what was submitted and is not carried out yet; then the core stands as the last command left it.</summary>
    /// <remarks>With a window that is a place in the sequence, and the journal gets a state hash there.</remarks>
    public void CarryOut()
    {
        bool isPlace = _window > 1 && _pendingCount > 0;
        CarryOutPending();
        if (isPlace)
        {
            _ = TryAppendHash();
        }
    }

    private void CarryOutPending()
    {
        if (_pendingCount == 0)
        {
            return;
        }

        for (int first = 0; first < _pendingCount;)
        {
            int end = EndOfGroup(first);
            for (int index = first; index < end; index++)
            {
                if (index + OrderAhead < _pendingCount)
                {
                    _core.PrefetchOrder(_pending[index + OrderAhead].View);
                }

                ref Pending pending = ref _pending[index];
                CommandView command = pending.View;
                Invariant.That(pending.Sequence == _core.LastSequence + 1, "each command has the number behind the one before");
                Invariant.That(pending.Keys == CommandKeys.Of(in command), "the keys at a place are those of the command at its turn");
                _core.Begin(in command, in pending.Keys, _waiting);
            }

            for (; first < end; first++)
            {
                CommandView command = _pending[first].View;
                _core.Complete(in command, in _pending[first].Keys, _waiting);
                _tap?.Collect(in command);
            }
        }

        Invariant.That(_core.UnderWay == 0, "nothing is under way between two groups");

        // One look at the clock for all of them.
        long matchedNs = Clock.MonotonicNs;
        for (int index = 0; index < _pendingCount; index++)
        {
            ref Pending pending = ref _pending[index];
            Invariant.That(matchedNs >= pending.Arrival.SequencedNs, "a command is matched after it was sequenced");
            _trail.Push(pending.Sequence, new HopTimes
            {
                ReceivedNs = pending.Arrival.ReceivedNs,
                ValidatedNs = pending.Arrival.ValidatedNs,
                SequencedNs = pending.Arrival.SequencedNs,
                MatchedNs = matchedNs,
            });
        }

        _pendingCount = 0;
        Invariant.That(_core.LastSequence == LastSequence, "the core has carried out what was sequenced last");
    }

    // Which commands are under way together follows from the journal alone: the window, the kinds and numbers of commands, and where state hashes
    // stand.
    private int EndOfGroup(int first)
    {
        int end = first + 1;
        if (_window == 1 || TradingCore.IsAlone(_pending[first].View))
        {
            return end;
        }

        while (end < _pendingCount && !CommandGroup.EndsBehind(_pending[end - 1].Sequence, _window) && !TradingCore.IsAlone(_pending[end].View))
        {
            end++;
        }

        return end;
    }

    private struct Pending
    {
        public Memory<byte> Command;
        public long Sequence;
        public long TimeNs;
        public Arrival Arrival;
        public CommandKeys Keys;

        public readonly CommandView View => CommandCodec.View(Command.Span, Sequence, TimeNs);
    }
}
