using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Peregrine.Bench.Net;
using Peregrine.Cli;
using Peregrine.Fix.Dictionaries;

namespace Peregrine.Bench.Fix;

/// <summary>QuickFIX C++ as an acceptor in a process of its own (tests/native/fixecho.cpp), held to our dictionary of FIX 4.4 in its form.</summary>
internal sealed class QuickFixPeer : IDisposable
{
    private readonly EchoServer _process;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="program">From <see cref="Find"/>.</param>
    /// <param name="core">The core of all its threads.</param>
    /// <param name="store">memory, or file.</param>
    /// <param name="folder">For its files.</param>
    /// <param name="peer">CompID of the client.</param>
    public QuickFixPeer(string program, int core, string store, string folder, string peer)
    {
        string dictionary = Path.Combine(folder, "FIX44.xml");
        File.WriteAllText(dictionary, DictionaryText(FixDictionaries.Fix44));
        string place = store == "memory" ? store : Directory.CreateDirectory(Path.Combine(folder, "quickfix")).FullName;
        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        _process = new EchoServer($"quickfix, {store} store",
        [
            "taskset", "-c", core.ToString(CultureInfo.InvariantCulture), program, "--port", port, "--sender", EchoDesk.CompId, "--target", peer,
            "--store", place, "--dictionary", dictionary,
        ]);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _process.EndPoint;

    /// <summary>The time of its threads on a processor, in nanoseconds.</summary>
    public long CpuNs => _process.ReadStats().CpuNs;

    /// <summary>Where it is: in the folder that PEREGRINE_NATIVE names, or in artifacts/native beside the build of this program.</summary>
    /// <exception cref="CommandException">It is not built.</exception>
    public static string Find()
    {
        string folder = Environment.GetEnvironmentVariable("PEREGRINE_NATIVE")
            ?? Path.Combine(Path.GetDirectoryName(EchoServerPaths.Find(null).Builds) ?? "", "native");
        string program = Path.Combine(folder, "fixecho");
        return File.Exists(program)
            ? program
            : throw new CommandException($"bench fix --peer: QuickFIX's acceptor is not built: there is no {program}; './dev native' installs " +
                "libquickfix-dev and builds it");
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    /// <summary>A dictionary in QuickFIX's XML, components dissolved.</summary>
    internal static string DictionaryText(FixDictionary dictionary)
    {
        string[] version = dictionary.Version.Split('.');
        return new XDocument(new XElement("fix", new XAttribute("major", version[1]), new XAttribute("minor", version[2]),
            new XElement("header", Members(dictionary.Header)),
            new XElement("trailer", Members(dictionary.Trailer)),
            new XElement("messages", dictionary.Messages.Select(message => new XElement("message", new XAttribute("name", message.Name),
                new XAttribute("msgtype", message.MsgType), new XAttribute("msgcat", message.IsOfSession ? "admin" : "app"),
                Members(message.Body)))),
            new XElement("components"),
            new XElement("fields", dictionary.Fields.Select(field => new XElement("field", new XAttribute("number", field.Tag),
                new XAttribute("name", field.Name), new XAttribute("type", NameOf(field.Type)),
                field.Values.Select(value => new XElement("value", new XAttribute("enum", value.Value),
                    new XAttribute("description", value.Name)))))))).ToString();
    }

    private static IEnumerable<XElement> Members(FixFieldSet set) => set.Members.Select(member =>
        new XElement(member.Group is null ? "field" : "group", new XAttribute("name", member.Field.Name),
            new XAttribute("required", member.IsRequired ? "Y" : "N"), member.Group is null ? [] : Members(member.Group)));

    private static string NameOf(FixType type) => type switch
    {
        FixType.Decimal => "FLOAT",
        FixType.Character => "CHAR",
        FixType.Timestamp => "UTCTIMESTAMP",
        FixType.Date => "UTCDATEONLY",
        FixType.Time => "UTCTIMEONLY",
        FixType.Multiple => "MULTIPLEVALUESTRING",
        FixType.Text => "STRING",
        _ => type.ToString().ToUpperInvariant(),
    };

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
