namespace Peregrine.Fix.Session;

/// <summary>The connection of a session.</summary>
public interface IFixTransport
{
    /// <summary>Bytes that were taken and not given to the kernel yet; 0 where that is not known.</summary>
    int PendingBytes => 0;

    /// <summary>Takes a whole message.</summary>
    /// <returns>False: nothing was taken, as too much is pending; <see cref="FixSession.OnWritable"/> tells when to go on.</returns>
    bool TryWrite(ReadOnlySpan<byte> message);

    /// <summary>Sends what was taken and ends the connection.</summary>
    void Disconnect();
}
