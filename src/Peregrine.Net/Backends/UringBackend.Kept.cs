namespace Peregrine.Net.Backends;

/// <summary>What came for connections that read nothing at the moment, and reading them again.</summary>
internal sealed partial class UringBackend
{
    private void QueueToArm(Connection connection)
    {
        if (!connection.IsQueuedForRead)
        {
            connection.IsQueuedForRead = true;
            _toArm.Enqueue(connection);
        }
    }

    // Those that found no lent buffer: by now the ones of the last pass are back. And those that are read again.
    private void RearmReceives()
    {
        for (int left = _toArm.Count; left > 0; left--)
        {
            Connection connection = _toArm.Dequeue();
            connection.IsQueuedForRead = false;
            while (connection.KeptHead >= 0 && connection.WantsInput)
            {
                int buffer = TakeKept(connection);
                _loop.OnReceived(connection, _buffers.Span(buffer, _keptBytes[buffer]));
                _buffers.Add(buffer);
            }

            if (connection.WantsInput && connection.IsEndKept)
            {
                connection.IsEndKept = false;
                _loop.OnInputEnded(connection);
            }
            else if (connection.WantsInput && !connection.IsReceiveArmed)
            {
                Arm(connection);
            }
        }
    }

    // Bounded: above half of the buffers the bytes are copied, so that peers that do not read leave enough for the others.
    private void KeepBuffer(Connection connection, int buffer, int bytes)
    {
        if (_keptCount >= BufferCount / 2 && connection.KeptHead < 0)
        {
            _loop.OnReceived(connection, _buffers.Span(buffer, bytes));
            _buffers.Add(buffer);
            return;
        }

        _keptCount++;
        _keptBytes[buffer] = bytes;
        _keptNext[buffer] = -1;
        if (connection.KeptHead < 0)
        {
            connection.KeptHead = buffer;
        }
        else
        {
            _keptNext[connection.KeptTail] = buffer;
        }

        connection.KeptTail = buffer;
    }

    private int TakeKept(Connection connection)
    {
        int buffer = connection.KeptHead;
        connection.KeptHead = _keptNext[buffer];
        _keptCount--;
        return buffer;
    }
}
