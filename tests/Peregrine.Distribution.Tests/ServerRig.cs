using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Peregrine.Distribution.Subscribing;
using Peregrine.Distribution.Wire;
using Peregrine.Net;
using Peregrine.Primitives;
using Peregrine.Trading.MarketData;
using V1 = Peregrine.MarketData.V1;

namespace Peregrine.Distribution.Tests;

/// <summary>A server with its thread.</summary>
internal sealed class ServerRig : IDisposable
{
    private readonly Thread _thread;

    public ServerRig(MarketDataServerOptions? options = null, params string[] symbols)
    {
        Server = new MarketDataServer((options ?? new MarketDataServerOptions()) with { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        foreach (string symbol in symbols)
        {
            _ = Server.Define(new InstrumentInfo(symbol, 2, 1, 1));
        }

        _thread = new Thread(Server.Run) { IsBackground = true, Name = "server" };
        _thread.Start();
    }

    public MarketDataServer Server { get; }

    public bool IsRunning => _thread.IsAlive;

    public void Dispose()
    {
        Server.RequestStop();
        _thread.Join();
        Server.Dispose();
    }

    public static void Until(Func<bool> holds, string what, int seconds = 30)
    {
        long endNs = Clock.MonotonicNs + (seconds * 1_000_000_000L);
        while (!holds())
        {
            Assert.True(Clock.MonotonicNs < endNs, $"waited {seconds} s in vain: {what}");
            Thread.Sleep(1);
        }
    }

    /// <summary>A random but possible stream of updates of one instrument.</summary>
    public static IEnumerable<BookUpdate> Flow(ulong seed, int instrumentId, int count, int ordersMax = 400)
    {
        Prng random = new(seed);
        List<ulong> live = [];
        ulong nextId = (seed << 40) + 1;
        for (int index = 0; index < count; index++)
        {
            int what = live.Count == 0 ? 0 : live.Count > ordersMax ? 4 + random.Below(6) : random.Below(10);
            int pick = live.Count == 0 ? 0 : random.Below(live.Count);
            BookUpdate update = new() { InstrumentId = instrumentId, TimeNs = index + 1, IsEventEnd = true, Quantity = 1 + random.Below(50) };
            Side side = random.Below(2) == 0 ? Side.Buy : Side.Sell;
            long price = side == Side.Buy ? 9_900 + random.Below(90) : 10_000 + random.Below(90);
            switch (what)
            {
                case <= 4:
                    (update.Kind, update.OrderId, update.Side, update.Price) = (BookUpdateKind.Add, nextId++, side, price);
                    live.Add(update.OrderId);
                    break;
                case 5:
                    (update.Kind, update.OrderId) = (BookUpdateKind.Execute, live[pick]);
                    break;
                case 6:
                    (update.Kind, update.OrderId) = (BookUpdateKind.Reduce, live[pick]);
                    break;
                case 7:
                    (update.Kind, update.OrderId, update.NewOrderId, update.Price) = (BookUpdateKind.Replace, live[pick], nextId++, price);
                    live[pick] = update.NewOrderId;
                    break;
                case 8:
                    (update.Kind, update.OrderId, update.Side, update.Price) = (BookUpdateKind.Modify, live[pick], side, price);
                    break;
                default:
                    (update.Kind, update.OrderId) = (BookUpdateKind.Delete, live[pick]);
                    live.RemoveAt(pick);
                    break;
            }

            if (random.Below(5_000) == 0)
            {
                update.Kind = BookUpdateKind.Clear;
                live.Clear();
            }

            yield return update;
        }
    }
}

/// <summary>A subscriber on its own loop and thread.</summary>
internal sealed class LoopSubscriber : IDisposable
{
    private readonly EventLoop _loop = new(new EventLoopOptions());
    private readonly Thread _thread;
    private bool _isStopped;

    public LoopSubscriber(IPEndPoint server, FrameVisitor visitor, params Request[] requests)
    {
        Connection = new MarketDataConnection(visitor, requests, reason => Closed = reason);
        _ = _loop.TryConnect(server, Connection, out _);
        _thread = new Thread(Run) { IsBackground = true, Name = "subscriber" };
        _thread.Start();
    }

    public MarketDataConnection Connection { get; }

    public CloseReason? Closed { get; private set; }

    public void Dispose()
    {
        Volatile.Write(ref _isStopped, true);
        _loop.Wake();
        _thread.Join();
        _loop.Dispose();
    }

    private void Run()
    {
        while (!Volatile.Read(ref _isStopped))
        {
            _ = _loop.Poll(50);
        }
    }
}

/// <summary>A client of bare sockets and protoc's own code, which can do what no good client does.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly NetworkStream _stream;

    public RawClient(IPEndPoint server, int receiveBytes = 0)
    {
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000, NoDelay = true };
        if (receiveBytes > 0)
        {
            Socket.ReceiveBufferSize = receiveBytes;
        }

        Socket.Connect(server);
        _stream = new NetworkStream(Socket, ownsSocket: true);
    }

    public Socket Socket { get; }

    public void Send(V1.Request request) => SendBytes([.. Prefix(request.CalculateSize()), .. request.ToByteArray()]);

    public void Subscribe(V1.Depth depth, params string[] symbols) =>
        Send(new V1.Request { Subscribe = new V1.Subscribe { Depth = depth, Symbols = { symbols } } });

    public void SendBytes(byte[] bytes) => _stream.Write(bytes);

    /// <summary>The next frame; null when the server has closed.</summary>
    public V1.Frame? Read()
    {
        byte[] prefix = new byte[4];
        try
        {
            if (_stream.ReadAtLeast(prefix, 4, throwOnEndOfStream: false) < 4)
            {
                return null;
            }

            byte[] frame = new byte[(prefix[0] << 24) | (prefix[1] << 16) | (prefix[2] << 8) | prefix[3]];
            _stream.ReadExactly(frame);
            return V1.Frame.Parser.ParseFrom(frame);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public V1.Frame ReadUntil(Func<V1.Frame, bool> wanted)
    {
        while (Read() is { } frame)
        {
            if (wanted(frame))
            {
                return frame;
            }
        }

        throw new InvalidOperationException("the server closed before the frame that was waited for");
    }

    public V1.Goodbye ReadGoodbye() => ReadUntil(frame => frame.BodyCase == V1.Frame.BodyOneofCase.Goodbye).Goodbye;

    public void Dispose() => _stream.Dispose();

    private static byte[] Prefix(int bytes) => [(byte)(bytes >> 24), (byte)(bytes >> 16), (byte)(bytes >> 8), (byte)bytes];
}
