using Peregrine.Fix.Net;

namespace Peregrine.Hosting.Configuration;

/// <summary>What TLS of the FIX port needs. Values that are broken by themselves are left to <see cref="SchemaCheck"/>.</summary>
internal static class FixTlsCheck
{
    /// <summary>Adds every error that there is.</summary>
    public static void Check(ConfigurationNode root, List<ConfigurationError> errors)
    {
        ConfigurationNode? tls = root.Child("fix")?.Child("tls");
        string certificate = TextOf(tls, "certificateFile");
        if (certificate.Length == 0 != (TextOf(tls, "keyFile").Length == 0))
        {
            (string missing, string given) = certificate.Length == 0 ? ("certificateFile", "keyFile") : ("keyFile", "certificateFile");
            Add($"fix.tls.{missing}", "", $"a PEM file, as {given} is given", $"set it, or remove {given}", tls?.Child(given));
        }

        bool asksClients = TextOf(tls, "clientTrustFile").Length > 0;
        if (asksClients && certificate.Length == 0)
        {
            Add("fix.tls.certificateFile", "", "a PEM file, as clientTrustFile is given", "set it and keyFile, or remove clientTrustFile",
                tls?.Child("clientTrustFile"));
        }

        ConfigurationNode? simulator = root.Child("simulator");
        if (certificate.Length > 0 && TextOf(simulator, "path") == "fix" && !string.Equals(TextOf(simulator, "enabled"), "false",
            StringComparison.OrdinalIgnoreCase))
        {
            Add("simulator.path", "fix", "inprocess, as fix.tls is on: the simulator speaks no TLS", "set it to inprocess", simulator?.Child("path"));
        }

        foreach ((string key, ConfigurationNode session) in root.Child("sessions")?.Items ?? [])
        {
            foreach ((string index, ConfigurationNode rule) in session.Child("certificates")?.Items ?? [])
            {
                string path = $"sessions[{key}].certificates[{index}]";
                if (rule.Value is { } text && FixCertificates.FindFault(text) is not null)
                {
                    Add(path, text, "cn:NAME, san:NAME or sha256: and 64 hex digits", "write what the client's certificate has", rule);
                }
                else if (!asksClients)
                {
                    Add(path, rule.Value ?? "", "none, as clients show no certificate", "set fix.tls.clientTrustFile, or remove it", rule);
                }
            }
        }

        void Add(string path, string value, string expected, string remedy, ConfigurationNode? node) =>
            errors.Add(new ConfigurationError(path, value, expected, remedy, node?.Origin ?? ConfigurationNode.DefaultOrigin));
    }

    private static string TextOf(ConfigurationNode? section, string key) => section?.Child(key)?.Value ?? "";
}
