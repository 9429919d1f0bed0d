using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Peregrine.Bench.KestrelEcho;

/// <summary>Sends back what comes.</summary>
internal sealed class EchoHandler : ConnectionHandler
{
    private static long _bytes;

    public static long Bytes => Interlocked.Read(ref _bytes);

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        while (true)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                connection.Transport.Output.Write(piece.Span);
            }

            _ = Interlocked.Add(ref _bytes, read.Buffer.Length);
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            FlushResult flushed = await connection.Transport.Output.FlushAsync();
            if (read.IsCompleted || flushed.IsCompleted)
            {
                return;
            }
        }
    }
}
