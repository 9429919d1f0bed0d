namespace Peregrine.Gateway.Tests.Drills;

/// <summary>
/// What the clients of a drill do: orders that trade, everything that can be refused, absences, resets; and what happens to their link meanwhile.
/// </summary>
internal sealed class DrillTraffic(DrillWorld world, Random random)
{
    private const int GoodbyePasses = 1_000;

    private int _orders;

    /// <summary>Numbers of orders begin behind it.</summary>
    public int FirstOrder
    {
        init => _orders = value;
    }

    /// <summary>Whether nobody leaves by itself.</summary>
    public bool IsSteady { get; init; }

    /// <summary>Some phases of it, with snapshots, older copies, crashes and restarts between them; ends with the link gone.</summary>
    public void Run()
    {
        foreach (DrillClient client in world.Clients)
        {
            world.Logon(client);
        }

        int phases = random.Next(2, 5);
        for (int phase = 0; phase < phases; phase++)
        {
            Play(random.Next(30, 160));
            Maintain();
            if (phase < phases - 1 && random.Next(2) == 0)
            {
                world.End(isCrash: random.Next(2) == 0);
                world.Start();
                ComeBack();
            }
        }

        Play(random.Next(5, 40));
        bool isCrash = random.Next(2) == 0;
        switch (random.Next(3))
        {
            case 0:
                _ = world.Link.Settle(world.Clients);
                break;
            case 1:
                Burst();
                break;
            default:
                break;
        }

        world.End(isCrash);
    }

    /// <summary>So many things that clients do.</summary>
    public void Play(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            DrillClient client = world.Clients[random.Next(world.Clients.Count)];
            if (!client.IsLoggedOn)
            {
                if (random.Next(8) == 0)
                {
                    world.Logon(client, reset: client.HasAll && random.Next(6) == 0);
                }

                continue;
            }

            Do(client);
            if (random.Next(3) > 0)
            {
                _ = world.Link.Pass(world.Clients);
            }
        }
    }

    /// <summary>An order of a client at prices that often trade.</summary>
    public string Order(DrillClient client, string more = "")
    {
        string id = $"{client.CompId}-{++_orders}";
        char side = random.Next(2) == 0 ? '1' : '2';
        int price = 10_000 + random.Next(-3, 4);
        client.Send("D", $"11={id}|55=TEST|54={side}|38={random.Next(1, 10)}|40=2|44={price / 100}.{price % 100:00}{more}");
        return id;
    }

    // Orders that are durable, and that the link has not come back to: neither answered nor noted in the stores.
    private void Burst()
    {
        foreach (DrillClient client in world.Clients.Where(client => client.IsLoggedOn))
        {
            for (int order = random.Next(1, 6); order > 0; order--)
            {
                _ = Order(client);
            }
        }

        world.Link.TakeAndWait();
    }

    private void ComeBack()
    {
        foreach (DrillClient client in world.Clients)
        {
            if (random.Next(4) > 0)
            {
                world.Logon(client);
            }
        }
    }

    private void Maintain()
    {
        if (random.Next(2) == 0)
        {
            _ = world.Link.Settle(world.Clients);
            world.TakeSnapshot();
        }

        if (random.Next(3) == 0)
        {
            world.Retain();
        }

        if (random.Next(3) > 0)
        {
            world.KeepCopy();
        }
    }

    private void Do(DrillClient client)
    {
        switch (random.Next(100))
        {
            case < 58:
                _ = Order(client);
                break;
            case < 70 when client.Working.Count > 0:
                Cancel(client, client.Working.Keys.First());
                break;
            case < 80 when client.Working.Count > 0:
                (string id, char side) = client.Working.First();
                string terms = $"55=TEST|54={side}|38={random.Next(1, 12)}|40=2|44=100.{random.Next(0, 4):00}";
                client.Send("G", $"11={client.CompId}-{++_orders}|41={id}|{terms}");
                break;
            case < 84:
                client.Send("D", $"11={client.CompId}-{++_orders}|55=TEST|54=1|38=5000|40=2|44=100.00");
                break;
            case < 87:
                Cancel(client, "NONE");
                break;
            case < 89:
                client.Send("D", $"11={client.CompId}-{++_orders}|55=COARSE|54=1|38=1|40=2|44=20.01");
                break;
            case < 90:
                client.Send("D", $"11={client.CompId}-{++_orders}|55=TEST");
                break;
            case < 92 when client.Working.Count > 0:
                (id, side) = client.Working.First();
                client.Send("H", $"11={id}|55=TEST|54={side}");
                break;
            case < 94:
                client.Send("1", $"112=T{++_orders}");
                break;
            case < 95:
                client.Send("q", $"11={client.CompId}-{++_orders}|530=7");
                break;
            case < 97 when !IsSteady:
                Leave(client);
                break;
            default:
                _ = world.Link.Settle(world.Clients);
                break;
        }
    }

    private void Cancel(DrillClient client, string original) =>
        client.Send("F", $"11={client.CompId}-{++_orders}|41={original}|55=TEST|54={client.Working.GetValueOrDefault(original, '1')}|38=1");

    // With everything told first, or in the middle of it.
    private void Leave(DrillClient client)
    {
        bool isOrderly = random.Next(2) == 0 && world.Link.Settle(world.Clients);
        if (isOrderly && random.Next(2) == 0)
        {
            client.Logout();
            for (int pass = 0; pass < GoodbyePasses && client.IsConnected; pass++)
            {
                _ = world.Link.Pass(world.Clients);
            }
        }

        client.Drop();
        client.HasAll = isOrderly;
        for (int pass = 0; pass < 3; pass++)
        {
            _ = world.Link.Pass(world.Clients);
        }
    }
}
