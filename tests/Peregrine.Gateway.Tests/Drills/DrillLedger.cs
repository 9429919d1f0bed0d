namespace Peregrine.Gateway.Tests.Drills;

/// <summary>What one client was told, number by number, and each thing that must not have happened to it.</summary>
internal sealed class DrillLedger(string compId)
{
    private const int FaultsMax = 20;
    private const int RangeMax = 1_000_000;

    private readonly Dictionary<string, string> _bodies = [];
    private readonly Dictionary<long, string> _byNumber = [];
    private readonly Dictionary<long, long> _filled = [];
    private readonly HashSet<string> _accepted = [];
    private readonly HashSet<long> _heard = [];
    private long _lastExecId;
    private long _awaitedEnd;
    private long _unheard;

    /// <summary>How often the numbers began anew.</summary>
    public int Resets { get; private set; }

    /// <summary>Each fault in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The reports told, by their keys, in the order in which they came first.</summary>
    public List<string> Order { get; } = [];

    /// <summary>ClOrdIDs that were answered in any way.</summary>
    public HashSet<string> Answered { get; } = [];

    /// <summary>ClOrdIDs of orders that were refused, with the text.</summary>
    public Dictionary<string, string> Refused { get; } = [];

    /// <summary>Texts of News messages.</summary>
    public List<string> News { get; } = [];

    /// <summary>Whether the journal's beginning is gone: what the client has already may then be gap-filled when it asks again.</summary>
    public bool MayFillKnown { get; set; }

    /// <summary>Whether the link said that it lost commands: an order may then come twice, and be told otherwise.</summary>
    public bool IsLossTold { get; set; }

    public bool Has(string key) => _bodies.ContainsKey(key);

    /// <summary>What a report says, but for its envelope.</summary>
    public string BodyOf(string key) => _bodies[key];

    /// <summary>The key of the report under a number of this count; null when it was none.</summary>
    public string? ReportAt(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Reports of commands that nothing knows of any more: they have never been.</summary>
    public void Forget(IEnumerable<string> keys)
    {
        HashSet<string> gone = [.. keys];
        foreach (string key in gone)
        {
            _ = _bodies.Remove(key);
        }

        _ = Order.RemoveAll(gone.Contains);
        foreach (long number in _byNumber.Where(entry => gone.Contains(entry.Value)).Select(entry => entry.Key).ToArray())
        {
            _ = _byNumber.Remove(number);
        }

        IsLossTold = true;
        _lastExecId = 0;
    }

    /// <summary>Both sides count from 1 again.</summary>
    public void ResetNumbers()
    {
        Resets++;
        _byNumber.Clear();
        _filled.Clear();
        _heard.Clear();
        _unheard = 0;
    }

    /// <summary>Whether numbers that were asked for have not been heard of yet.</summary>
    public bool IsWaiting => _unheard > 0;

    /// <summary>From here on every number up to an end is to be heard of once more.</summary>
    public void AwaitAll(long end)
    {
        _heard.Clear();
        (_awaitedEnd, _unheard) = (end, end - 1);
    }

    /// <summary>The first number of a range that was not heard of; 0 when all were.</summary>
    public long FirstUnheard(long end)
    {
        for (long number = 1; number < end; number++)
        {
            if (!_heard.Contains(number))
            {
                return number;
            }
        }

        return 0;
    }

    public void Fault(string text)
    {
        if (Faults.Count < FaultsMax)
        {
            Faults.Add($"{compId}: {text}");
        }
    }

    /// <summary>Any message that came in its turn, or as a repetition.</summary>
    public void OnMessage(DrillMessage message)
    {
        Hear(message.Sequence);
        if (message.Get(56) != compId)
        {
            Fault($"got a message to {message.Get(56)}: {message.Body}");
        }

        if (message.Type is "j")
        {
            _ = Answered.Add(message.Get(379));
            Refused[message.Get(379)] = message.Get(58);
        }
        else if (message.Type is "B")
        {
            News.Add($"{message.Get(148)} {message.Get(58)}");
            IsLossTold = true;
        }
        else if (message.ReportKey is { } key)
        {
            OnReport(message, key);
        }
    }

    /// <summary>Numbers that the link says were nothing to be sent again.</summary>
    public void OnGapFill(long first, long next)
    {
        long reports = 0;
        for (long number = first; number < next && number - first < RangeMax; number++)
        {
            Hear(number);
            if (_byNumber.TryGetValue(number, out string? key) && !MayFillKnown && reports++ == 0)
            {
                Fault($"number {number} was report {key} and was gap-filled ({first} to {next - 1})");
            }
        }

        _filled[first] = next;
    }

    /// <summary>Resets and the ranges that were gap-filled, for a message about what is missing.</summary>
    public string FilledText()
    {
        string ranges = string.Join(", ", _filled.TakeLast(4).Select(range => $"{range.Key} to {range.Value - 1}"));
        return (Resets == 0 ? "" : $"{Resets} resets; ") + (ranges.Length == 0 ? "nothing was gap-filled" : $"gap-filled: {ranges}");
    }

    private void Hear(long number)
    {
        _unheard -= _heard.Add(number) && number < _awaitedEnd ? 1 : 0;
    }

    private void OnReport(DrillMessage message, string key)
    {
        string body = message.Body;
        _ = Answered.Add(message.Get(11));
        if (_byNumber.TryGetValue(message.Sequence, out string? other) && other != key)
        {
            Fault($"number {message.Sequence} was report {other} and is now {key}");
        }

        _byNumber[message.Sequence] = key;
        if (_bodies.TryGetValue(key, out string? before))
        {
            if (before != body && IsLossTold && message.Type != "8")
            {
                // A request that was lost and sent again has another answer under the same key.
                _bodies[key] = body;
            }
            else if (before != body)
            {
                Fault($"report {key} was told as {before} and then as {body}");
            }
            else if (!message.IsRepeat)
            {
                Fault($"report {key} was told again under number {message.Sequence} without PossDupFlag or PossResend");
            }

            return;
        }

        _bodies.Add(key, body);
        Order.Add(key);
        if (message.Type != "8")
        {
            return;
        }

        CheckOrder(message);
        if (message.Get(150) == "0")
        {
            _ = _accepted.Add(message.Get(11));
        }
        else if (message.Get(150) == "8")
        {
            Refused[message.Get(11)] = message.Get(58);
            if (_accepted.Contains(message.Get(11)) && !IsLossTold)
            {
                Fault($"order {message.Get(11)} was accepted, and then rejected: {message.Get(58)}");
            }
        }
    }

    private void CheckOrder(DrillMessage message)
    {
        long execId = message.GetLong(17);
        if (execId < _lastExecId && !message.IsRepeat)
        {
            Fault($"report {execId} came after {_lastExecId}");
        }

        _lastExecId = Math.Max(_lastExecId, execId);
    }
}
