namespace Peregrine.Gateway.Tests.Drills;

/// <summary>Starts on the damaged folder, lets the clients come back, and says what should not have happened.</summary>
internal sealed class DrillVerdict(DrillWorld world, DrillImage image, IReadOnlyList<DrillDamage> damages, Random random)
{
    private const int MissingShown = 3;
    private readonly HashSet<string> _toldOfLoss = [];

    private readonly HashSet<string> _damagedPaths = [.. damages.SelectMany(damage => damage.Paths)];
    private long _reached;
    private bool _isLossAccepted;

    /// <summary>What should not have happened, in words.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>From the start to the last check.</summary>
    /// <returns>How the start went.</returns>
    public string Run()
    {
        DrillStart start = new(world, _damagedPaths);
        DrillLink? link = start.Run();
        Faults.AddRange(start.Faults);
        if (link is null)
        {
            if (damages.Count == 0)
            {
                Faults.Add($"refused without any damage: {start.Refusals[^1]}");
            }

            return $"refused ({start.Refusals[^1]})";
        }

        world.Use(link);
        _isLossAccepted = start.Ways.AcceptsLostCommands;
        string outcome = start.Refusals.Count == 0 ? "started" : $"started after {string.Join(" / ", start.Refusals)}";
        if (!IsStateRight())
        {
            return outcome;
        }

        ComeBack(MayNumbersDisagree());
        AskForAll();
        Trade();
        if (Faults.Count == 0 && random.Next(3) == 0)
        {
            world.End(isCrash: random.Next(2) == 0);
            world.Start();
            ComeBack(mayDisagree: false);
        }

        Faults.AddRange(world.Truth.Faults);
        Faults.AddRange(world.Clients.SelectMany(client => client.Ledger.Faults));
        foreach (DrillClient client in world.Clients)
        {
            CheckTold(client, start.Ways);
        }

        return outcome;
    }

    // The state is that of an undamaged copy, or of its beginning where nobody can know better or it was said.
    private bool IsStateRight()
    {
        LinkStatus status = world.Link.Link.Status();
        _reached = status.Sequence;
        if (_reached == image.Sequence)
        {
            ulong hash = world.Link.Link.StateHash;
            if (hash != image.StateHash)
            {
                Faults.Add($"after command {_reached} the state hash is {hash:x16}, an undamaged copy has {image.StateHash:x16}");
            }

            return Faults.Count == 0;
        }

        if (_reached > image.Sequence)
        {
            Faults.Add($"the link stands after command {_reached}, an undamaged copy after {image.Sequence}");
            return false;
        }

        long proven = image.Proven(_damagedPaths);
        world.Truth.MayRepeatOrderIds = _damagedPaths.Contains("ids.db");
        if (_isLossAccepted)
        {
            world.Truth.Lose(_reached);
            foreach (DrillClient client in world.Clients)
            {
                client.Ledger.IsLossTold = true;
            }

            return true;
        }

        if (_reached < proven)
        {
            Faults.Add($"starts without a word after command {_reached}, although commands up to {proven} are proven: {proven - _reached} lost");
            return false;
        }

        // Nothing that is left knows of them; clients that do find that the numbers disagree.
        foreach (DrillClient client in world.Clients)
        {
            client.Ledger.Forget(world.Truth.Of(client.CompId).Values.Where(report => report.Sequence > _reached).Select(report => report.Key));
        }

        world.Truth.Forget(_reached);
        return true;
    }

    // The stores hold the numbers, and for a link that ended in order the journal does too. What was on its way when it was killed, the stores
    // alone do.
    private bool MayNumbersDisagree() => damages.Any(damage =>
        damage.Part == DamagedPart.Journal
        || (damage.Part == DamagedPart.Sessions && (damage.Kind == DamageKind.Swap || world.WasKilled || world.IsJournalCut)));

    private void ComeBack(bool mayDisagree)
    {
        foreach (DrillClient client in world.Clients)
        {
            world.Logon(client);
            if (client.IsLoggedOn)
            {
                continue;
            }

            string? reason = client.LogoutText ?? client.Disagreement;
            if (string.IsNullOrEmpty(reason))
            {
                Faults.Add($"{client.CompId}: its Logon with number {client.NextOutgoing - 1} was refused without a word");
            }
            else if (!mayDisagree)
            {
                Faults.Add($"{client.CompId}: the numbers disagree although the journal is whole: {reason}");
            }

            world.Logon(client, reset: true);
            if (!client.IsLoggedOn)
            {
                string second = client.LogoutText ?? client.Disagreement ?? "closed without a word";
                Faults.Add($"{client.CompId}: cannot log on with new numbers either: {second}; before: {reason}");
            }
        }

        CheckAtRest("after the logon");
    }

