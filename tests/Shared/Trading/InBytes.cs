using Peregrine.Trading.Orders;

namespace Peregrine.Testing;

/// <summary>Commands and reports in the form that they have on their way: bytes of their own, allocated.</summary>
internal static class InBytes
{
    /// <summary>A command's bytes, under its own sequence number and time.</summary>
    public static CommandView View(this in OrderCommand command)
    {
        byte[] bytes = new byte[CommandCodec.BytesMax];
        return CommandCodec.View(bytes.AsSpan(0, CommandCodec.Encode(in command, bytes)), command.Sequence, command.TimeNs);
    }

    /// <summary>A report's bytes.</summary>
    public static ReportView View(this in OrderReport report)
    {
        byte[] bytes = new byte[ReportCodec.BytesMax];
        return ReportCodec.View(bytes.AsSpan(0, ReportCodec.Encode(in report, bytes)));
    }
}
