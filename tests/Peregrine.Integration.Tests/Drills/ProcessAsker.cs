using Peregrine.Gateway.Tests.Drills;

namespace Peregrine.Integration.Tests.Drills;

/// <summary>Asks an undamaged copy for everything in a client's name.</summary>
internal sealed class ProcessAsker : IDisposable
{
    private readonly ProcessWorld _world;
    private readonly DrillClient _client;

    public ProcessAsker(ProcessWorld world, DrillClient real)
    {
        _world = world;
        _client = new DrillClient(real.CompId, sendsAgain: false);
        _client.Resume(real.NextOutgoing, real.NextIncoming);
    }

    /// <summary>What the copy tells.</summary>
    public DrillLedger Ask()
    {
        Assert.True(_world.TryLogon(_client), $"{_client.CompId} logs on to an undamaged copy: {_client.LogoutText ?? _client.Disagreement}");
        _client.AskForAll();
        Assert.True(_world.IsAtRest(_client), $"{_client.CompId} gets all from an undamaged copy");
        return _client.Ledger;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
