using System.Security.Cryptography;

namespace Peregrine.Packages.Tests;

/// <summary>Files of a folder, to be held against those of another.</summary>
internal static class Contents
{
    /// <summary>One line for each file: its name and the hash of its bytes.</summary>
    public static string[] Of(string folder) => [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)
        .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];
}