    private void AskForAll()
    {
        List<DrillClient> asking = [.. world.Clients.Where(client => client.IsLoggedOn)];
        foreach (DrillClient client in asking)
        {
            client.Ledger.MayFillKnown = world.IsJournalCut || damages.Any(damage => damage.Part == DamagedPart.Journal);
            client.AskForAll();
        }

        CheckAtRest("after everything was asked for");
        foreach (DrillClient client in asking)
        {
            if (!client.IsLoggedOn && damages.Any(damage => damage.Part == DamagedPart.Journal)
                && client.LogoutText?.Contains("is kept no more", StringComparison.Ordinal) == true)
            {
                // Segments behind a snapshot are not read by a start; who asks for what stands there is told so, and goes on.
                _ = _toldOfLoss.Add(client.CompId);
                world.Logon(client, reset: true);
                CheckAtRest("after the logon behind what is kept no more");
                if (!client.IsLoggedOn || client.Ledger.News.Count == 0)
                {
                    Faults.Add($"{client.CompId}: {client.LogoutText}; and then it is not told that it lacks reports");
                }

                continue;
            }

            if (!client.IsLoggedOn)
            {
                Faults.Add($"{client.CompId}: was cut when it asked for everything: {client.LogoutText ?? client.Disagreement ?? "without a word"}");
            }

            long unheard = client.Ledger.FirstUnheard(client.NextIncoming);
            if (unheard > 0)
            {
                Faults.Add($"{client.CompId}: asked for 1 to {client.NextIncoming - 1}, and was told nothing of {unheard}");
            }
        }
    }

    private void Trade()
    {
        DrillTraffic traffic = new(world, random) { FirstOrder = 100_000 };
        List<(DrillClient Client, string Id)> orders = [];
        for (int order = 0; order < 12; order++)
        {
            DrillClient client = world.Clients[order % world.Clients.Count];
            if (client.IsLoggedOn)
            {
                orders.Add((client, traffic.Order(client)));
                _ = world.Link.Pass(world.Clients);
            }
        }

        CheckAtRest("after new orders");
        foreach ((DrillClient client, string id) in orders.Where(order => !order.Client.Ledger.Answered.Contains(order.Id)).Take(MissingShown))
        {
            Faults.Add($"{client.CompId}: new order {id} was never answered");
        }

        foreach ((DrillClient client, string id) in orders.Where(order => order.Client.Ledger.Refused.ContainsKey(order.Id)).Take(MissingShown))
        {
            Faults.Add($"{client.CompId}: new order {id} was refused: {client.Ledger.Refused[id]}");
        }
    }

    private void CheckAtRest(string when)
    {
        if (world.Link.Settle(world.Clients))
        {
            return;
        }

        LinkStatus status = world.Link.Link.Status();
        foreach (DrillClient client in world.Clients.Where(client => !DrillLink.IsAtRest(client, status)))
        {
            SessionStatus session = status.Sessions.First(session => session.CompId == client.CompId);
            Faults.Add(
                $"{client.CompId}: {when} nothing moves, the client is at {client.NextIncoming} in, {client.NextOutgoing} out, "
                + $"the link at {session.NextOutgoing} out, {session.NextIncoming} in");
        }
    }

    private void CheckTold(DrillClient client, DrillWays ways)
    {
        IReadOnlyDictionary<string, TrueReport> truth = world.Truth.Of(client.CompId);
        bool isStoreLost = ways.SkipsLostReports && _damagedPaths.Contains(DrillImage.StoreOf(client.CompId));
        IEnumerable<TrueReport> untold = truth.Values.Where(report => !client.Ledger.Has(report.Key));
        List<TrueReport> missing = isStoreLost || _toldOfLoss.Contains(client.CompId) ? [] : [.. untold.OrderBy(report => report.Sequence)];
        if (missing.Count > 0)
        {
            Faults.Add(
                $"{client.CompId}: {missing.Count} of {truth.Count} reports were never told: "
                + string.Join(", ", missing.Take(MissingShown).Select(report => $"{report.Key} {report.Type} of {report.ClientOrderId}"))
                + $"; {client.Ledger.FilledText()}");
        }

        IEnumerable<string> unknown = client.Ledger.Order.Where(key => !truth.ContainsKey(key) && !world.Truth.IsLost(client.CompId, key));
        List<string> foreign = [.. unknown.Take(MissingShown)];
        if (foreign.Count > 0)
        {
            Faults.Add($"{client.CompId}: was told what is not its own, or never was: {string.Join(", ", foreign.Select(client.Ledger.BodyOf))}");
        }

        long told = image.Told[client.CompId];
        if (_isLossAccepted && told > _reached && client.Ledger.News.Count == 0)
        {
            Faults.Add($"{client.CompId}: commands after {_reached} are lost, it was told of some up to {told}, and no News says so");
        }
    }
}
