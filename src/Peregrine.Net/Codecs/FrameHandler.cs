namespace Peregrine.Net.Codecs;

/// <summary>A handler of whole frames.</summary>
/// <param name="codec">How frames are cut.</param>
public abstract class FrameHandler<TCodec>(TCodec codec) : IConnectionHandler
    where TCodec : IFrameCodec
{
    private readonly TCodec _codec = codec;

    /// <summary>A frame arrived.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="payload">Valid during the call only.</param>
    /// <returns>False: it is not done with, because a write was refused; it comes again after OnWritable.</returns>
    protected abstract bool OnFrame(Connection connection, ReadOnlySpan<byte> payload);

    /// <inheritdoc/>
    public void OnData(Connection connection, ref InputReader input)
    {
        while (connection.IsOpen)
        {
            InputReader before = input;
            FrameResult result = input.TryRead(_codec, out ReadOnlySpan<byte> payload);
            switch (result)
            {
                case FrameResult.Ok:
                    if (!OnFrame(connection, payload))
                    {
                        input = before;
                        return;
                    }

                    break;
                case FrameResult.NeedMore:
                    return;
                default:
                    connection.Fail(result == FrameResult.TooLong ? CloseReason.InputOverflow
                        : CloseReason.Malformed, $"a frame is {(result == FrameResult.TooLong ? "longer than allowed" : "malformed")}");
                    return;
            }
        }
    }
}
