using System.Net.Sockets;

namespace Peregrine.Samples;

internal static class Program
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongArguments = 2;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.Contains("--help"))
        {
            Console.WriteLine(SubscriberOptions.Help);
            return Success;
        }

        try
        {
            await RunAsync(SubscriberOptions.Parse(arguments));
            return Success;
        }
        catch (ArgumentException exception)
        {
            Console.Error.WriteLine($"{exception.Message}; --help tells more");
            return WrongArguments;
        }
        catch (SubscriberException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return Failure;
        }
    }

    private static async Task RunAsync(SubscriberOptions options)
    {
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            stop.Cancel();
        };
        Subscriber subscriber = new(options, Console.Out, Console.Error);
        try
        {
            using TcpClient client = await ConnectAsync(options, stop.Token);
            FrameStream frames = new(client.GetStream());
            await frames.SendAsync(subscriber.Subscribe(), stop.Token);
            while (subscriber.Take(await frames.ReadAsync(subscriber.Patience, stop.Token)))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is a way to end it that was asked for.
        }

        if (!options.IsJson)
        {
            Console.WriteLine($"{subscriber.FrameCount} frames of market data, all books right");
        }
    }

    private static async Task<TcpClient> ConnectAsync(SubscriberOptions options, CancellationToken stop)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(ConnectPatience);
        TcpClient client = new();
        try
        {
            await client.ConnectAsync(options.Host, options.Port, late.Token);
            return client;
        }
        catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !stop.IsCancellationRequested))
        {
            client.Dispose();
            string cause = exception is SocketException ? exception.Message : $"no answer in {ConnectPatience.TotalSeconds:0} s";
            throw new SubscriberException(
                $"cannot connect to {options.Host}:{options.Port}: {cause}; start the link with its market data port on, " +
                $"and give that host and port");
        }
    }
}
