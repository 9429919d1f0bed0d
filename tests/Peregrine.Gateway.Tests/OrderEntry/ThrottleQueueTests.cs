using Peregrine.Gateway.OrderEntry;
using Peregrine.Trading.Orders;

namespace Peregrine.Gateway.Tests.OrderEntry;

/// <summary>Requests that wait, beside a plain list of them.</summary>
public class ThrottleQueueTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 64)]
    public void Queue_UnderRandomTraffic_IsThatList(int seed, int capacity)
    {
        Random random = new(seed);
        ThrottleQueue queue = new(capacity);
        List<(int Slot, string Id, CommandType Type)> model = [];
        for (int step = 0; step < 20_000; step++)
        {
            string id = $"{random.Next(capacity * 2)}";
            switch (random.Next(4))
            {
                case 0 or 1:
                    CommandType type = random.Next(3) switch { 0 => CommandType.New, 1 => CommandType.Replace, _ => CommandType.Status };
                    int slot = queue.Add(new OrderCommand { Type = type, ClientOrderId = ClientOrderId.From(id) }, step);
                    Assert.Equal(model.Count == capacity, slot < 0);
                    if (slot >= 0)
                    {
                        model.Add((slot, id, type));
                    }

                    break;
                case 2 when model.Count > 0:
                    int place = random.Next(2) == 0 ? 0 : random.Next(model.Count);
                    queue.Remove(model[place].Slot);
                    ForgetNamesBehind(model, place);
                    break;
                default:
                    break;
            }

            Assert.Equal((model.Count, model.Count == 0 ? -1 : model[0].Slot), (queue.Count, queue.First));
            Assert.Equal(NamedSlot(model, id), queue.Find(ClientOrderId.From(id)));
        }

        List<int> left = [];
        for (int slot = queue.First; slot >= 0; slot = queue.Behind(slot))
        {
            left.Add(slot);
        }

        Assert.Equal(model.Select(request => request.Slot), left);
    }

    [Fact]
    public void Queue_OnceItIsMade_AllocatesNothing()
    {
        ThrottleQueue queue = new(16);
        OrderCommand command = new() { Type = CommandType.New };
        ClientOrderId[] ids = [.. Enumerable.Range(0, 64).Select(number => ClientOrderId.From($"order-{number}"))];
        Play(queue, ref command, ids);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Play(queue, ref command, ids);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Play(ThrottleQueue queue, ref OrderCommand command, ClientOrderId[] ids)
    {
        for (int round = 0; round < 1_000; round++)
        {
            command.ClientOrderId = ids[round % ids.Length];
            if (queue.Add(in command, round) < 0)
            {
                queue.Remove(queue.First);
                queue.Remove(queue.Find(in queue[queue.First].Command.ClientOrderId));
            }
        }
    }

    // One whose id another one had first is not found by it, also when that one has left.
    private static void ForgetNamesBehind(List<(int Slot, string Id, CommandType Type)> model, int place)
    {
        (int slot, string id, CommandType _) = model[place];
        bool isNamed = NamedSlot(model, id) == slot;
        model.RemoveAt(place);
        for (int other = 0; isNamed && other < model.Count; other++)
        {
            if (model[other].Id == id)
            {
                model[other] = model[other] with { Id = "nameless " + id };
            }
        }
    }

    private static int NamedSlot(List<(int Slot, string Id, CommandType Type)> model, string id) =>
        model.Where(request => request.Id == id && request.Type != CommandType.Status).Select(request => request.Slot).FirstOrDefault(-1);
}
