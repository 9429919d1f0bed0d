using Peregrine.Linux.Sockets;

namespace Peregrine.Fix.Net;

/// <summary>The connections that have not logged on yet, oldest first, bounded in all and for each address.</summary>
/// <remarks>Thread: the loop's. Allocates: for a connection. Each call takes a constant time, whatever the bound.</remarks>
internal sealed class PendingConnections(int max, int perAddressMax)
{
    private readonly LinkedList<FixConnection> _all = new();
    private readonly Dictionary<FixConnection, (LinkedListNode<FixConnection> InAll, LinkedListNode<FixConnection> InAddress)> _nodes = [];
    private readonly Dictionary<string, LinkedList<FixConnection>> _byAddress = [];

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>The one that has waited longest; null when there is none.</summary>
    public FixConnection? Oldest => _all.First?.Value;

    /// <summary>Adds one.</summary>
    /// <returns>The one that must go for it: the oldest of its address when that has too many, else the oldest of all;
    /// null when there is room.</returns>
    public FixConnection? Add(FixConnection connection)
    {
        string key = KeyOf(connection.Remote);
        if (!_byAddress.TryGetValue(key, out LinkedList<FixConnection>? same))
        {
            same = new LinkedList<FixConnection>();
            _byAddress.Add(key, same);
        }

        FixConnection? tooOld = same.Count >= perAddressMax ? same.First!.Value : _all.Count >= max ? _all.First!.Value : null;
        _nodes.Add(connection, (_all.AddLast(connection), same.AddLast(connection)));
        return tooOld;
    }

    /// <summary>Removes one; one that is not there is nothing.</summary>
    public void Remove(FixConnection connection)
    {
        if (!_nodes.Remove(connection, out (LinkedListNode<FixConnection> InAll, LinkedListNode<FixConnection> InAddress) nodes))
        {
            return;
        }

        _all.Remove(nodes.InAll);
        LinkedList<FixConnection> same = nodes.InAddress.List!;
        same.Remove(nodes.InAddress);
        if (same.Count == 0)
        {
            _ = _byAddress.Remove(KeyOf(connection.Remote));
        }
    }

    // Without the port: a peer has one for each connection.
    private static string KeyOf(PeerAddress remote) => remote.ToEndPoint() is System.Net.IPEndPoint endPoint ? endPoint.Address.ToString() : "";
}
