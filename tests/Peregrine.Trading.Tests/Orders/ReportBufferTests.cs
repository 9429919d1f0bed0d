using Peregrine.Primitives;
using Peregrine.Trading.Orders;

namespace Peregrine.Trading.Tests.Orders;

public class ReportBufferTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 2)]
    [InlineData(4096, 3)]
    [InlineData(1 << 15, 4)]
    public void Reports_AddedAndTaken_ComeInOrderAsFromAQueue(int capacity, int seed)
    {
        Random random = new(seed);
        ReportBuffer buffer = new(capacity);
        Queue<long> model = new();
        long next = 0;
        for (int step = 0; step < 4_000; step++)
        {
            // Mostly as many go as come; now and then many come, or all are forgotten.
            int added = random.Next(100) == 0 ? random.Next(3_000) : random.Next(4);
            for (int number = 0; number < added; number++)
            {
                buffer.Add(ReportOf(++next));
                model.Enqueue(next);
            }

            for (int taken = random.Next(random.Next(50) == 0 ? 2_000 : 4); taken > 0 && model.Count > 0; taken--)
            {
                Assert.Equal(ReportOf(model.Dequeue()), buffer[0].ToReport());
                buffer.RemoveFirst();
            }

            if (random.Next(1_000) == 0)
            {
                buffer.Clear();
                model.Clear();
            }

            Assert.Equal(model.Count, buffer.Count);
            int at = random.Next(Math.Max(1, model.Count));
            Assert.True(model.Count == 0 || buffer[at].ToReport().Equals(ReportOf(model.ElementAt(at))), $"step {step}");
        }

        Assert.True(buffer.Capacity >= buffer.Count);
    }

    [Fact]
    public void Capacity_WhileItIsNotExceeded_NeedsNoGrowth()
    {
        ReportBuffer buffer = new(1 << 13);
        for (int number = 0; number < 1 << 13; number++)
        {
            buffer.Add(new OrderReport { ExecId = number });
        }

        Assert.Equal((0, 1 << 13), (buffer.GrowCount, buffer.Capacity));
        buffer.Add(default);
        Assert.Equal((1, 1 << 14), (buffer.GrowCount, buffer.Capacity));
    }

    // Reports of every length, told apart by their numbers alone.
    private static OrderReport ReportOf(long number)
    {
        Random random = new((int)number);
        OrderReport report = new() { ExecId = number, CumulativeNotional = random.Next(2) * (Int128)random.NextInt64() << random.Next(64) };
        report.Attributes.StopPrice = new Price(random.Next(3));
        report.LimitValue = random.Next(2);
        report.CancelledCount = random.Next(2);
        if (random.Next(2) == 0)
        {
            report.ClientOrderId = ClientOrderId.From(new string('a', random.Next(1, ClientOrderId.LengthMax + 1)));
        }

        if (random.Next(4) == 0)
        {
            report.OriginalClientOrderId = ClientOrderId.From(new string('b', random.Next(1, ClientOrderId.LengthMax + 1)));
        }

        return report;
    }
}
