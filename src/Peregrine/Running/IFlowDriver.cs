using Peregrine.Api;

namespace Peregrine.Running;

/// <summary>What makes the books move: simulated participants, a recording, another link.</summary>
internal interface IFlowDriver : IDisposable
{
    /// <summary>What displays tell of it. From any thread.</summary>
    FlowView View();

    /// <summary>Begins, on a thread of its own.</summary>
    void Start();
}
